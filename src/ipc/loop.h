/* loop.h - the event loop of the daemons: descriptors, timers, signals, turns */
#ifndef SVD_IPC_LOOP_H
#define SVD_IPC_LOOP_H

#include <ev.h>
#include <stdbool.h>

#include "base/macro.h"

/*
 * A thin cover over libev, for three reasons: callbacks get the object and not the loop; a
 * watcher that is stopped or started twice is no trouble; and unit tests link a fake of this file
 * with a clock of their own. Watchers are embedded in the struct that owns the descriptor or the
 * deadline; stop a watcher before its descriptor is closed.
 */
struct loop;

must_check struct loop *loop_new(void);		/* NULL: no memory or no epoll */
void loop_free(struct loop *loop);
void loop_run(struct loop *loop);		/* until loop_stop */
void loop_stop(struct loop *loop);

/* fn(arg) runs each time before the loop sleeps: the one place where things change. */
void loop_on_turn(struct loop *loop, void (*fn)(void *arg), void *arg);

struct timer {
	ev_timer     w;
	struct loop *loop;	/* borrowed */
	void       (*on_fire)(struct timer *t);
};

void timer_init(struct timer *t, struct loop *loop, void (*on_fire)(struct timer *t));
void timer_start(struct timer *t, double seconds);	/* from now, once; starts anew if armed */
void timer_stop(struct timer *t);
bool timer_is_armed(const struct timer *t);

enum { IO_READ = EV_READ, IO_WRITE = EV_WRITE };

struct io {
	ev_io        w;
	struct loop *loop;	/* borrowed */
	void       (*on_ready)(struct io *io, int events);
};

void io_init(struct io *io, struct loop *loop, void (*on_ready)(struct io *io, int events));
void io_start(struct io *io, int fd, int events);	/* changes fd and events if started */
void io_stop(struct io *io);
bool io_is_started(const struct io *io);

struct sigwatch {
	ev_signal    w;
	struct loop *loop;	/* borrowed */
	void       (*on_signal)(struct sigwatch *s, int signo);
};

void sigwatch_start(struct sigwatch *s, struct loop *loop, int signo,
		    void (*on_signal)(struct sigwatch *s, int signo));
void sigwatch_stop(struct sigwatch *s);

/* For news from another thread. */
struct waker {
	ev_async     w;
	struct loop *loop;	/* borrowed */
	void       (*on_wake)(struct waker *wk);
};

void waker_start(struct waker *wk, struct loop *loop, void (*on_wake)(struct waker *wk));
void waker_stop(struct waker *wk);

/* From any thread: on_wake comes soon in the loop's, once for one or several of these. */
void waker_send(struct waker *wk);

#endif
