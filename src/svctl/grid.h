/* grid.h - a table as wide as what is in it */
#ifndef SVD_SVCTL_GRID_H
#define SVD_SVCTL_GRID_H

#include <stdbool.h>
#include <stddef.h>

struct strbuf;

enum { GRID_COLUMNS_MAX = 12 };

struct grid_column {
	const char *title;
	bool right;		/* numbers */
};

struct grid_cell {
	char *text;		/* owned; tame */
	const char *colour;	/* borrowed; "": none */
};

/* With columns and their number it is a valid empty one, of one line with the titles. */
struct grid {
	const struct grid_column *columns;	/* borrowed */
	size_t n_columns;	/* not more than GRID_COLUMNS_MAX */
	struct grid_cell *cells;	/* owned, row by row */
	size_t n, room;
	bool oom;
};

/* The next cell of a row; its text, which is tame, is taken out of sb. colour: see colour.h. */
void grid_add(struct grid *g, struct strbuf *sb, const char *colour);

/* Prints it, unless there was no memory for all of it. */
void grid_show(const struct grid *g);

void grid_done(struct grid *g);

#endif
