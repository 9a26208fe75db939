/* listen.h - listening sockets for [unix_http_server] and [inet_http_server] */
#ifndef SVD_SVD_LISTEN_H
#define SVD_SVD_LISTEN_H

#include <sys/types.h>

#include "base/err.h"
#include "base/macro.h"

struct server_config;

/* A bound socket, and which file it made: another daemon may put its own there later. */
struct bound {
	int   fd;		/* owned */
	dev_t dev;
	ino_t ino;
};

/*
 * Binds and listens. A unix socket that a living daemon serves is not taken (-EADDRINUSE); one
 * that nobody serves is replaced. Mode and owner are set before anybody can connect. The
 * descriptor is non-blocking and the caller's. Returns 0 or -errno with err.
 */
must_check int listen_open(const struct server_config *server, struct bound *ret_bound,
			   struct err *err);

/*
 * Closes the socket and removes its file, if it is still the one that was bound and nobody serves
 * it: inode numbers come again, so a successor's socket may look like ours.
 */
void listen_close(const struct server_config *server, struct bound *bound);

#endif
