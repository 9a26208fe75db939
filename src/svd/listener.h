/* listener.h - a process that is told of events: its standard output is its side of a dialog */
#ifndef SVD_SVD_LISTENER_H
#define SVD_SVD_LISTENER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/burst.h"
#include "base/macro.h"
#include "conf/config.h"
#include "ipc/loop.h"
#include "svd/dialog.h"

struct logs;
struct queued;
struct process;

/* Over all lives. */
struct listener_counts {
	uint64_t sent;		/* events, each time that one was sent */
	uint64_t ok;		/* ... and was answered: done, */
	uint64_t rejected;	/* ... or not; the others it has, or gave back without an answer */
	uint64_t noise;		/* lines that were ignored: listener_strict=false */
	uint64_t forced;	/* times that svd stopped it, as it broke the protocol */
};

/*
 * svd reads the output of listeners itself, as the only output that it reads: what they say
 * decides which event they get. What was read is passed on to svd-logd where it is to be logged.
 * The loop's callback only collects it, listener_step takes it apart in the turn.
 */
struct listener {
	struct process *process;	/* borrowed */
	struct dialog   dialog;
	struct queued  *held;		/* owned: the event that it works on; NULL: none */
	struct listener_counts counts;
	int             fd;		/* owned: read end of its stdout; -1: none */
	int             copy;		/* owned: write end of svd-logd's pipe; -1: none */
	struct io       io;
	struct timer    pause;		/* before what is readable is read; see listener.c */
	struct timer    silence;	/* since its stdout was closed, though it lives on */
	bool            is_mute;	/* ... for too long */
	bool            comes_back;	/* svd stops it, and starts it again */
	double          delay;		/* seconds that it waits when it breaks the next time */
	double          not_before;	/* monotonic seconds: the earliest start by svd */
	struct burst    noise;		/* told in the log */
};

/*
 * Who breaks the protocol, or closes his stdout, is of no use: svd stops him and starts him again a
 * second later, unless autorestart says that it never does. Who dies with an event in his hands is
 * started again at once. When the same happens again before he has answered an event, he waits
 * twice as long each time, up to a minute. That binds only svd: people start him when they like.
 */

/* NULL: no memory. process is borrowed. */
must_check struct listener *listener_new(struct process *p);
void listener_free(struct listener *l);		/* NULL is allowed */

/* Is this output of a process its side of a dialog? */
bool listener_reads(const struct process *p, enum channel channel);

/* Its process was spawned; fd, non-blocking, is the read end of its stdout and the listener's. */
void listener_begin(struct listener *l, pid_t pid, int fd);

/* Its process was reaped: hear what it still had to say. */
void listener_hear_rest(struct listener *l);

/*
 * The last life is over. An event that it has not answered goes back to the pool. Was it svd that
 * stopped it, to start it again?
 */
bool listener_end(struct listener *l);

/* Seconds that svd has to wait before it starts it; 0 or less: none. */
double listener_wait(const struct listener *l);

/* Do what follows from what it has said so far. */
void listener_step(struct listener *l);

/* Would it take an event now? */
bool listener_is_ready(const struct listener *l);

/*
 * Send it an event: n bytes of a head for its standard input, then the payload. true: q is the
 * listener's now. false: it cannot be reached.
 */
must_check bool listener_send(struct listener *l, struct queued *q, const char *head, size_t n);

#endif
