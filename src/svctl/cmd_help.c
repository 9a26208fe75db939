/* cmd_help.c - help, and the three ways to leave the shell */
#include <string.h>

#include "base/strbuf.h"
#include "svctl/cmd.h"
#include "svctl/columns.h"
#include "svctl/ctl.h"
#include "svctl/output.h"
#include "svctl/verbs.h"

static bool is_listed(const struct ctl *ctl, const struct verb *verb)
{
	return verb_is_there(verb) && (verb->listed == LISTED ||
				       (verb->listed == LISTED_OURS && !ctl->compatible));
}

/* Those of a plug-in, or our own; nothing where there are none. */
static void list_verbs_of(struct ctl *ctl, enum ctlplugin plugin)
{
	static const char rule[] = "================================================";
	struct words names = { 0 };
	struct strbuf header = { 0 };
	int r = 0;

	for (size_t i = 0; i < n_verbs && r == 0; i++) {
		if (verbs[i].plugin == plugin && is_listed(ctl, &verbs[i]))
			r = words_add(&names, verbs[i].name, strlen(verbs[i].name));
	}
	strbuf_addf(&header, "%s commands (type help <topic>):", plugin_titles[plugin]);
	if (r < 0 || !strbuf_str(&header)) {
		ctl_oom(ctl);
	} else if (names.n > 0) {
		out_line("\n%s", header.s);
		out_line("%.*s", (int)header.len, rule);
		columns_show(&names, 79);
		out_line("%s", "");
	}
	strbuf_done(&header);
	words_done(&names);
}

static void list_verbs(struct ctl *ctl)
{
	for (enum ctlplugin plugin = CTLPLUGIN_NONE; plugin < CTLPLUGIN_N; plugin++)
		list_verbs_of(ctl, plugin);
}

static void show_help(const struct ctl *ctl, const struct verb *verb)
{
	out_line("%s", verb->help);
	if (ctl->compatible)
		return;
	if (verb->more)
		out_line("%s", verb->more);
	for (int i = 0; i < FLAG_N; i++) {
		if (verb->flags & 1u << i)
			out_line("%s", flag_infos[i].help);
	}
}

void cmd_help(struct ctl *ctl, const char *arg)
{
	const struct verb *verb = verb_find(arg, strlen(arg));

	if (!*arg)
		list_verbs(ctl);
	else if (verb && verb->help)
		show_help(ctl, verb);
	else
		out_line("*** No help on %s", arg);
}

void cmd_quit(struct ctl *ctl, const char *arg)
{
	(void)arg;
	out_line("%s", "");
	ctl->leave = true;
}
