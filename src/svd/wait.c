/* wait.c - the memory of a waiting call. */
#include "svd/wait.h"

#include <stdlib.h>

struct wait *wait_new(const struct wait_kind *kind, size_t n)
{
	struct wait *wait = calloc(1, sizeof(*wait));

	if (!wait)
		return NULL;
	wait->kind = kind;
	wait->n = n;
	wait->results = json_array();
	wait->waiting = calloc(n + 1, sizeof(struct process *));
	if (!wait->results || !wait->waiting) {
		wait_free(wait);
		return NULL;
	}
	return wait;
}

void wait_free(struct wait *wait)
{
	if (!wait)
		return;
	json_decref(wait->results);
	free(wait->waiting);
	free(wait);
}

bool wait_reports(const struct wait *wait)
{
	return wait && wait->kind->report;
}

void wait_report(const struct wait *wait)
{
	for (size_t i = 0; wait_reports(wait) && i < wait->n; i++)
		if (wait->waiting[i])
			wait->kind->report(wait->waiting[i]);
}
