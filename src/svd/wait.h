/* wait.h - processes that an RPC call starts, stops or updates and waits for */
#ifndef SVD_SVD_WAIT_H
#define SVD_SVD_WAIT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/macro.h"
#include "svd/outcome.h"

struct call;
struct engine;
struct process;

/*
 * They share their shape: begin it, then check until the outcome is there. Of a process that is
 * `leaving`, and stopped, it is.
 */
struct wait_kind {
	bool (*applies)(const struct process *p);	/* of a group, take this one? NULL: yes */
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

void wait_free(struct wait *wait);	/* NULL is allowed */

/* Begin with p and, if need be and wait_for says so, wait. It is named by the first parameter. */
void wait_for_one(struct call *call, const struct wait_kind *kind, struct process *p,
		  bool wait_for);

/* The same with n processes. list is freed; NULL: there was no memory for it. */
void wait_for_many(struct call *call, const struct wait_kind *kind, bool wait_for,
		   struct process **list, size_t n);

/*
 * The process is stopped, and will not be for long: whoever waits for that gets to know first.
 * wait_end: it is to be freed, and nobody may wait for it any more.
 */
void wait_look(struct engine *e, const struct process *p);
void wait_end(struct engine *e, struct process *p);

/* Is there anything to be said now and then? And say what is still waited for. NULL is allowed. */
bool wait_reports(const struct wait *wait);
void wait_report(const struct wait *wait);

#endif
