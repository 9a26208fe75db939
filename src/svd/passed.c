/*
 * passed.c - socket activation. The protocol is three variables and descriptors from 3 up
 * (sd_listen_fds(3)); a socket is known by its address, since that is what the configuration says.
 */
#include "svd/passed.h"

#include <netdb.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/units.h"
#include "conf/config.h"
#include "svd/listen.h"
#include "svd/log.h"

enum { FIRST_FD = 3 };

union address {
	struct sockaddr     any;
	struct sockaddr_un  un;
	struct sockaddr_in  in;
	struct sockaddr_in6 in6;
	struct sockaddr_storage room;
};

static int64_t number_in(const char *variable, int64_t max)
{
	const char *text = getenv(variable);
	int64_t n;

	return text && unit_integer(text, 0, max, &n) == 0 ? n : 0;
}

void passed_take(struct passed *passed)
{
	bool ours = number_in("LISTEN_PID", INT32_MAX) == getpid();
	const char *names = getenv("LISTEN_FDNAMES");
	size_t n = ours ? (size_t)number_in("LISTEN_FDS", PASSED_MAX) : 0;

	for (passed->n = 0; passed->n < n; passed->n++) {
		struct passed_socket *s = &passed->sockets[passed->n];
		int len = names ? (int)strcspn(names, ":") : 0;

		*s = (struct passed_socket){ .fd = FIRST_FD + (int)passed->n };
		snprintf(s->name, sizeof(s->name), "%.*s", len, len ? names : "");
		(void)fd_set_cloexec(s->fd);
		(void)fd_set_nonblock(s->fd);
		if (names)
			names += (size_t)len + (names[len] == ':');
	}
	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_FDNAMES");
}

/* --- addresses --- */

/* /var/run and /run are often the same. */
static bool is_same_file(const char *a, const char *b)
{
	struct stat sa, sb;

	return strcmp(a, b) == 0 || (stat(a, &sa) == 0 && stat(b, &sb) == 0 &&
				     sa.st_dev == sb.st_dev && sa.st_ino == sb.st_ino);
}

/* systemd listens for IPv4 too where it is told a port alone, on the address of IPv6. */
static bool is_same_inet(const union address *a, const union address *b, bool every_host)
{
	static const struct in6_addr any = IN6ADDR_ANY_INIT;

	if (a->any.sa_family == AF_INET6 && b->any.sa_family == AF_INET && every_host)
		return a->in6.sin6_port == b->in.sin_port &&
		       memcmp(&a->in6.sin6_addr, &any, sizeof(any)) == 0;
	if (a->any.sa_family != b->any.sa_family)
		return false;
	if (a->any.sa_family == AF_INET)
		return a->in.sin_port == b->in.sin_port &&
		       a->in.sin_addr.s_addr == b->in.sin_addr.s_addr;
	return a->in6.sin6_port == b->in6.sin6_port &&
	       memcmp(&a->in6.sin6_addr, &b->in6.sin6_addr, sizeof(any)) == 0;
}

static bool is_of(int fd, const struct server_config *server)
{
	union address ours = { 0 }, wanted = { 0 };
	socklen_t size = sizeof(ours) - 1;
	struct addrinfo *list;
	struct err err;

	if (getsockname(fd, &ours.any, &size) < 0)
		return false;
	if (server->kind == SERVER_UNIX)
		return ours.any.sa_family == AF_UNIX && ours.un.sun_path[0] &&
		       is_same_file(ours.un.sun_path, server->path);
	if ((ours.any.sa_family != AF_INET && ours.any.sa_family != AF_INET6) ||
	    listen_resolve(server, &list, &err) < 0)
		return false;
	memcpy(&wanted, list->ai_addr, list->ai_addrlen);
	freeaddrinfo(list);
	return is_same_inet(&ours, &wanted, !*server->host);
}

static bool is_listening(int fd)
{
	int type = 0, on = 0;
	socklen_t size = sizeof(int);

	return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_STREAM &&
	       getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &on, &size) == 0 && on;
}

int passed_find(struct passed *passed, const struct server_config *server)
{
	for (size_t i = 0; i < passed->n; i++) {
		struct passed_socket *s = &passed->sockets[i];

		if (s->fd >= 0 && is_listening(s->fd) && is_of(s->fd, server)) {
			s->is_used = true;
			return s->fd;
		}
	}
	return -1;
}

/* --- the others --- */

void passed_settle(struct passed *passed)
{
	for (size_t i = 0; i < passed->n; i++) {
		struct passed_socket *s = &passed->sockets[i];

		if (s->fd >= 0 && !s->is_used) {
			log_warn("descriptor %d, passed by the service manager%s%s%s, is no socket "
				 "that a server of the configuration listens on; it is closed",
				 s->fd, *s->name ? " as \"" : "", s->name, *s->name ? "\"" : "");
			close_fd(&s->fd);
		}
		s->is_used = false;	/* for the next life */
	}
}

void passed_done(struct passed *passed)
{
	for (size_t i = 0; i < passed->n; i++)
		close_fd(&passed->sockets[i].fd);
	passed->n = 0;
}
