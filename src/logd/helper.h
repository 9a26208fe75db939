/* helper.h - child processes of svd-logd, for what may take its time or may hang */
#ifndef SVD_LOGD_HELPER_H
#define SVD_LOGD_HELPER_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/macro.h"
#include "ipc/loop.h"

enum { HELPER_FD = 3 };	/* where a helper finds the descriptor that it was started with */

/* All that run. One reads SIGCHLD for all. */
struct helpers {
	struct sigwatch child;
	struct helper  *running;
};

/* Embedded in what it works for. */
struct helper {
	struct helper  *prev, *next;
	struct helpers *all;	/* borrowed; NULL: it does not run */
	pid_t           pid;
	/* It has ended and was reaped. It may be started again, or its memory freed, in here. */
	void          (*on_end)(struct helper *h, int wait_status);
};

void helpers_init(struct helpers *all, struct loop *loop);
void helpers_done(struct helpers *all);	/* who still runs is left alone */

/*
 * Run argv[0], an absolute path, "/proc/self/exe" being ourselves, with fd (-1: none) as HELPER_FD
 * and nothing else of ours but standard output and error. h->on_end is set by the caller. Not for
 * a helper that runs. Returns 0 or -errno.
 */
must_check int helper_start(struct helper *h, struct helpers *all, const char *const *argv,
			    int fd);

bool helper_runs(const struct helper *h);

/* Forget it: it goes on alone and on_end will not be called. Nothing if it does not run. */
void helper_leave(struct helper *h);

#endif
