/* cmd_status.c - the table of processes that half the world's scripts take apart */
#include <string.h>
#include <unistd.h>

#include "base/strbuf.h"
#include "svctl/cmd.h"
#include "svctl/colour.h"
#include "svctl/ctl.h"
#include "svctl/globs.h"
#include "svctl/namespec.h"
#include "svctl/output.h"
#include "svctl/procinfo.h"
#include "svctl/screen.h"
#include "svctl/status_table.h"
#include "svctl/tame.h"

enum { NAME_WIDTH_MIN = 30, NAME_GAP = 3, STATE_WIDTH = 10 };

enum look { LOOK_PLAIN, LOOK_TABLE, LOOK_JSON };

struct table {
	const struct procinfo_list *infos;
	struct strbuf name;
	size_t width;		/* of the longest name that is shown */
	enum look look;
	bool is_seen;		/* on a terminal, to which names must do nothing */
	struct status_table rows;	/* LOOK_TABLE */
};

static const char *full_name(struct table *t, const struct procinfo *info)
{
	strbuf_reset(&t->name);
	if (t->is_seen)
		namespec_add_tame(&t->name, info->group, info->name);
	else
		namespec_add(&t->name, info->group, info->name);
	return strbuf_str(&t->name) ? t->name.s : "?";
}

/* ns NULL: all. Widens the table by what will be shown; false when nothing matches. */
static bool measure(struct table *t, const struct namespec *ns)
{
	bool found = false;

	for (size_t i = 0; i < t->infos->n; i++) {
		const struct procinfo *info = &t->infos->list[i];
		size_t width;

		if (ns && !namespec_matches(ns, info->group, info->name))
			continue;
		width = out_width(full_name(t, info));
		if (width > t->width)
			t->width = width;
		found = true;
	}
	return found;
}

static void show_plain(struct table *t, const struct procinfo *info)
{
	struct strbuf rest = { 0 };

	out_padded(full_name(t, info), t->width + NAME_GAP);
	strbuf_addf(&rest, "%-*s%s", STATE_WIDTH, info->statename, info->description);
	strbuf_reset(&t->name);
	if (t->is_seen && strbuf_str(&rest))
		tame_add(&t->name, rest.s, rest.len, TAME_TABS);
	else
		strbuf_adds(&t->name, strbuf_str(&rest) ? rest.s : info->statename);
	out_line("%s", strbuf_str(&t->name) ? t->name.s : "?");
	strbuf_done(&rest);
}

static void show_one(struct ctl *ctl, struct table *t, const struct procinfo *info)
{
	switch (t->look) {
	case LOOK_PLAIN:
		show_plain(t, info);
		break;
	case LOOK_TABLE:
		if (status_table_add(&t->rows, info) < 0)
			ctl_oom(ctl);
		break;
	case LOOK_JSON:
		report_row(ctl, json_incref(info->from));
		break;
	}
}

static void show(struct ctl *ctl, struct table *t, const struct namespec *ns)
{
	for (size_t i = 0; i < t->infos->n; i++) {
		const struct procinfo *info = &t->infos->list[i];

		if (ns && !namespec_matches(ns, info->group, info->name))
			continue;
		show_one(ctl, t, info);
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

static bool get_infos(struct ctl *ctl, enum look look, struct procinfo_list *ret_infos)
{
	return look == LOOK_PLAIN ? procinfo_list_get(ctl, ret_infos)
				  : procinfo_list_get_more(ctl, ret_infos);
}

/* Scripts read what is no terminal, and who calls us supervisorctl knows what to expect. */
static enum look choose_look(const struct ctl *ctl)
{
	if (report_is_wanted(ctl))
		return LOOK_JSON;
	return screen_is_there() && !ctl->compatible ? LOOK_TABLE : LOOK_PLAIN;
}

static void show_words(struct ctl *ctl, struct table *t, struct words *names)
{
	if (globs_expand(t->infos, names, 0) < 0)
		ctl_oom(ctl);
	else if (names->n == 0 || words_have(names, "all"))
		show_all(ctl, t);
	else
		show_named(ctl, t, names);
}

static void status(struct ctl *ctl, struct words *names)
{
	struct procinfo_list infos = { 0 };
	struct table t = { .infos = &infos, .width = NAME_WIDTH_MIN, .look = choose_look(ctl),
			   .is_seen = isatty(STDOUT_FILENO) && !ctl->compatible };

	if (!get_infos(ctl, t.look, &infos))
		return;
	if (t.look == LOOK_JSON)
		report_result(ctl, json_array());
	if (t.look == LOOK_TABLE && !status_table_suits(&infos))
		t.look = LOOK_PLAIN;
	show_words(ctl, &t, names);
	if (t.rows.n > 0) {
		screen_use_utf8();
		status_table_show(&t.rows, screen_width(STDOUT_FILENO), colour_wanted());
	}
	status_table_done(&t.rows);
	strbuf_done(&t.name);
	procinfo_list_done(&infos);
}

void cmd_status(struct ctl *ctl, const char *arg)
{
	struct words names;

	if (!ctl_split_upcheck(ctl, arg, &names))
		return;
	status(ctl, &names);
	words_done(&names);
}
