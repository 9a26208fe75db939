/* listen.c - sockets are bound here, as root if need be, and served by svd-httpd without rights. */
#include "svd/listen.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "conf/config.h"

static const struct bound_how how = { .flags = SOCK_NONBLOCK };

static int open_unix(const struct server_config *server, struct bound *ret_bound, struct err *err)
{
	const struct bound_file file = { server->path, server->chmod, server->uid, server->gid };

	return bound_unix(&file, &how, ret_bound, err);
}

static int open_inet(const struct server_config *server, struct bound *ret_bound, struct err *err)
{
	bool v6 = strchr(server->host, ':');
	struct addrinfo hints = { .ai_family = v6 ? AF_INET6 : AF_INET,
				  .ai_socktype = SOCK_STREAM,
				  .ai_flags = AI_PASSIVE | AI_NUMERICSERV };
	struct addrinfo *list;
	char port[16];
	int ret;

	snprintf(port, sizeof(port), "%d", server->port);
	ret = getaddrinfo(*server->host ? server->host : NULL, port, &hints, &list);
	if (ret != 0)
		return err_set(err, -EINVAL, "%s: %s", server->host, gai_strerror(ret));
	ret = bound_inet(list->ai_addr, list->ai_addrlen, &how, ret_bound);
	freeaddrinfo(list);
	if (ret == -EADDRINUSE)
		return err_set(err, ret, "port %d: another program is already listening on it. "
			       "Shut it down first", server->port);
	if (ret < 0)
		return err_set(err, ret, "cannot listen on port %d: %s", server->port,
			       strerror(-ret));
	return 0;
}

int listen_open(const struct server_config *server, struct bound *ret_bound, struct err *err)
{
	int ret = server->kind == SERVER_UNIX ? open_unix(server, ret_bound, err)
					      : open_inet(server, ret_bound, err);

	if (ret < 0)
		err_wrap(err, "%s", server->where);
	return ret;
}

void listen_close(const struct server_config *server, struct bound *bound)
{
	/* Also for copies that others hold, as our parent does while we daemonize. */
	(void)shutdown(bound->fd, SHUT_RDWR);
	bound_close(bound, server->kind == SERVER_UNIX ? server->path : NULL);
}
