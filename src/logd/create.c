/*
 * create.c - the log file that is made when there is none. We are often root here, and the owner of
 * a directory of logs may be somebody who would like to own other files, too: only what we have
 * just made ourselves, and not through a symbolic link, is given away.
 */
#include "logd/create.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "logd/spec.h"

enum { DIRECTORY_MODE = 0755 };

/* The umask was meant for files that nobody has said anything of. */
static void dress(int fd, mode_t mode, const struct sink_rules *rules)
{
	bool has_owner = rules->uid != (uid_t)-1 || rules->gid != (gid_t)-1;

	if (has_owner && fchown(fd, rules->uid, rules->gid) < 0)
		return;
	(void)fchmod(fd, mode);
}

/* Somebody may have put another one in its place already: that one is not ours to give. */
static void dress_directory(const char *path, const struct sink_rules *rules)
{
	_cleanup_(close_fd) int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (fd >= 0 && fstat(fd, &st) == 0 && st.st_uid == geteuid())
		dress(fd, DIRECTORY_MODE, rules);
}

/* The directories on the way to path. */
static int make_directories(const char *path, const struct sink_rules *rules)
{
	_cleanup_(free_str) char *part = strdup(path);

	if (!part)
		return -ENOMEM;
	for (char *slash = strchr(part + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(part, DIRECTORY_MODE) == 0)
			dress_directory(part, rules);
		else if (errno != EEXIST && access(part, F_OK) < 0)
			return -errno;
		*slash = '/';
	}
	return 0;
}

static int make_file(const char *path, int flags, const struct sink_rules *rules)
{
	int fd = open(path, flags | O_CREAT | O_EXCL, rules->mode);

	if (fd >= 0) {
		dress(fd, rules->mode, rules);
		return fd;
	}
	if (errno != EEXIST)
		return -errno;
	/* Others were faster, or it is a link to nothing. */
	fd = open(path, flags | O_CREAT, rules->mode);
	return fd < 0 ? -errno : fd;
}

int create_open(const char *path, int flags, const struct sink_rules *rules)
{
	int fd = open(path, flags), ret;

	if (fd >= 0 || errno != ENOENT)
		return fd < 0 ? -errno : fd;
	ret = make_file(path, flags, rules);
	if (ret != -ENOENT || !rules->mkdir)
		return ret;
	ret = make_directories(path, rules);
	return ret < 0 ? ret : make_file(path, flags, rules);
}
