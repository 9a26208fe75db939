/* fd.h - file descriptors: flags, ownership, closing */
#ifndef SVD_BASE_FD_H
#define SVD_BASE_FD_H

#include <stddef.h>

#include "base/macro.h"

/* For _cleanup_: closes *fd unless it is negative, sets it to -1, keeps errno. */
void close_fd(int *fd);

/* Takes the descriptor out of its variable, which holds -1 afterwards. */
int steal_fd(int *fd);

/* For _cleanup_: free() of a char pointer variable. */
void free_str(char **s);

/* Sets O_NONBLOCK, sets FD_CLOEXEC. 0 or -errno. */
int fd_set_nonblock(int fd);
int fd_set_cloexec(int fd);

/* Duplicates fd to a number above 2, close-on-exec. The new number, or -errno. */
int fd_dup(int fd);

/* Writes all n bytes to a blocking descriptor. 0 or -errno. */
int fd_write_all(int fd, const void *p, size_t n);

/*
 * Marks every descriptor from `first` up close-on-exec: close_range(2), or a walk through
 * /proc/self/fd where the kernel has none. first > 0. 0 or -errno.
 */
int fd_cloexec_from(int first);

/*
 * Gives the calling thread, and those that it starts, a copy of the table of descriptors: what it
 * opens and closes from now on is no matter of its process' other threads. 0 or -errno.
 */
int fd_part_table(void);

/* Opens /dev/null on those of 0, 1, 2 that are closed, so that no later file lands there. */
int fd_fill_std(void);

#endif
