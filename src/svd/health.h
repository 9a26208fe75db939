/* health.h - is all well? What counts is in [svd:health]. */
#ifndef SVD_SVD_HEALTH_H
#define SVD_SVD_HEALTH_H

#include <stdbool.h>
#include <stddef.h>

struct engine;
struct process;

/* It runs, or has done its work and is not wanted again. */
bool health_is_well(const struct process *p);

/* Is it one of those that [svd:health] is about? */
bool health_counts(const struct engine *e, const struct process *p);

struct health {
	bool   is_healthy;
	size_t n_well, n_total;		/* of the processes that count */
};

struct health health_of(struct engine *e);

#endif
