/* hook.h - sinks of events without a listener: [eventexec:x] runs a command, [webhook:x] posts */
#ifndef SVD_SVD_HOOK_H
#define SVD_SVD_HOOK_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/macro.h"
#include "conf/config.h"
#include "ipc/loop.h"
#include "svd/backlog.h"
#include "svd/bus.h"

struct engine;
struct group;
struct hook;

/* One event on its way: what a hook has in its hands, as many as conf->concurrency at a time. */
struct delivery {
	struct delivery *prev, *next;	/* in the hook's list */
	struct hook     *hook;		/* borrowed */
	struct queued   *queued;	/* owned */
	unsigned         count;		/* events that it stands for: 1, and those coalesced with it */
	unsigned         tries;		/* begun */
	uint64_t         id;		/* of this try, never 0 */
	bool             is_under_way;	/* false: it waits for `again` */
	double           again;		/* monotonic seconds of the next try; at the earliest ... */
	double           not_before;	/* ... then: set by the ops before hook_failed; 0: any time */
};

/* How the two kinds differ: hook_exec.c has hook_exec_ops, hook_post.c has hook_post_ops. */
struct hook_ops {
	/* Begin a try. 0; -errno with err: it has failed already, and another one could help. */
	int  (*begin)(struct delivery *d, struct err *err);
	/* The hook goes: nothing of this try is to come back. */
	void (*cancel)(struct delivery *d);
};

/* Belongs to a group without processes: so it is added, updated and removed as groups are. */
struct hook {
	struct hook      *prev, *next;	/* in the engine's list */
	struct subscriber subscriber;
	struct group     *group;	/* borrowed */
	const struct hook_ops *ops;
	struct backlog    backlog;
	struct delivery  *deliveries;	/* owned list */
	size_t            n_deliveries;
	struct timer      timer;	/* the next retry, the end of a window, the rate limit */
	uint64_t          n_done;	/* events: delivered, */
	uint64_t          n_failed;	/* ... given up after the last try, */
	uint64_t          n_coalesced;	/* ... that went with another one, */
	uint64_t          n_retries;	/* tries after a first one */
	char             *last_error;	/* owned; NULL: none yet */
	double            last_error_at;	/* wall clock, seconds */
	void             *windows;	/* owned: of coalescing, see hook.c */
};

/* The hook of a group, which it subscribes. NULL: no memory. */
must_check struct hook *hook_new(struct group *group);
void hook_free(struct hook *hook);	/* NULL is allowed */

/* Begin what can be begun; in each turn. */
void hook_step(struct hook *hook);

/* The delivery whose try that is; NULL: nobody wants to know any more what comes of it. */
struct delivery *hook_find(const struct engine *e, uint64_t id);

/* A try has ended well: the delivery is over and freed. */
void hook_done(struct delivery *d);

/* It has ended badly, why: as text for people. may_retry: another try could help. */
void hook_failed(struct delivery *d, bool may_retry, const char *why);

#endif
