/* columns.h - a list in as few lines as fit */
#ifndef SVD_SVCTL_COLUMNS_H
#define SVD_SVCTL_COLUMNS_H

#include <stddef.h>

struct words;

/*
 * Prints the words down the columns, two blanks between them, within the given width where that
 * is possible: the layout of Python's cmd.Cmd, which Supervisor's users know.
 */
void columns_show(const struct words *w, size_t width);

#endif
