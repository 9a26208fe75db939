/* sibling.h - a program of our own that runs beside svd: svd-logd, svd-httpd, svd-webhook */
#ifndef SVD_SVD_SIBLING_H
#define SVD_SVD_SIBLING_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/macro.h"
#include "ipc/frame.h"
#include "ipc/loop.h"

struct sibling;

struct sibling_ops {
	void (*on_up)(struct sibling *s);	/* it runs and s->link is there */
	void (*on_frame)(struct sibling *s, struct frame *frame);	/* all but `log` */
	void (*on_down)(struct sibling *s);	/* s->link is gone; NULL: nothing to do */
	/* It exited by itself with status 0. NULL: a death like any other; it is started again. */
	void (*on_left)(struct sibling *s);
};

struct sibling {
	const char  *name;	/* of its file */
	struct loop *loop;	/* borrowed */
	const struct sibling_ops *ops;
	void        *user;
	pid_t        pid;	/* 0: does not run */
	struct link *link;	/* owned; NULL: down */
	struct timer respawn;
	double       started_mono;
	double       delay;	/* seconds before the next start, grows with each early death */
	bool         stopping;
	bool         broken;	/* we have killed it: no use, and not killed from outside */
};

void sibling_init(struct sibling *s, const char *name, struct loop *loop,
		  const struct sibling_ops *ops, void *user);

/* Nothing is done about a process that still runs. */
void sibling_done(struct sibling *s);

/* Start it, if it does not run. 0 or -errno with err; the caller may try again later. */
int sibling_start(struct sibling *s, struct err *err);

/* It is needed: start it, unless that is done or planned. What fails is tried again later. */
void sibling_want(struct sibling *s);

/* true if pid was it. It is started again: at once, or later when it dies too often. */
bool sibling_reaped(struct sibling *s, pid_t pid, int wait_status);

/* It does not work as it should: it is killed, and started again after a while. */
void sibling_fail(struct sibling *s);

/* It is to end: `quit` is sent and its death is no trouble. */
void sibling_stop(struct sibling *s);

/*
 * After sibling_stop and outside of the loop: wait for at most `seconds` until it has gone, sending
 * what is queued for it. Returns whether it has.
 */
bool sibling_wait(struct sibling *s, double seconds);

#endif
