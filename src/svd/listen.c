/* listen.c - sockets are bound here, as root if need be, and served by svd-httpd without rights. */
#include "svd/listen.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/fd.h"
#include "base/loopback.h"
#include "conf/config.h"
#include "svd/passed.h"

static int open_unix(const struct server_config *server, int patience, struct bound *ret_bound,
		     struct err *err)
{
	const struct bound_how how = { .flags = SOCK_NONBLOCK, .patience = patience };
	const struct bound_file file = { server->path, server->chmod, server->uid, server->gid };

	return bound_unix(&file, &how, ret_bound, err);
}

/* The file was read before, and a name may have become another address since. */
static bool may_serve(const struct server_config *server, const struct sockaddr *address)
{
	return server->username || server->allow_unauthenticated || is_loopback(address);
}

static int bind_port(const struct server_config *server, const struct addrinfo *address,
		     struct bound *ret_bound, struct err *err)
{
	static const struct bound_how how = { .flags = SOCK_NONBLOCK };
	int ret;

	if (!may_serve(server, address->ai_addr))
		return err_set(err, -EACCES, "by now %s is an address that others can reach, too",
			       server->host);
	ret = bound_inet(address->ai_addr, address->ai_addrlen, &how, ret_bound);
	if (ret == -EADDRINUSE)
		return err_set(err, ret, "port %d: another program is already listening on it. "
			       "Shut it down first", server->port);
	if (ret < 0)
		return err_set(err, ret, "cannot listen on port %d: %s", server->port,
			       strerror(-ret));
	return 0;
}

int listen_resolve(const struct server_config *server, struct addrinfo **ret_list,
		   struct err *err)
{
	bool v6 = strchr(server->host, ':');
	struct addrinfo hints = { .ai_family = v6 ? AF_INET6 : AF_INET,
				  .ai_socktype = SOCK_STREAM,
				  .ai_flags = AI_PASSIVE | AI_NUMERICSERV };
	char port[16];
	int ret;

	snprintf(port, sizeof(port), "%d", server->port);
	ret = getaddrinfo(*server->host ? server->host : NULL, port, &hints, ret_list);
	if (ret != 0)
		return err_set(err, -EINVAL, "%s: %s", server->host, gai_strerror(ret));
	return 0;
}

static int open_inet(const struct server_config *server, struct bound *ret_bound, struct err *err)
{
	struct addrinfo *list;
	int ret = listen_resolve(server, &list, err);

	if (ret < 0)
		return ret;
	ret = bind_port(server, list, ret_bound, err);
	freeaddrinfo(list);
	return ret;
}

static int open_passed(int passed_fd, struct bound *ret_bound, struct err *err)
{
	int fd = fd_dup(passed_fd);

	if (fd < 0)
		return err_set(err, fd, "cannot take the socket that was passed: %s",
			       strerror(-fd));
	*ret_bound = (struct bound){ .fd = fd, .is_passed = true };
	return 0;
}

int listen_open(const struct server_config *server, struct passed *passed, int patience,
		struct bound *ret_bound, struct err *err)
{
	int fd = passed ? passed_find(passed, server) : -1, ret;

	if (fd >= 0)
		ret = open_passed(fd, ret_bound, err);
	else if (server->kind == SERVER_UNIX)
		ret = open_unix(server, patience, ret_bound, err);
	else
		ret = open_inet(server, ret_bound, err);
	if (ret < 0)
		err_wrap(err, "%s", server->where);
	return ret;
}

void listen_close(const struct server_config *server, struct bound *bound)
{
	bool has_file = server->kind == SERVER_UNIX && !bound->is_passed;

	/* Also for copies that others hold, as our parent does while we daemonize. */
	if (!bound->is_passed)
		(void)shutdown(bound->fd, SHUT_RDWR);
	bound_close(bound, has_file ? server->path : NULL);
}
