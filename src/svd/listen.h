/* listen.h - listening sockets for [unix_http_server] and [inet_http_server] */
#ifndef SVD_SVD_LISTEN_H
#define SVD_SVD_LISTEN_H

#include "base/err.h"
#include "base/macro.h"
#include "svd/bound.h"

struct addrinfo;
struct passed;
struct server_config;

/*
 * Binds and listens; the rules for files are those of bound_unix(). Where the service manager has
 * passed a socket for the server, that is what we listen on: passed may be NULL. patience is that
 * of struct bound_how. The descriptor is non-blocking and the caller's. 0 or -errno with err.
 */
must_check int listen_open(const struct server_config *server, struct passed *passed, int patience,
			   struct bound *ret_bound, struct err *err);

/* The addresses of a SERVER_INET, for freeaddrinfo(3); the first counts. 0 or -EINVAL. */
must_check int listen_resolve(const struct server_config *server, struct addrinfo **ret_list,
			      struct err *err);

/*
 * Closes the socket and removes its file, if it is still the one that was bound. One that was
 * passed goes on for whoever opened it.
 */
void listen_close(const struct server_config *server, struct bound *bound);

#endif
