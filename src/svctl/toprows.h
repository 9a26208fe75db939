/* toprows.h - what each process does between two looks at all of them */
#ifndef SVD_SVCTL_TOPROWS_H
#define SVD_SVCTL_TOPROWS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/macro.h"

struct top_row {
	const json_t *from;		/* borrowed from the look's answer */
	const char *group, *process;	/* likewise, and not tame */
	const char *statename;		/* likewise */
	int    state;
	long   pid, uptime, restarts;
	double cpu_seconds, cpu_percent, memory_bytes;	/* of its tree; percent of one processor */
};

/* One look. All zero is a valid empty one. */
struct top {
	json_t *answer;			/* counted */
	struct top_row *rows;		/* owned */
	size_t n, n_running, n_under_way, n_bad;
	double cpu_percent, memory_bytes;	/* of all */
	double at_mono;
};

enum top_sort { TOP_CPU, TOP_MEM, TOP_NAME, TOP_UPTIME, TOP_RESTARTS, TOP_SORTS };

/* The order of that name ("cpu"), or TOP_SORTS. */
enum top_sort top_sort_named(const char *name);

/*
 * Reads the answer of svd.getAllProcessStatus, of which it takes its own reference. A process that
 * the look before had not is taken by its whole life. 0, or -EBADMSG or -ENOMEM with err.
 */
must_check int top_read(json_t *answer, const struct top *before, double now_mono,
			struct top *ret_top, struct err *err);
void top_sort(struct top *t, enum top_sort by);
void top_done(struct top *t);

/* What --json prints of it; NULL: no memory. */
json_t *top_json(const struct top *t, double at);

#endif
