/*
 * target.c - from a stage to the file in one operation of the kernel: splice(2) takes out of the
 * stage exactly what it wrote, so a SIGKILL at any moment loses nothing and repeats nothing. It
 * refuses files that are open with O_APPEND, so the offset is the size, asked before each write.
 */
#include "logd/target.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/path.h"
#include "logd/create.h"
#include "logd/look.h"

enum { OPEN_FLAGS = O_NONBLOCK | O_NOCTTY | O_CLOEXEC };

/* --- opening --- */

/*
 * An open file of our own is better, since it can be non-blocking without changing the terminal
 * of the shell that started svd. Not so for a regular file: `svd -n >file` shares its offset.
 */
static int open_standard(struct target *t, const char *path, int fd)
{
	struct stat st;

	if (fstat(fd, &st) == 0 && !S_ISREG(st.st_mode))
		t->fd = open(path, O_WRONLY | OPEN_FLAGS);
	if (t->fd < 0) {
		t->fd = fd_dup(fd);
		t->may_block = t->copies = true;
	}
	return t->fd < 0 ? t->fd : 0;
}

static int open_named(struct target *t, const char *path, const struct sink_rules *rules)
{
	struct stat st;
	int fd;

	/* Of a FIFO we must not be a reader. Of a file we read the last byte if we may. */
	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
		t->fd = open(path, O_WRONLY | OPEN_FLAGS);
		return t->fd < 0 ? -errno : 0;
	}
	fd = create_open(path, O_RDWR | OPEN_FLAGS, rules);
	if (fd == -EACCES)
		fd = create_open(path, O_WRONLY | OPEN_FLAGS, rules);
	if (fd == -EPERM) {
		/* chattr +a: the system administrator wants it that way. */
		fd = create_open(path, O_WRONLY | O_APPEND | OPEN_FLAGS, rules);
		t->copies = true;
	}
	if (fd < 0)
		return fd;
	t->fd = fd;
	return 0;
}

static enum target_kind kind_of(const struct stat *st, bool standard)
{
	if (S_ISREG(st->st_mode) && !standard)
		return TARGET_FILE;
	if (S_ISCHR(st->st_mode) && st->st_rdev == makedev(1, 3))
		return TARGET_NULL;
	return TARGET_STREAM;
}

int target_open(struct target *t, const char *path, const struct sink_rules *rules)
{
	int standard = path_standard_fd(path), ret;
	struct stat st;

	*t = (struct target){ .fd = -1 };
	ret = standard < 0 ? open_named(t, path, rules) : open_standard(t, path, standard);
	if (ret < 0)
		return ret;
	if (fstat(t->fd, &st) < 0) {
		ret = -errno;
		target_close(t);
		return ret;
	}
	t->kind = kind_of(&st, standard >= 0);
	if (S_ISSOCK(st.st_mode))
		t->copies = true;
	t->id = (struct file_id){ st.st_dev, st.st_ino };
	return 0;
}

void target_close(struct target *t)
{
	close_fd(&t->fd);
}

int target_find(struct target *t, const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return -errno;
	*t = (struct target){ .fd = -1, .kind = kind_of(&st, path_standard_fd(path) >= 0),
			      .id = { st.st_dev, st.st_ino } };
	return 0;
}

/* --- asking --- */

int target_size(const struct target *t, uint64_t *ret_size)
{
	struct stat st;

	*ret_size = 0;
	if (t->kind != TARGET_FILE)
		return 0;
	if (fstat(t->fd, &st) < 0)
		return -errno;
	if (st.st_nlink == 0)
		return -ESTALE;
	*ret_size = (uint64_t)st.st_size;
	return 0;
}

time_t target_written_at(const struct target *t)
{
	struct stat st;

	return t->kind == TARGET_FILE && fstat(t->fd, &st) == 0 ? st.st_mtime : 0;
}

bool target_is_at(const struct target *t, const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && st.st_dev == t->id.dev && st.st_ino == t->id.ino;
}

uint64_t target_room(const struct target *t, bool *ret_whole)
{
	int size = fcntl(t->fd, F_GETPIPE_SZ), used;

	*ret_whole = true;
	if (size < 0 || ioctl(t->fd, FIONREAD, &used) < 0)
		return t->copies ? PIPE_BUF : UINT64_MAX;
	*ret_whole = used == 0;
	return used < size ? (uint64_t)(size - used) : 0;
}

bool target_ends_inside_line(const struct target *t, uint64_t size)
{
	char last;

	return t->kind == TARGET_FILE && size > 0 && pread(t->fd, &last, 1, (off_t)size - 1) == 1 &&
	       last != '\n';
}

/* --- writing --- */

static bool would_block(const struct target *t)
{
	struct pollfd ask = { .fd = t->fd, .events = POLLOUT };

	return t->may_block && poll(&ask, 1, 0) == 0;
}

static ssize_t write_bytes(const struct target *t, const char *p, size_t n, uint64_t at)
{
	ssize_t written;

	if (t->kind == TARGET_FILE)
		return pwrite(t->fd, p, n, (off_t)at);
	if (would_block(t)) {
		errno = EAGAIN;
		return -1;
	}
	/* Up to PIPE_BUF bytes fit where poll(2) saw room, and are not torn by other writers. */
	n = n < PIPE_BUF ? n : PIPE_BUF;
	written = send(t->fd, p, n, MSG_DONTWAIT | MSG_NOSIGNAL);
	return written < 0 && errno == ENOTSOCK ? write(t->fd, p, n) : written;
}

ssize_t target_write(const struct target *t, const char *p, size_t n, uint64_t at)
{
	ssize_t written;

	do
		written = write_bytes(t, p, n, at);
	while (written < 0 && errno == EINTR);
	if (written == 0)
		return -EAGAIN;
	return written < 0 ? -errno : written;
}

static ssize_t copy(struct target *t, struct look *look, int fd, uint64_t at, size_t n)
{
	ssize_t got = look ? look_at(look, fd) : -EINVAL, written;

	if (got <= 0)
		return got;
	n = look_copy(look, n < (size_t)got ? n : (size_t)got);
	written = target_write(t, look->buf, n, at);
	if (written > 0)
		look_drop(look, fd, (size_t)written);
	return written;
}

static bool is_refusal(int error)
{
	return error == EINVAL || error == ENOSYS || error == EOPNOTSUPP;
}

/*
 * splice(2) needs a slot of the FIFO for each slot it takes from, and nobody tells how many are
 * free: into an empty one all goes, otherwise it may stop inside a line. write(2) of PIPE_BUF
 * bytes does not.
 */
static bool must_copy(const struct target *t, size_t n)
{
	bool whole;

	if (t->copies || t->kind != TARGET_STREAM || n > PIPE_BUF)
		return t->copies;
	(void)target_room(t, &whole);
	return !whole;
}

ssize_t target_pass(struct target *t, struct look *look, int fd, uint64_t at, size_t n)
{
	loff_t offset = (loff_t)at;

	while (!must_copy(t, n)) {
		ssize_t moved = splice(fd, NULL, t->fd, t->kind == TARGET_FILE ? &offset : NULL, n,
				       SPLICE_F_NONBLOCK);

		if (moved >= 0)
			return moved;
		if (is_refusal(errno))
			t->copies = true;
		else if (errno != EINTR)
			return -errno;
	}
	return copy(t, look, fd, at, n);
}

uint64_t target_cut_line(struct target *t, struct look *look, uint64_t size)
{
	uint64_t from = size > LOOK_BUF ? size - LOOK_BUF : 0;
	const char *newline;
	ssize_t n;

	if (t->kind != TARGET_FILE)
		return size;
	n = pread(t->fd, look->buf, LOOK_BUF, (off_t)from);
	if (n <= 0 || from + (uint64_t)n != size)
		return size;
	newline = memrchr(look->buf, '\n', (size_t)n);
	if (!newline && from > 0)
		return size;
	from += newline ? (uint64_t)(newline - look->buf) + 1 : 0;
	return ftruncate(t->fd, (off_t)from) == 0 ? from : size;
}
