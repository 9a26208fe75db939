/* daemon.h - what turns a process into the daemon: user, limits, background */
#ifndef SVD_SVD_DAEMON_H
#define SVD_SVD_DAEMON_H

#include <stdbool.h>

#include "base/err.h"
#include "base/macro.h"
#include "svd/sys.h"

struct config;

/* Become [supervisord] user=. 0, or -EPERM and the like with err. */
must_check int daemon_drop_privileges(const struct config *config, struct err *err);

/*
 * Raise the limits of open files (at least minfds, and as far as allowed, since each program
 * costs svd up to three) and processes (minprocs). *ret_saved gets those that changed, as programs
 * are to have them: room for two. Returns how many, or -errno with err when minfds or minprocs
 * cannot be had.
 */
must_check int daemon_raise_limits(const struct config *config, struct saved_limit *ret_saved,
				   struct err *err);

/*
 * Has our unit, or somebody else, asked the OOM killer to spare us? Children inherit that, and
 * programs must not (struct spawn_plan).
 */
bool daemon_is_protected(void);

/* Log what has become of the user and the limits: before the configuration's notes, and behind. */
void daemon_log_root(const struct config *config);
void daemon_log_rights(const struct config *config, const struct saved_limit *saved, int n);

/*
 * Go to the background. Returns 0 in the child, -errno with err when there can be none; the
 * parent does not return: it stays until one of the two calls below, so that whoever started the
 * daemon finds everything in place or an error message and status 2. *ret_fd goes to that call.
 */
must_check int daemon_fork(const struct config *config, int *ret_fd, struct err *err);
void daemon_ready(int fd);
void daemon_failed(int fd, const char *text);	/* the parent prints the text */

#endif
