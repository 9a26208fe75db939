/* columns.c - the layout of the list that `help` prints */
#include "svctl/columns.h"

#include <string.h>

#include "svctl/output.h"
#include "svctl/words.h"

static size_t column_width(const struct words *w, size_t rows, size_t column)
{
	size_t widest = 0;

	for (size_t i = rows * column; i < w->n && i < rows * (column + 1); i++) {
		size_t len = strlen(w->list[i]);

		widest = len > widest ? len : widest;
	}
	return widest;
}

static size_t table_width(const struct words *w, size_t rows)
{
	size_t total = 0;

	for (size_t column = 0; column * rows < w->n; column++)
		total += column_width(w, rows, column) + 2;
	return total - 2;
}

static void show_row(const struct words *w, size_t rows, size_t row)
{
	for (size_t i = row; i < w->n; i += rows) {
		/* A single column is not padded. */
		size_t width = rows < w->n ? column_width(w, rows, i / rows) : 0;

		out_text(i == row ? "" : "  ");
		out_padded(w->list[i], width);
	}
	out_line("%s", "");
}

void columns_show(const struct words *w, size_t width)
{
	size_t rows = 1;

	while (rows < w->n && table_width(w, rows) > width)
		rows++;
	for (size_t row = 0; row < rows && row < w->n; row++)
		show_row(w, rows, row);
}
