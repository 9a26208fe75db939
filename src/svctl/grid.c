/* grid.c - numbers on the right, texts on the left, and the last column as long as it is. */
#include "svctl/grid.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "svctl/colour.h"
#include "svctl/output.h"
#include "svctl/tame.h"

enum { GAP = 2 };

static bool has_room(struct grid *g)
{
	size_t room = g->room ? 2 * g->room : 64;
	struct grid_cell *cells;

	if (g->n < g->room)
		return true;
	cells = reallocarray(g->cells, room, sizeof(*cells));
	if (!cells)
		return false;
	g->cells = cells;
	g->room = room;
	return true;
}

void grid_add(struct grid *g, struct strbuf *sb, const char *colour)
{
	char *text = strbuf_steal(sb);

	if (!text || !has_room(g)) {
		free(text);
		g->oom = true;
		return;
	}
	g->cells[g->n++] = (struct grid_cell){ text, colour };
}

static size_t width_of(const char *text)
{
	return tame_width(text, strlen(text));
}

static size_t column_width(const struct grid *g, size_t column)
{
	size_t widest = width_of(g->columns[column].title);

	for (size_t i = column; i < g->n; i += g->n_columns) {
		size_t width = width_of(g->cells[i].text);

		widest = width > widest ? width : widest;
	}
	return widest;
}

static void add_cell(struct strbuf *line, const struct grid_cell *cell, size_t width, bool right)
{
	int blanks = (int)(width - width_of(cell->text));

	strbuf_addf(line, "%*s", right ? blanks : 0, "");
	strbuf_adds(line, cell->colour);
	strbuf_adds(line, cell->text);
	strbuf_adds(line, *cell->colour ? COLOUR_RESET : "");
	strbuf_addf(line, "%*s", GAP + (right ? 0 : blanks), "");
}

/* cells NULL: the titles. */
static void show_row(const struct grid *g, const size_t *widths, const struct grid_cell *cells)
{
	struct strbuf line = { 0 };

	for (size_t c = 0; c < g->n_columns; c++) {
		struct grid_cell title = { (char *)g->columns[c].title, "" };

		add_cell(&line, cells ? &cells[c] : &title, widths[c], g->columns[c].right);
	}
	while (line.len > 0 && line.s[line.len - 1] == ' ')
		line.s[--line.len] = '\0';
	out_line("%s", strbuf_str(&line) ? line.s : "?");
	strbuf_done(&line);
}

void grid_show(const struct grid *g)
{
	size_t widths[GRID_COLUMNS_MAX];

	assert(g->n_columns <= GRID_COLUMNS_MAX);
	if (g->oom)
		return;
	for (size_t c = 0; c < g->n_columns; c++)
		widths[c] = column_width(g, c);
	show_row(g, widths, NULL);
	for (size_t i = 0; i < g->n; i += g->n_columns)
		show_row(g, widths, &g->cells[i]);
}

void grid_done(struct grid *g)
{
	for (size_t i = 0; i < g->n; i++)
		free(g->cells[i].text);
	free(g->cells);
	g->cells = NULL;
	g->n = g->room = 0;
}
