/* baton.h - the loop goes on while a system call on a file hangs */
#ifndef SVD_LOGD_BATON_H
#define SVD_LOGD_BATON_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/types.h>

#include "base/macro.h"
#include "ipc/loop.h"

/*
 * Whoever holds the baton runs the loop. What may hang is a risk, run on the spot by the thread
 * that holds the baton. When it has not come back after a moment, another thread takes the baton
 * and runs the loop on from there; the first one is away, and all it does when its call comes back
 * is to say so. For all others there is one thread, and no locks.
 *
 * So what calls baton_run must be ready not to be returned to: all that is on its stack is gone
 * then, and the loop continues as if its callback had returned right there. What has to be known
 * later stands in the struct around the risk, before the call.
 */
enum { BATON_AWAY_MAX = 32 };	/* threads */

struct risk {
	/* Touches nothing but the struct around the risk, which nobody else touches meanwhile. */
	void (*run)(struct risk *r);
	/*
	 * NULL is allowed. After run, and in the same thread, when that was late: the others have a
	 * table of descriptors of their own by then. Close what was opened.
	 */
	void (*undo)(struct risk *r);
	/* In the loop, when a risk that was away has come back. It may be freed in here. */
	void (*on_late)(struct risk *r);
	dev_t dev;		/* on which it is; 0: not known */

	/* the baton's */
	struct baton *baton;
	struct risk  *next;	/* in the list of those that are away */
	pthread_t     thread;	/* who runs it, while it is away */
	bool          away;
	atomic_bool   back;
};

struct baton {
	struct loop  *loop;	/* borrowed */
	struct waker  waker;
	pthread_t     thread;	/* which runs the loop */
	atomic_ulong  serial;	/* odd: a risk is being run by that one */
	atomic_bool   armed;	/* the timer */
	atomic_bool   over;	/* the loop has been stopped */
	int           timer;	/* owned; wakes who watches */
	struct risk  *current;	/* borrowed; while serial is odd */
	struct risk  *gone;	/* list of borrowed: those that are away */
	unsigned      n_gone;
	void        (*on_taken)(void *user);	/* see baton_loop */
	void         *user;
};

must_check int baton_init(struct baton *b, struct loop *loop);	/* 0 or -errno */
void baton_done(struct baton *b);	/* nobody may be away */

/*
 * Run the loop until loop_stop, in another thread, while this one watches. Each time that the baton
 * is taken, on_taken(user) is called before the loop goes on: all threads but those that are away
 * have a new table of descriptors since then, where the kernel allows it. Returns 0, or -errno when
 * the loop could not be begun. Threads may be away still: see baton_away.
 */
must_check int baton_loop(struct baton *b, void (*on_taken)(void *user), void *user);

/*
 * Run a risk that is not away. Returns
 *   0            It has been run.
 *   -EINPROGRESS It is away from the beginning: something hangs, and this might too.
 *   -ETIMEDOUT   It was not run, because its device hangs or too many are away. Try it later.
 * or does not return: then r->away is true while the loop goes on, until on_late. Where no
 * baton_loop runs (unit tests) nobody watches, and it always returns.
 */
int baton_run(struct baton *b, struct risk *r);

/* How many are away. While there are some, the process can only _exit. */
unsigned baton_away(const struct baton *b);

#endif
