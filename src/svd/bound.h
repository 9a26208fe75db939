/* bound.h - a listening socket, and the file that it may have made */
#ifndef SVD_SVD_BOUND_H
#define SVD_SVD_BOUND_H

#include <stdbool.h>
#include <sys/socket.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/macro.h"

/* A bound socket, and which file it made: another daemon may put its own there later. */
struct bound {
	int   fd;		/* owned */
	dev_t dev;
	ino_t ino;
	bool  is_passed;	/* others have opened it; the file is theirs */
};

/* The file of a unix socket. */
struct bound_file {
	const char *path;
	mode_t      mode;
	uid_t       uid;	/* (uid_t)-1: leave */
	gid_t       gid;	/* (gid_t)-1: leave */
};

/* How to listen. */
struct bound_how {
	int flags;		/* SOCK_NONBLOCK or 0 */
	int backlog;		/* 0: as much as the system allows */
	int patience;		/* ms to wait for others that bind in the same directory */
};

/*
 * Binds and listens. A socket that a living program serves is not taken (-EADDRINUSE), nor is a
 * file that is no socket; one that nobody serves is replaced. Mode and owner are set before
 * anybody can connect. Returns 0 or -errno with err.
 */
must_check int bound_unix(const struct bound_file *file, const struct bound_how *how,
			  struct bound *ret_bound, struct err *err);

/* The same for an address of the network. 0 or -errno. */
must_check int bound_inet(const struct sockaddr *addr, socklen_t size,
			  const struct bound_how *how, struct bound *ret_bound);

/* Closes it; path, unless it is NULL, is removed if it is still the file that it made. */
void bound_close(struct bound *bound, const char *path);

#endif
