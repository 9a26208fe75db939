/* bound.c - a listening socket. A file is taken over only where nobody can miss it. */
#include "svd/bound.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/fd.h"

enum { LOCK_PAUSE = 10 };	/* ms */

static int unix_socket(int flags)
{
	return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);
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

/* A full backlog (EAGAIN) is somebody who is busy, and so is a socket of another type. */
static int refuse_if_served(const struct sockaddr_un *addr, struct err *err)
{
	_cleanup_(close_fd) int fd = unix_socket(SOCK_NONBLOCK);

	if (fd < 0)
		return err_set(err, -errno, "cannot make a socket: %s", strerror(errno));
	if (connect(fd, (const struct sockaddr *)addr, sizeof(*addr)) < 0) {
		if (errno == ECONNREFUSED || errno == ENOENT)
			return 0;
		if (errno != EAGAIN && errno != EPROTOTYPE)
			return err_set(err, -errno, "%s: cannot see whether another program is "
				       "listening on it: %s", addr->sun_path, strerror(errno));
	}
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

static int bind_file(int fd, const struct sockaddr_un *addr, struct err *err)
{
	/* Closed to all until owner and mode are right; nobody connects before listen(2) anyway. */
	mode_t old = umask(0177);
	int ret = bind(fd, (const struct sockaddr *)addr, sizeof(*addr)) < 0 ? -errno : 0;

	umask(old);
	if (ret < 0)
		return err_set(err, ret, "cannot bind %s: %s", addr->sun_path, strerror(-ret));
	return 0;
}

static int set_owner_and_mode(const struct bound_file *file, struct err *err)
{
	if ((file->uid != (uid_t)-1 || file->gid != (gid_t)-1) &&
	    chown(file->path, file->uid, file->gid) < 0)
		return err_set(err, -errno, "cannot change the owner of %s: %s", file->path,
			       strerror(errno));
	if (chmod(file->path, file->mode) < 0)
		return err_set(err, -errno, "cannot change the mode of %s: %s", file->path,
			       strerror(errno));
	return 0;
}

static int listen_as(int fd, const struct bound_how *how)
{
	return listen(fd, how->backlog > 0 ? how->backlog : SOMAXCONN) < 0 ? -errno : 0;
}

/* Gives the file its owner, and the socket its queue. */
static int open_to_all(const struct bound_file *file, const struct bound_how *how,
		       struct bound *bound, struct err *err)
{
	struct stat st;
	int ret = set_owner_and_mode(file, err);

	if (ret < 0)
		return ret;
	ret = lstat(file->path, &st) < 0 ? -errno : listen_as(bound->fd, how);
	if (ret < 0)
		return err_set(err, ret, "cannot listen on %s: %s", file->path, strerror(-ret));
	bound->dev = st.st_dev;
	bound->ino = st.st_ino;
	return 0;
}

/*
 * From the look until we listen nobody else may do the same, or the later one would take the file
 * of the earlier. It is only between daemons that lock: where the directory cannot be opened, or
 * somebody does not let it go, we go on without. Returns a descriptor, or -1.
 */
static int lock_directory(const char *path, int patience)
{
	const char *slash = strrchr(path, '/');
	_cleanup_(free_str) char *dir = slash ? strndup(path, (size_t)(slash - path) + 1) : NULL;
	int fd = dir ? open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

	while (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK &&
	       patience > 0) {
		(void)poll(NULL, 0, LOCK_PAUSE);
		patience -= LOCK_PAUSE;
	}
	return fd;
}

int bound_unix(const struct bound_file *file, const struct bound_how *how, struct bound *ret_bound,
	       struct err *err)
{
	_cleanup_(close_fd) int fd = -1, lock = lock_directory(file->path, how->patience);
	struct bound bound = { .fd = -1 };
	struct sockaddr_un addr;
	int ret = unix_address(file->path, &addr, err);

	if (ret == 0)
		ret = refuse_if_served(&addr, err);
	if (ret == 0)
		ret = remove_stale(file->path, err);
	if (ret < 0)
		return ret;
	fd = unix_socket(how->flags);
	if (fd < 0)
		return err_set(err, -errno, "cannot make a socket: %s", strerror(errno));
	ret = bind_file(fd, &addr, err);
	if (ret < 0)
		return ret;
	bound.fd = fd;
	ret = open_to_all(file, how, &bound, err);
	if (ret < 0) {
		unlink(file->path);
		return ret;
	}
	bound.fd = steal_fd(&fd);
	*ret_bound = bound;
	return 0;
}

int bound_inet(const struct sockaddr *addr, socklen_t size, const struct bound_how *how,
	       struct bound *ret_bound)
{
	_cleanup_(close_fd) int fd = -1;
	int on = 1, ret;

	fd = socket(addr->sa_family, SOCK_STREAM | SOCK_CLOEXEC | how->flags, 0);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0 ||
	    bind(fd, addr, size) < 0)
		return -errno;
	ret = listen_as(fd, how);
	if (ret == 0)
		*ret_bound = (struct bound){ .fd = steal_fd(&fd) };
	return ret;
}

void bound_close(struct bound *bound, const char *path)
{
	struct stat st;

	/* Only while the socket is open can no other file get the number of its own. */
	if (bound->fd >= 0 && path && lstat(path, &st) == 0 && st.st_dev == bound->dev &&
	    st.st_ino == bound->ino)
		unlink(path);
	close_fd(&bound->fd);
}
