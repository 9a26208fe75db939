/* cmd_status.c - the table of processes that half the world's scripts take apart */
#include <string.h>

#include "base/strbuf.h"
#include "svctl/cmd.h"
#include "svctl/ctl.h"
#include "svctl/globs.h"
#include "svctl/namespec.h"
#include "svctl/output.h"
#include "svctl/procinfo.h"

enum { NAME_WIDTH_MIN = 30, NAME_GAP = 3, STATE_WIDTH = 10 };

static const char *full_name(struct strbuf *sb, const struct procinfo *info)
{
	strbuf_reset(sb);
	namespec_add(sb, info->group, info->name);
	return strbuf_str(sb) ? strbuf_str(sb) : info->name;
}

struct table {
	const struct procinfo_list *infos;
	struct strbuf name;
	size_t width;		/* of the longest name that is shown */
};

/* ns NULL: all. Widens the table by what will be shown; false when nothing matches. */
static bool measure(struct table *t, const struct namespec *ns)
{
	bool found = false;

	for (size_t i = 0; i < t->infos->n; i++) {
		const struct procinfo *info = &t->infos->list[i];
		size_t width;

		if (ns && !namespec_matches(ns, info->group, info->name))
			continue;
		width = out_width(full_name(&t->name, info));
		if (width > t->width)
			t->width = width;
		found = true;
	}
	return found;
}

static void show_line(struct table *t, const struct procinfo *info)
{
	out_padded(full_name(&t->name, info), t->width + NAME_GAP);
	out_line("%-*s%s", STATE_WIDTH, info->statename, info->description);
}

static void show(struct ctl *ctl, struct table *t, const struct namespec *ns)
{
	for (size_t i = 0; i < t->infos->n; i++) {
		const struct procinfo *info = &t->infos->list[i];

		if (ns && !namespec_matches(ns, info->group, info->name))
			continue;
		if (report_is_wanted(ctl))
			report_row(ctl, json_incref(info->from));
		else
			show_line(t, info);
		if (procinfo_is_stopped(info))
			ctl->status = EXIT_STATUS_NOT_RUNNING;
	}
}

/* Errors come before the table, and the table is as wide as its longest name: two walks. */
static void show_named(struct ctl *ctl, struct table *t, const struct words *names)
{
	for (size_t i = 0; i < names->n; i++) {
		struct namespec ns = namespec_split(names->list[i]);

		if (measure(t, &ns))
			continue;
		report_unknown(ctl, names->list[i]);
		ctl->status = EXIT_STATUS_UNKNOWN;
	}
	for (size_t i = 0; i < names->n; i++) {
		struct namespec ns = namespec_split(names->list[i]);

		show(ctl, t, &ns);
	}
}

static void show_all(struct ctl *ctl, struct table *t)
{
	measure(t, NULL);
	show(ctl, t, NULL);
}

static void status(struct ctl *ctl, struct words *names)
{
	struct procinfo_list infos = { 0 };
	struct table t = { .infos = &infos, .width = NAME_WIDTH_MIN };

	if (!(report_is_wanted(ctl) ? procinfo_list_get_more : procinfo_list_get)(ctl, &infos))
		return;
	if (report_is_wanted(ctl))
		report_result(ctl, json_array());
	if (globs_expand(&infos, names, 0) < 0)
		ctl_oom(ctl);
	else if (names->n == 0 || words_have(names, "all"))
		show_all(ctl, &t);
	else
		show_named(ctl, &t, names);
	strbuf_done(&t.name);
	procinfo_list_done(&infos);
}

void cmd_status(struct ctl *ctl, const char *arg)
{
	struct words names;
	int up = ctl_upcheck(ctl);

	if (up == 0)
		ctl->status = EXIT_STATUS_UNKNOWN;
	if (up <= 0 || !ctl_split(ctl, arg, &names))
		return;
	status(ctl, &names);
	words_done(&names);
}
