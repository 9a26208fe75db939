/* sys.h - what the supervisor asks of the kernel about processes; unit tests link a fake */
#ifndef SVD_SVD_SYS_H
#define SVD_SVD_SYS_H

#include <stdbool.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "base/macro.h"

struct user_config;

enum { SPAWN_FDS_MAX = 4 };

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
	const struct user_config *user;	/* NULL: stay */
	int                fds[SPAWN_FDS_MAX];	/* fds[i] becomes descriptor i; all others close */
	int                n_fds;
	const struct saved_limit *limits;
	int                n_limits;
};

/* The step at which the child gave up, as Supervisor words it. */
enum spawn_step { SPAWN_OK, SPAWN_SETUID, SPAWN_CHDIR, SPAWN_EXEC, SPAWN_N_STEPS };

struct spawn_failure {
	enum spawn_step step;
	int             error;	/* errno of that step */
};

/*
 * Starts a process. Returns its pid, or -errno when there could be none. When the child cannot
 * become the program it writes Supervisor's words to its standard error and exits 127, to be
 * reaped like any other; *ret_failure then says which step failed (SPAWN_OK otherwise).
 */
must_check pid_t sys_spawn(const struct spawn_plan *plan, struct spawn_failure *ret_failure);

/* "couldn't chdir to /x: ENOENT" for a failure that is not SPAWN_OK; the text Supervisor prints. */
void spawn_failure_text(const struct spawn_plan *plan, const struct spawn_failure *failure,
			char *buf, size_t size);

/* kill(2): pid < 0 is a process group. 0 or -errno. */
int sys_kill(pid_t pid, int signo);

/* The next dead child: its pid and wait status; 0 when there is none now. Never waits. */
pid_t sys_reap(int *ret_status);

#endif
