/*
 * status_table.c - what an operator wants to know of a process at one glance. What comes last may
 * be long and is cut; names and reasons are others' texts and are tamed.
 */
#include "svctl/status_table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "rpc/faults.h"
#include "svctl/colour.h"
#include "base/human.h"
#include "svctl/namespec.h"
#include "svctl/output.h"
#include "svctl/tame.h"

enum column { NAME, STATE, PID, UPTIME, RESTARTS, CPU, MEM, LAST_EXIT, COLUMNS };

enum { GAP = 2, NAME_MIN = 12, LAST_MIN = 10 };

#define ELLIPSIS "\xe2\x80\xa6"	/* one column */

static const struct {
	const char *title;
	bool right;	/* numbers */
} columns[COLUMNS] = {
	[NAME] = { "NAME", false },
	[STATE] = { "STATE", false },
	[PID] = { "PID", true },
	[UPTIME] = { "UPTIME", true },
	[RESTARTS] = { "RESTARTS", true },
	[CPU] = { "CPU", true },
	[MEM] = { "MEM", true },
	[LAST_EXIT] = { "LAST EXIT", false },
};

struct status_row {
	int state;
	char *cells[COLUMNS];	/* owned; tame */
};

static json_int_t number(const struct procinfo *info, const char *key)
{
	return json_integer_value(json_object_get(info->from, key));
}

static double real(const struct procinfo *info, const char *key)
{
	return json_number_value(json_object_get(info->from, key));
}

static const char *text(const struct procinfo *info, const char *key)
{
	const char *value = json_string_value(json_object_get(info->from, key));

	return value ? value : "";
}

bool status_table_suits(const struct procinfo_list *infos)
{
	return infos->n > 0 && json_object_get(infos->list[0].from, "restarts");
}

static void add_tame(struct strbuf *sb, const char *what)
{
	tame_add(sb, what, strlen(what), 0);
}

/* Over its whole life so far: one look at it knows no other. */
static void add_cpu(struct strbuf *sb, const struct procinfo *info)
{
	json_int_t uptime = number(info, "uptime");

	if (json_object_get(info->from, "cpu_seconds") && info->pid)
		strbuf_addf(sb, "%.1f%%", 100 * real(info, "cpu_seconds") /
			    (double)(uptime > 0 ? uptime : 1));
}

static void add_memory(struct strbuf *sb, const struct procinfo *info)
{
	char buf[HUMAN_MAX];

	if (json_object_get(info->from, "memory_bytes") && info->pid)
		strbuf_adds(sb, human_size(buf, real(info, "memory_bytes")));
}

/* The reason may be cut. What never came so far as to exit has it in the description. */
static void add_last_exit(struct strbuf *sb, const struct procinfo *info)
{
	const char *reason = text(info, "exit_reason");
	bool failed = info->state == STATE_CODE_BACKOFF || info->state == STATE_CODE_FATAL;
	json_int_t at = number(info, "exit_at"), now = number(info, "now");
	char buf[HUMAN_MAX];

	if (at > 0)
		strbuf_addf(sb, "%s ago: ", human_span(buf, now > at ? (long)(now - at) : 0));
	add_tame(sb, *reason || !failed ? reason : info->description);
}

static void add_cell(struct strbuf *sb, enum column column, const struct procinfo *info)
{
	char buf[HUMAN_MAX];

	switch (column) {
	case NAME:
		namespec_add_tame(sb, info->group, info->name);
		break;
	case STATE:
		add_tame(sb, info->statename);
		break;
	case PID:
		if (info->pid)
			strbuf_addf(sb, "%ld", info->pid);
		break;
	case UPTIME:
		if (info->pid)
			strbuf_adds(sb, human_uptime(buf, (long)number(info, "uptime")));
		break;
	case RESTARTS:
		strbuf_addf(sb, "%lld", (long long)number(info, "restarts"));
		break;
	case CPU:
		add_cpu(sb, info);
		break;
	case MEM:
		add_memory(sb, info);
		break;
	case LAST_EXIT:
	case COLUMNS:
		add_last_exit(sb, info);
		break;
	}
}

static int make_row(const struct procinfo *info, struct status_row *row)
{
	*row = (struct status_row){ .state = info->state };
	for (int c = 0; c < COLUMNS; c++) {
		struct strbuf sb = { 0 };

		add_cell(&sb, (enum column)c, info);
		row->cells[c] = strbuf_steal(&sb);
		if (!row->cells[c])
			return -ENOMEM;
	}
	return 0;
}

int status_table_add(struct status_table *t, const struct procinfo *info)
{
	if (t->n == t->cap) {
		size_t cap = t->cap ? 2 * t->cap : 16;
		struct status_row *rows = reallocarray(t->rows, cap, sizeof(*rows));

		if (!rows)
			return -ENOMEM;
		t->rows = rows;
		t->cap = cap;
	}
	return make_row(info, &t->rows[t->n++]);
}

void status_table_done(struct status_table *t)
{
	for (size_t i = 0; i < t->n; i++) {
		for (int c = 0; c < COLUMNS; c++)
			free(t->rows[i].cells[c]);
	}
	free(t->rows);
	*t = (struct status_table){ 0 };
}

static size_t cell_width(const char *cell)
{
	return tame_width(cell, strlen(cell));
}

static size_t column_width(const struct status_table *t, enum column c)
{
	size_t widest = strlen(columns[c].title);

	for (size_t i = 0; i < t->n; i++) {
		size_t width = cell_width(t->rows[i].cells[c]);

		widest = width > widest ? width : widest;
	}
	return widest;
}

/* The last column gets what is left; where that is too little, names give of theirs. */
static void measure(const struct status_table *t, size_t width, size_t widths[COLUMNS])
{
	size_t numbers = 0, wanted;

	for (int c = 0; c < COLUMNS; c++)
		widths[c] = column_width(t, (enum column)c);
	for (int c = STATE; c < LAST_EXIT; c++)
		numbers += widths[c] + GAP;
	width = width > numbers + GAP ? width - numbers - GAP : 0;
	wanted = widths[LAST_EXIT] < LAST_MIN ? widths[LAST_EXIT] : LAST_MIN;
	if (widths[NAME] + wanted > width && widths[NAME] > NAME_MIN)
		widths[NAME] = width > NAME_MIN + wanted ? width - wanted : NAME_MIN;
	if (widths[NAME] + widths[LAST_EXIT] > width)
		widths[LAST_EXIT] = width > widths[NAME] ? width - widths[NAME] : 0;
}

static void add_blanks(struct strbuf *sb, size_t n)
{
	strbuf_addf(sb, "%*s", (int)n, "");
}

/* Cut to the width and padded to it. */
static void add_fitting(struct strbuf *sb, const char *cell, size_t width, bool right)
{
	size_t used = cell_width(cell), n = strlen(cell);
	bool cut = used > width;

	if (cut) {
		n = tame_cut(cell, width - 1);
		used = tame_width(cell, n) + 1;
	}
	add_blanks(sb, right ? width - used : 0);
	strbuf_add(sb, cell, n);
	strbuf_adds(sb, cut ? ELLIPSIS : "");
	add_blanks(sb, right ? 0 : width - used);
}

static void show_line(char *const *cells, const size_t widths[COLUMNS], const char *colour)
{
	struct strbuf sb = { 0 };

	for (int c = 0; c < COLUMNS && widths[c] > 0; c++) {
		bool is_coloured = c == STATE && *colour;

		add_blanks(&sb, c == NAME ? 0 : GAP);
		strbuf_adds(&sb, is_coloured ? colour : "");
		add_fitting(&sb, cells[c], widths[c], columns[c].right);
		strbuf_adds(&sb, is_coloured ? COLOUR_RESET : "");
	}
	while (sb.len > 0 && sb.s[sb.len - 1] == ' ')
		sb.s[--sb.len] = '\0';
	out_line("%s", strbuf_str(&sb) ? strbuf_str(&sb) : cells[NAME]);
	strbuf_done(&sb);
}

void status_table_show(const struct status_table *t, size_t width, bool coloured)
{
	size_t widths[COLUMNS];
	char *titles[COLUMNS];

	for (int c = 0; c < COLUMNS; c++)
		titles[c] = (char *)columns[c].title;
	measure(t, width, widths);
	show_line(titles, widths, "");
	for (size_t i = 0; i < t->n; i++) {
		const struct status_row *row = &t->rows[i];

		show_line(row->cells, widths, coloured ? colour_of_state(row->state) : "");
	}
}
