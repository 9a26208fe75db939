/* listen.c - sockets are bound here, as root if need be, and served by svd-httpd without rights. */
#include "svd/listen.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/fd.h"
#include "conf/config.h"

static int unix_socket(void)
{
	return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

static int unix_address(const char *path, struct sockaddr_un *addr, struct err *err)
{
	*addr = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (strlen(path) >= sizeof(addr->sun_path))
		return err_set(err, -ENAMETOOLONG, "%s: a socket path has at most %zu bytes", path,
			       sizeof(addr->sun_path) - 1);
	memcpy(addr->sun_path, path, strlen(path) + 1);
	return 0;
}

/* EAGAIN is a full backlog: somebody is there and busy. */
static int refuse_if_served(const struct sockaddr_un *addr, struct err *err)
{
	_cleanup_(close_fd) int fd = unix_socket();

	if (fd < 0)
		return err_set(err, -errno, "cannot make a socket: %s", strerror(errno));
	if (connect(fd, (const struct sockaddr *)addr, sizeof(*addr)) < 0 && errno != EAGAIN)
		return 0;
	return err_set(err, -EADDRINUSE, "%s: another program is already listening on it. Shut it "
		       "down first", addr->sun_path);
}

static int remove_stale(const char *path, struct err *err)
{
	struct stat st;

	if (lstat(path, &st) < 0)
		return 0;
	if (!S_ISSOCK(st.st_mode))
		return err_set(err, -EEXIST, "%s: exists and is no socket", path);
	if (unlink(path) < 0)
		return err_set(err, -errno, "cannot remove the old socket %s: %s", path,
			       strerror(errno));
	return 0;
}

static int set_owner_and_mode(const struct server_config *server, struct err *err)
{
	if ((server->uid != (uid_t)-1 || server->gid != (gid_t)-1) &&
	    chown(server->path, server->uid, server->gid) < 0)
		return err_set(err, -errno, "cannot change the owner of %s: %s", server->path,
			       strerror(errno));
	if (chmod(server->path, server->chmod) < 0)
		return err_set(err, -errno, "cannot change the mode of %s: %s", server->path,
			       strerror(errno));
	return 0;
}

static int open_unix(const struct server_config *server, int *ret_fd, struct err *err)
{
	_cleanup_(close_fd) int fd = -1;
	struct sockaddr_un addr;
	mode_t old;
	int ret;

	ret = unix_address(server->path, &addr, err);
	if (ret == 0)
		ret = refuse_if_served(&addr, err);
	if (ret == 0)
		ret = remove_stale(server->path, err);
	if (ret < 0)
		return ret;
	fd = unix_socket();
	/* Closed to all until owner and mode are right; nobody connects before listen(2) anyway. */
	old = umask(0177);
	ret = fd < 0 || bind(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0 ? -errno : 0;
	umask(old);
	if (ret < 0)
		return err_set(err, ret, "cannot bind %s: %s", server->path, strerror(-ret));
	ret = set_owner_and_mode(server, err);
	if (ret == 0 && listen(fd, SOMAXCONN) < 0)
		ret = err_set(err, -errno, "cannot listen on %s: %s", server->path,
			      strerror(errno));
	if (ret < 0) {
		unlink(server->path);
		return ret;
	}
	*ret_fd = steal_fd(&fd);
	return 0;
}

static int bind_one(const struct addrinfo *ai, int *ret_fd)
{
	_cleanup_(close_fd) int fd = -1;
	int on = 1;

	fd = socket(ai->ai_family, ai->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, ai->ai_protocol);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0 ||
	    bind(fd, ai->ai_addr, ai->ai_addrlen) < 0 || listen(fd, SOMAXCONN) < 0)
		return -errno;
	*ret_fd = steal_fd(&fd);
	return 0;
}

static int open_inet(const struct server_config *server, int *ret_fd, struct err *err)
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
	ret = bind_one(list, ret_fd);
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
	struct stat st = { 0 };
	int ret = server->kind == SERVER_UNIX ? open_unix(server, &ret_bound->fd, err)
					      : open_inet(server, &ret_bound->fd, err);

	if (ret < 0) {
		err_wrap(err, "%s", server->where);
		return ret;
	}
	if (server->kind == SERVER_UNIX)
		(void)lstat(server->path, &st);
	ret_bound->dev = st.st_dev;
	ret_bound->ino = st.st_ino;
	return 0;
}

void listen_close(const struct server_config *server, struct bound *bound)
{
	struct sockaddr_un addr;
	struct stat st;

	/* Also for copies that others hold, as our parent does while we daemonize. */
	(void)shutdown(bound->fd, SHUT_RDWR);
	close_fd(&bound->fd);
	if (server->kind == SERVER_UNIX && lstat(server->path, &st) == 0 &&
	    st.st_dev == bound->dev && st.st_ino == bound->ino &&
	    unix_address(server->path, &addr, NULL) == 0 && refuse_if_served(&addr, NULL) == 0)
		unlink(server->path);
}
