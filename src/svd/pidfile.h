/* pidfile.h - the file that says who is the daemon, locked for as long as it lives */
#ifndef SVD_SVD_PIDFILE_H
#define SVD_SVD_PIDFILE_H

#include "base/err.h"
#include "base/macro.h"

/*
 * Opens and locks the file, or fails with -EAGAIN when a living daemon holds it: nothing of that
 * one has been touched then. -EINVAL: it is no regular file. The lock survives fork and goes with
 * the last descriptor. *ret_fd is the caller's. Returns 0 or -errno with err.
 */
must_check int pidfile_lock(const char *path, int *ret_fd, struct err *err);

/* Writes our pid and a newline. 0 or -errno. */
must_check int pidfile_write(int fd);

/* Removes the file while it is still locked, so that no other daemon's file is hit. */
void pidfile_remove(const char *path, int fd);

#endif
