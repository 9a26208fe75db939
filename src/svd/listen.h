/* listen.h - listening sockets for [unix_http_server] and [inet_http_server] */
#ifndef SVD_SVD_LISTEN_H
#define SVD_SVD_LISTEN_H

#include "base/err.h"
#include "base/macro.h"
#include "svd/bound.h"

struct server_config;

/*
 * Binds and listens; the rules for files are those of bound_unix(). The descriptor is non-blocking
 * and the caller's. Returns 0 or -errno with err.
 */
must_check int listen_open(const struct server_config *server, struct bound *ret_bound,
			   struct err *err);

/* Closes the socket and removes its file, if it is still the one that was bound. */
void listen_close(const struct server_config *server, struct bound *bound);

#endif
