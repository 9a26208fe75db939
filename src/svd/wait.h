/* wait.h - processes that an RPC call has started or stopped and waits for */
#ifndef SVD_SVD_WAIT_H
#define SVD_SVD_WAIT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/macro.h"
#include "svd/outcome.h"

struct engine;
struct process;

/* Start and stop share their shape: begin it, then check until the outcome is there. */
struct wait_kind {
	bool (*applies)(const struct process *p);	/* of a group, take this one? */
	void (*begin)(struct process *p, const char *name, bool wait, struct outcome *out);
	void (*check)(struct process *p, const char *name, struct outcome *out);
	void (*report)(const struct process *p);	/* say now and then that it takes long */
};

/* One call's processes. */
struct wait {
	const struct wait_kind *kind;
	json_t          *results;	/* owned; so far, of a call over several */
	size_t           n;
	struct process **waiting;	/* owned array of borrowed; NULL: has come out */
};

/* For n processes. NULL: no memory. */
must_check struct wait *wait_new(const struct wait_kind *kind, size_t n);
void wait_free(struct wait *wait);	/* NULL is allowed */

/* The process is stopped and will not be any more: whoever waits for it gets to know first. */
void wait_end(struct engine *e, const struct process *p);

/* Is there anything to be said now and then? And say what is still waited for. NULL is allowed. */
bool wait_reports(const struct wait *wait);
void wait_report(const struct wait *wait);

#endif
