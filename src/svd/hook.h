/* hook.h - sinks of events without a listener: [eventexec:x] runs a command, [webhook:x] posts */
#ifndef SVD_SVD_HOOK_H
#define SVD_SVD_HOOK_H

#include <stddef.h>
#include <stdint.h>

#include "base/burst.h"
#include "base/err.h"
#include "base/macro.h"
#include "conf/config.h"
#include "ipc/loop.h"
#include "svd/backlog.h"
#include "svd/bus.h"
#include "svd/coalesce.h"

struct engine;
struct group;
struct hook;
struct process;

/*
 * One event on its way: what a hook has in its hands, as many as conf->concurrency at a time. One
 * that waits for its next try is among them, so that of one at a time the order is kept.
 */
struct delivery {
	struct delivery *prev, *next;	/* in the hook's list */
	struct hook     *hook;		/* borrowed */
	struct queued   *queued;	/* owned */
	unsigned         count;		/* events that it stands for, with those coalesced */
	unsigned         tries;		/* begun */
	uint64_t         id;		/* of this try, never 0 */
	bool             is_under_way;	/* false: it waits for its next try */
	double           due;		/* monotonic seconds: of the next try, or see ops */
	double           not_before;	/* ... at the earliest; set by the ops before
					 * hook_failed; 0: any time */
	struct process  *process;	/* owned, of an eventexec's try; else NULL */
	bool             is_overdue;	/* ... and it was told to end */
};

/* How the two kinds differ: hook_exec.c has hook_exec_ops, hook_post.c has hook_post_ops. */
struct hook_ops {
	/* Begin a try. 0; -errno with err: it has failed already, and another one could help. */
	int  (*begin)(struct delivery *d, struct err *err);
	/* Its `due` has come, which begin may have set; NULL: it never does. */
	void (*overdue)(struct delivery *d);
	/* The hook goes: nothing of this try is to come back. */
	void (*cancel)(struct delivery *d);
};

/*
 * Belongs to a group without processes: so it is added, updated and removed as groups are. Of the
 * events that it has accepted (backlog.n_accepted) each one is waiting, in its hands, or counted
 * as dropped, done or failed.
 */
struct hook {
	struct hook      *prev, *next;	/* in the engine's list */
	struct subscriber subscriber;
	struct group     *group;	/* borrowed */
	const struct hook_ops *ops;
	struct backlog    backlog;
	struct delivery  *deliveries;	/* owned list */
	size_t            n_deliveries;
	struct timer      timer;	/* for what is due next: armed only then */
	struct coalesce   coalesce;
	int               window_secs;	/* conf->coalesce_secs, as it is in use */
	double           *begun;	/* owned: when the last max_begun tries began, ... */
	size_t            max_begun;	/* conf->max_per_minute, as it is in use */
	size_t            next_begun;	/* ... the oldest of them */
	uint64_t          n_done;	/* delivered, */
	uint64_t          n_failed;	/* ... given up after the last try */
	uint64_t          n_coalesced;	/* that went with another one, and were not accepted */
	uint64_t          n_retries;	/* tries after a first one */
	char             *last_error;	/* owned; NULL: none yet */
	double            last_error_at;	/* wall clock, seconds */
	struct burst      complaints;	/* in the log */
	bool              is_leaving;	/* its group was removed, and goes with it */
	double            closes;	/* monotonic seconds: it has so long for what is left;
					 * 0: for ever */
	struct process   *model;	/* owned; of an eventexec: its processes are like it */
};

/* The hook of a group, which it subscribes. NULL: no memory. */
must_check struct hook *hook_new(struct group *group);
void hook_free(struct hook *hook);	/* what is left is dropped; NULL is allowed */

/* Its group has a new configuration: it holds for what begins from now on. */
void hook_configure(struct hook *hook);

/* A try has ended well: the delivery is over and freed. */
void hook_done(struct delivery *d);

/* It has ended badly, why: as text for people. may_retry: another try could help. */
void hook_failed(struct delivery *d, bool may_retry, const char *why);

/* --- all of an engine's --- */

/* Begin what can be begun; in each turn. Groups that were removed go when their hooks are done. */
void hooks_step(struct engine *e);

/*
 * svd ends, and so does everything else: what waits is tried at once, for as long as one try may
 * take and for HOOK_LINGER_SECS at most. Is there still something to wait for? To be asked in each
 * turn, and when it is not: hooks_end.
 */
must_check bool hooks_linger(struct engine *e);
void hooks_end(struct engine *e);

enum { HOOK_LINGER_SECS = 5 };

/*
 * The group of a hook was removed: when something is left to do for it, it goes on for that long,
 * unseen. true: the group is freed when its time has come. false: nothing is left.
 */
must_check bool hook_leaves(struct hook *hook);

#endif
