/* topview.c - one screen of top, without a screen */
#include "svctl/topview.h"

#include <stdio.h>
#include <string.h>

#include "svctl/colour.h"
#include "base/human.h"
#include "svctl/namespec.h"
#include "svctl/tame.h"

enum { NAME_MIN = 12, OTHERS_WIDTH = 59 };

static const char chosen_begin[] = "\033[7m", bold_begin[] = "\033[1m";

void topview_add_line(struct strbuf *sb, const char *line, size_t width)
{
	strbuf_add(sb, line, tame_cut(line, width));
	strbuf_addc(sb, '\n');
}

static void add_line(struct strbuf *sb, struct strbuf *line, size_t width, const char *colour)
{
	const char *text = strbuf_str(line);

	strbuf_adds(sb, colour);
	if (text)
		strbuf_add(sb, text, tame_cut(text, width));
	strbuf_adds(sb, *colour ? COLOUR_RESET : "");
	strbuf_addc(sb, '\n');
	strbuf_reset(line);
}

/* The name's column: as wide as the longest name, if there is room for the others. */
static size_t name_width(const struct top *t, size_t width)
{
	size_t widest = NAME_MIN, room = width > OTHERS_WIDTH ? width - OTHERS_WIDTH : 0;
	struct strbuf name = { 0 };

	for (size_t i = 0; i < t->n; i++) {
		size_t used;

		strbuf_reset(&name);
		namespec_add_tame(&name, t->rows[i].group, t->rows[i].process);
		used = tame_width(name.s ? name.s : "", name.len);
		widest = used > widest ? used : widest;
	}
	strbuf_done(&name);
	room = room < NAME_MIN ? NAME_MIN : room;
	return widest < room ? widest : room;
}

/* And blanks up to the width of its column. */
static void add_name(struct strbuf *line, const struct top_row *row, size_t width)
{
	struct strbuf name = { 0 };
	size_t n, used;

	namespec_add_tame(&name, row->group, row->process);
	n = tame_cut(strbuf_str(&name) ? strbuf_str(&name) : "", width);
	used = tame_width(name.s ? name.s : "", n);
	strbuf_add(line, name.s ? name.s : "", n);
	strbuf_addf(line, "%*s", (int)(width - used), "");
	strbuf_done(&name);
}

static void add_row(struct strbuf *sb, const struct top_row *row, const struct topview *v,
		    size_t width, bool is_chosen)
{
	char memory[HUMAN_MAX], uptime[HUMAN_MAX], pid[HUMAN_MAX];
	const char *colour = v->coloured ? colour_of_state(row->state) : "";
	struct strbuf line = { 0 }, state = { 0 };

	if (row->pid)
		snprintf(pid, sizeof(pid), "%ld", row->pid);
	tame_add(&state, row->statename, strlen(row->statename), 0);
	add_name(&line, row, width);
	strbuf_addf(&line, "  %-8.8s  %7s  %6.1f  %6s  %8ld  %11s",
		    strbuf_str(&state) ? strbuf_str(&state) : "", row->pid ? pid : "-",
		    row->cpu_percent, row->pid ? human_size(memory, row->memory_bytes) : "-",
		    row->restarts, row->pid ? human_uptime(uptime, row->uptime) : "-");
	add_line(sb, &line, v->width, is_chosen ? chosen_begin : colour);
	strbuf_done(&line);
	strbuf_done(&state);
}

static void add_header(struct strbuf *sb, const struct top *t, const struct topview *v,
		       size_t width)
{
	char memory[HUMAN_MAX];
	struct strbuf line = { 0 };

	tame_add(&line, v->server, strlen(v->server), 0);
	strbuf_addf(&line, "  %s", v->clock);
	add_line(sb, &line, v->width, "");
	strbuf_addf(&line, "%zu processes: %zu running, %zu starting or stopping, %zu failing, "
		    "%zu stopped", t->n, t->n_running, t->n_under_way, t->n_bad,
		    t->n - t->n_running - t->n_under_way - t->n_bad);
	add_line(sb, &line, v->width, "");
	strbuf_addf(&line, "CPU %.1f%% of one processor, memory %s", t->cpu_percent,
		    human_size(memory, t->memory_bytes));
	add_line(sb, &line, v->width, "");
	add_line(sb, &line, v->width, "");
	strbuf_addf(&line, "%-*s  %-8s  %7s  %6s  %6s  %8s  %11s", (int)width, "NAME", "STATE",
		    "PID", "CPU%", "MEM", "RESTARTS", "UPTIME");
	add_line(sb, &line, v->width, v->coloured ? bold_begin : "");
	strbuf_done(&line);
}

void topview_add(struct strbuf *sb, const struct top *t, const struct topview *v)
{
	size_t width = name_width(t, v->width);

	add_header(sb, t, v, width);
	for (size_t i = v->first; i < t->n && i - v->first < v->rows; i++)
		add_row(sb, &t->rows[i], v, width, i == v->chosen);
}
