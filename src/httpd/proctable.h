/* proctable.h - all processes of this machine, from one walk over /proc */
#ifndef SVD_HTTPD_PROCTABLE_H
#define SVD_HTTPD_PROCTABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/macro.h"

/* One of them. parent, group and session are places in the table; -1: not in there. */
struct proc_row {
	pid_t    pid;
	pid_t    parent_pid, group_pid, session_pid;
	ssize_t  parent, group, session;
	bool     is_alive;	/* not a zombie, which only waits to be reaped */
	uint64_t ticks;		/* of the CPU, its reaped children's among them */
	uint64_t pages;		/* in memory */
};

/* All zero is an empty table. */
struct proctable {
	struct proc_row *rows;	/* owned; by pid */
	size_t           n, room;
};

/*
 * Read it anew from a directory such as /proc. Who goes meanwhile, or hides from us, is not in it.
 * 0, or -errno with an empty table.
 */
must_check int proctable_read(struct proctable *t, const char *directory);
void proctable_done(struct proctable *t);

ssize_t proctable_find(const struct proctable *t, pid_t pid);	/* its place, or -1 */

/* A line of /proc/PID/stat. false: it is none. */
must_check bool proctable_parse(const char *line, struct proc_row *ret_row);

#endif
