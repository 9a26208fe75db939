/*
 * loop.c - the loop over libev. Never ev_default_loop(): it reaps children behind our back.
 */
#include "ipc/loop.h"

#include <stdlib.h>

struct loop {
	struct ev_loop *ev;	/* owned */
	ev_periodic     never;	/* see sleep_long */
	ev_prepare      turn;
	void          (*on_turn)(void *arg);
	void           *turn_arg;
};

static void on_never(struct ev_loop *ev, ev_periodic *w, int events)
{
	(void)ev;
	(void)w;
	(void)events;
}

/*
 * libev wakes up once a minute to see whether the clock was set, unless it has a timerfd that
 * tells it; and it makes one (from 4.33 on) only for the first watcher of wall-clock time.
 */
static void sleep_long(struct loop *loop)
{
	static const double YEARS = 30 * 365.25 * 86400;

	ev_periodic_init(&loop->never, on_never, ev_now(loop->ev) + YEARS, 0., NULL);
	ev_periodic_start(loop->ev, &loop->never);
	ev_unref(loop->ev);
}

struct loop *loop_new(void)
{
	struct loop *loop = calloc(1, sizeof(*loop));

	if (!loop)
		return NULL;
	loop->ev = ev_loop_new(EVFLAG_AUTO);
	if (!loop->ev) {
		free(loop);
		return NULL;
	}
	sleep_long(loop);
	return loop;
}

void loop_free(struct loop *loop)
{
	if (!loop)
		return;
	ev_loop_destroy(loop->ev);
	free(loop);
}

void loop_run(struct loop *loop)
{
	ev_run(loop->ev, 0);
}

void loop_stop(struct loop *loop)
{
	ev_break(loop->ev, EVBREAK_ALL);
}

static void on_prepare(struct ev_loop *ev, ev_prepare *w, int events)
{
	struct loop *loop = w->data;

	(void)events;
	(void)ev;
	loop->on_turn(loop->turn_arg);
}

void loop_on_turn(struct loop *loop, void (*fn)(void *arg), void *arg)
{
	loop->on_turn = fn;
	loop->turn_arg = arg;
	ev_prepare_init(&loop->turn, on_prepare);
	loop->turn.data = loop;
	ev_prepare_start(loop->ev, &loop->turn);
}

static void timer_fired(struct ev_loop *ev, ev_timer *w, int events)
{
	struct timer *t = container_of(w, struct timer, w);

	(void)ev;
	(void)events;
	t->on_fire(t);
}

void timer_init(struct timer *t, struct loop *loop, void (*on_fire)(struct timer *t))
{
	ev_timer_init(&t->w, timer_fired, 0., 0.);
	t->loop = loop;
	t->on_fire = on_fire;
}

void timer_start(struct timer *t, double seconds)
{
	timer_stop(t);
	ev_now_update(t->loop->ev);
	ev_timer_set(&t->w, seconds, 0.);
	ev_timer_start(t->loop->ev, &t->w);
}

void timer_stop(struct timer *t)
{
	ev_timer_stop(t->loop->ev, &t->w);
}

bool timer_is_armed(const struct timer *t)
{
	return ev_is_active(&t->w);
}

static void io_ready(struct ev_loop *ev, ev_io *w, int events)
{
	struct io *io = container_of(w, struct io, w);

	(void)ev;
	io->on_ready(io, events);
}

void io_init(struct io *io, struct loop *loop, void (*on_ready)(struct io *io, int events))
{
	ev_io_init(&io->w, io_ready, -1, 0);
	io->loop = loop;
	io->on_ready = on_ready;
}

void io_start(struct io *io, int fd, int events)
{
	if (ev_is_active(&io->w) && io->w.fd == fd &&
	    (io->w.events & (IO_READ | IO_WRITE)) == events)
		return;
	io_stop(io);
	ev_io_set(&io->w, fd, events);
	ev_io_start(io->loop->ev, &io->w);
}

void io_stop(struct io *io)
{
	ev_io_stop(io->loop->ev, &io->w);
}

bool io_is_started(const struct io *io)
{
	return ev_is_active(&io->w);
}

static void signal_came(struct ev_loop *ev, ev_signal *w, int events)
{
	struct sigwatch *s = container_of(w, struct sigwatch, w);

	(void)ev;
	(void)events;
	s->on_signal(s, w->signum);
}

void sigwatch_start(struct sigwatch *s, struct loop *loop, int signo,
		    void (*on_signal)(struct sigwatch *s, int signo))
{
	ev_signal_init(&s->w, signal_came, signo);
	s->loop = loop;
	s->on_signal = on_signal;
	ev_signal_start(loop->ev, &s->w);
}

void sigwatch_stop(struct sigwatch *s)
{
	ev_signal_stop(s->loop->ev, &s->w);
}

static void woken(struct ev_loop *ev, ev_async *w, int events)
{
	struct waker *wk = container_of(w, struct waker, w);

	(void)ev;
	(void)events;
	wk->on_wake(wk);
}

void waker_start(struct waker *wk, struct loop *loop, void (*on_wake)(struct waker *wk))
{
	ev_async_init(&wk->w, woken);
	wk->loop = loop;
	wk->on_wake = on_wake;
	ev_async_start(loop->ev, &wk->w);
}

void waker_stop(struct waker *wk)
{
	ev_async_stop(wk->loop->ev, &wk->w);
}

void waker_send(struct waker *wk)
{
	ev_async_send(wk->loop->ev, &wk->w);
}
