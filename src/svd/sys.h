/* sys.h - what the supervisor asks of the kernel about processes; unit tests link a fake */
#ifndef SVD_SVD_SYS_H
#define SVD_SVD_SYS_H

#include <limits.h>
#include <stdbool.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "base/macro.h"

struct user_config;

enum { SPAWN_FDS_MAX = 4, SPAWN_FAILED = 127 };	/* the last: an exit status */

/* A limit that svd has changed for itself and that its children get back. */
struct saved_limit {
	int           resource;		/* RLIMIT_NOFILE, ... */
	struct rlimit value;
};

/*
 * All that a new process needs, complete before the fork: the child only makes system calls.
 * Everything is borrowed.
 */
struct spawn_plan {
	const char        *file;	/* found already; no search */
	char *const       *argv, *const *envp;
	const char        *directory;	/* NULL: stay */
	bool               has_umask;
	mode_t             umask;
	bool               own_group;	/* lead a process group */
	bool               unprotect;	/* from the OOM killer: its score becomes 0 */
	const struct user_config *user;	/* NULL: stay */
	int                fds[SPAWN_FDS_MAX];	/* fds[i] becomes descriptor i; all others close */
	int                n_fds;
	const struct saved_limit *limits;
	int                n_limits;
	int                reports;	/* write end of a pipe for struct spawn_report; -1: none */
};

/* Why a child could not become its program, in Supervisor's words. */
struct spawn_report {
	pid_t pid;
	char  text[256];	/* "couldn't exec /x: ENOENT"; empty: it could */
};
_Static_assert(sizeof(struct spawn_report) <= PIPE_BUF, "reports of two children do not mix");

/*
 * Starts a process. Returns its pid, or -errno when there could be none. When the child cannot
 * become the program it writes Supervisor's words to its standard error and exits 127, to be
 * reaped like any other. The reason is in *ret_report; or, where the child is on its own (it takes
 * another user or enters a directory, and svd must not wait for that), it comes through
 * plan->reports, before the child is gone.
 */
must_check pid_t sys_spawn(const struct spawn_plan *plan, struct spawn_report *ret_report);

/* Become this user, groups and all. NULL, or the reason why not in Supervisor's words. */
const char *sys_become(const struct user_config *user);

/* kill(2): pid < 0 is a process group. 0 or -errno. */
int sys_kill(pid_t pid, int signo);

/* The next dead child: its pid and wait status; 0 when there is none now. Never waits. */
pid_t sys_reap(int *ret_status);

#endif
