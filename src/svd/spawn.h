/* spawn.h - from a process' configuration to a running child */
#ifndef SVD_SVD_SPAWN_H
#define SVD_SVD_SPAWN_H

#include <sys/types.h>

#include "base/err.h"
#include "base/macro.h"

struct process;

/*
 * Starts the program of p: finds the command, makes the pipes, forks, gives the read ends to
 * svd-logd (p->channels) and keeps the other end of stdin (p->stdin_fd). Returns the pid, or
 * -errno with Supervisor's text in err, and then p is as before. A pid with err set: the child
 * could not become the program and exits with 127. (Where svd does not wait for the child, the
 * engine hears of that later: see sys_spawn.)
 */
must_check pid_t spawn_process(struct process *p, struct err *err);

#endif
