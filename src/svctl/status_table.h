/* status_table.h - status for a person: more columns, and colours where they are wanted */
#ifndef SVD_SVCTL_STATUS_TABLE_H
#define SVD_SVCTL_STATUS_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/macro.h"
#include "svctl/procinfo.h"

/* All zero is a valid empty one. */
struct status_table {
	struct status_row *rows;	/* owned */
	size_t n, cap;
};

/* Does the server tell enough for it? Supervisor does not. */
bool status_table_suits(const struct procinfo_list *infos);

/* One row more. 0 or -ENOMEM. */
must_check int status_table_add(struct status_table *t, const struct procinfo *info);

/* Prints it, no line longer than width where that is possible. */
void status_table_show(const struct status_table *t, size_t width, bool coloured);

void status_table_done(struct status_table *t);

#endif
