/* cmd_help.c - help, and the three ways to leave the shell */
#include <string.h>

#include "svctl/cmd.h"
#include "svctl/columns.h"
#include "svctl/ctl.h"
#include "svctl/output.h"
#include "svctl/verbs.h"

static void list_verbs(struct ctl *ctl)
{
	static const char header[] = "default commands (type help <topic>):";
	struct words names = { 0 };
	int r = 0;

	for (size_t i = 0; i < n_verbs && r == 0; i++) {
		if (verbs[i].listed == LISTED ||
		    (verbs[i].listed == LISTED_OURS && !ctl->compatible))
			r = words_add(&names, verbs[i].name, strlen(verbs[i].name));
	}
	if (r < 0) {
		ctl_oom(ctl);
	} else {
		out_line("\n%s", header);
		out_line("%.*s", (int)strlen(header), "========================================");
		columns_show(&names, 79);
		out_line("%s", "");
	}
	words_done(&names);
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
