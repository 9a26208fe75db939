/*
 * baton.c - a disk that hangs holds up one thread and not the loop. The thread that watches is
 * asleep while nothing is at risk, and looks three times a second while something is: what it finds
 * twice at the same risk has hung. On the way of every risk there are two atomic operations, and
 * now and then the timer is armed.
 */
#include "logd/baton.h"

#include <errno.h>
#include <setjmp.h>
#include <stdint.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "base/fd.h"

enum {
	STACK = 256 * 1024,	/* bytes; virtual, the loop needs a tenth of it */
	LOOK = 300000000,	/* nanoseconds until the first look after a risk has begun */
	PATIENCE = 200000000,	/* from that to the second */
	AT_ONCE = 1,
};

/* Back to the beginning of a thread that has lost the baton. */
static _Thread_local jmp_buf *way_out;

/* --- threads --- */

static int start_thread(pthread_t *ret_thread, void *(*fn)(void *arg), void *arg)
{
	pthread_attr_t attr;
	int ret = -pthread_attr_init(&attr);

	if (ret < 0)
		return ret;
	ret = -pthread_attr_setstacksize(&attr, STACK);
	if (ret == 0)
		ret = -pthread_create(ret_thread, &attr, fn, arg);
	(void)pthread_attr_destroy(&attr);
	return ret;
}

static void set_timer(const struct baton *b, long nanoseconds)
{
	struct itimerspec when = { .it_value.tv_nsec = nanoseconds };

	(void)timerfd_settime(b->timer, 0, &when, NULL);
}

static void *carry(void *arg)
{
	struct baton *b = arg;
	jmp_buf start;

	way_out = &start;
	if (setjmp(start) == 0) {
		loop_run(b->loop);
		atomic_store(&b->over, true);
		set_timer(b, AT_ONCE);
	}
	return NULL;
}

/* --- who is away --- */

static void note_away(struct baton *b, struct risk *r, pthread_t thread)
{
	r->away = true;
	r->thread = thread;
	r->next = b->gone;
	b->gone = r;
	b->n_gone++;
}

/* In a thread that is away. Afterwards r may not be there any more. */
static void come_back(struct risk *r)
{
	struct baton *b = r->baton;

	if (r->undo)
		r->undo(r);
	atomic_store(&r->back, true);
	waker_send(&b->waker);
}

static void *run_away(void *arg)
{
	struct risk *r = arg;

	r->run(r);
	come_back(r);
	return NULL;
}

static struct risk *take_returned(struct baton *b)
{
	struct risk **p = &b->gone, *r;

	while (*p && !atomic_load(&(*p)->back))
		p = &(*p)->next;
	r = *p;
	if (r) {
		*p = r->next;
		b->n_gone--;
	}
	return r;
}

/* Each thread has only to end when it has said that it is back. */
static void on_wake(struct waker *wk)
{
	struct baton *b = container_of(wk, struct baton, waker);
	struct risk *r;

	while ((r = take_returned(b))) {
		(void)pthread_join(r->thread, NULL);
		r->away = false;
		atomic_store(&r->back, false);
		r->on_late(r);
	}
}

/* --- who watches --- */

/*
 * When we are killed, a thread that hangs lives on, and with it all that is in its table of
 * descriptors; what is opened from now on is not, see on_taken. We are the loop's only hope, so we
 * try until there is room for a thread.
 */
static void take_over(struct baton *b)
{
	static const struct timespec nap = { .tv_nsec = PATIENCE };

	note_away(b, b->current, b->thread);
	(void)fd_part_table();
	b->on_taken(b->user);
	while (start_thread(&b->thread, carry, b) < 0)
		(void)nanosleep(&nap, NULL);
}

static void arm(struct baton *b, long nanoseconds)
{
	atomic_store(&b->armed, true);
	set_timer(b, nanoseconds);
}

static void watch(struct baton *b)
{
	unsigned long seen = 0, serial;
	uint64_t ticks;

	while (!atomic_load(&b->over)) {
		if (read(b->timer, &ticks, sizeof(ticks)) < 0 && errno != EINTR)
			return;
		atomic_store(&b->armed, false);
		serial = atomic_load(&b->serial);
		if (serial % 2 == 0)
			continue;
		if (serial != seen) {
			seen = serial;
			arm(b, PATIENCE);
		} else if (atomic_compare_exchange_strong(&b->serial, &serial, serial + 1)) {
			take_over(b);
		}
	}
}

int baton_loop(struct baton *b, void (*on_taken)(void *user), void *user)
{
	int ret;

	b->on_taken = on_taken;
	b->user = user;
	ret = start_thread(&b->thread, carry, b);
	if (ret < 0)
		return ret;
	watch(b);
	(void)pthread_join(b->thread, NULL);
	return 0;
}

/* --- who runs the loop --- */

static bool is_dead(const struct baton *b, dev_t dev)
{
	const struct risk *r = b->gone;

	while (r && r->dev != dev)
		r = r->next;
	return r != NULL;
}

static int send_away(struct baton *b, struct risk *r)
{
	pthread_t thread;

	if (start_thread(&thread, run_away, r) < 0)
		return -ETIMEDOUT;
	note_away(b, r, thread);
	return -EINPROGRESS;
}

static int run_here(struct baton *b, struct risk *r)
{
	unsigned long serial = atomic_load(&b->serial) + 1;

	b->current = r;
	atomic_store(&b->serial, serial);
	if (!atomic_load(&b->armed))
		arm(b, LOOK);
	r->run(r);
	if (atomic_compare_exchange_strong(&b->serial, &serial, serial + 1))
		return 0;
	come_back(r);
	longjmp(*way_out, 1);
}

int baton_run(struct baton *b, struct risk *r)
{
	r->baton = b;
	if (!b->gone)
		return run_here(b, r);
	if (b->n_gone >= BATON_AWAY_MAX || (r->dev && is_dead(b, r->dev)))
		return -ETIMEDOUT;
	return r->dev ? run_here(b, r) : send_away(b, r);
}

unsigned baton_away(const struct baton *b)
{
	return b->n_gone;
}

/* --- life --- */

int baton_init(struct baton *b, struct loop *loop)
{
	*b = (struct baton){ .loop = loop };
	waker_start(&b->waker, loop, on_wake);
	b->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	return b->timer < 0 ? -errno : 0;
}

void baton_done(struct baton *b)
{
	waker_stop(&b->waker);
	close_fd(&b->timer);
}
