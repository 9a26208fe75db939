/* hook_exec.h - an [eventexec:x]: a command is run for each event */
#ifndef SVD_SVD_HOOK_EXEC_H
#define SVD_SVD_HOOK_EXEC_H

#include "svd/hook.h"

extern const struct hook_ops hook_exec_ops;

/* The process of a delivery was reaped with this wait status. */
void hook_exec_exited(struct process *p, int wait_status);

#endif
