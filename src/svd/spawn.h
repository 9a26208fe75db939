/* spawn.h - from a process' configuration to a running child */
#ifndef SVD_SVD_SPAWN_H
#define SVD_SVD_SPAWN_H

#include <sys/types.h>

#include "base/err.h"
#include "base/macro.h"

struct process;

/* What the process of an eventexec gets besides. All is borrowed. */
struct spawn_extra {
	int stdin_fd;			/* in place of a pipe from us */
	const char *const *variables;	/* "NAME=value"..., NULL: stronger than all others */
};

/*
 * Starts the program of p, with extra unless that is NULL: finds the command, makes the pipes,
 * forks, gives the read ends to svd-logd (p->channels) and keeps the other end of stdin (p->input),
 * where that is a pipe. Returns the pid, or
 * -errno with Supervisor's text in err, and then p is as before. A pid with err set: the child
 * could not become the program and exits with 127. (Where svd does not wait for the child, the
 * engine hears of that later: see sys_spawn.)
 */
must_check pid_t spawn_process(struct process *p, const struct spawn_extra *extra,
				struct err *err);

#endif
