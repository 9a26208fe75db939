/* topview.h - a look at all processes as lines */
#ifndef SVD_SVCTL_TOPVIEW_H
#define SVD_SVCTL_TOPVIEW_H

#include <stdbool.h>
#include <stddef.h>

#include "base/strbuf.h"
#include "svctl/toprows.h"

enum { TOPVIEW_HEADER = 5 };	/* lines before the first process */

struct topview {
	const char *server;	/* borrowed: for the first line */
	const char *clock;	/* borrowed: likewise */
	enum top_sort sort;
	size_t width;		/* columns; no line is longer */
	size_t first, rows;	/* which processes are shown */
	size_t chosen;		/* one that stands out; beyond the end: none */
	bool coloured;
};

/* Appends the header and the rows, each line with its newline; tame whatever the names are. */
void topview_add(struct strbuf *sb, const struct top *t, const struct topview *v);

/* Appends a line cut to that many columns, and a newline; tame already. */
void topview_add_line(struct strbuf *sb, const char *line, size_t width);

#endif
