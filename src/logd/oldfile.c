/*
 * oldfile.c - nothing here remembers anything: each question is asked of the file system, so that
 * whoever was killed at whatever moment, the next one sees what is there. The numbers of old files
 * are changed by svd-logd only, never by what compresses them.
 */
#include "logd/oldfile.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "logd/spec.h"

/* Who removes old files by hand leaves gaps. After so many free numbers we look no further. */
enum { GAP_MAX = 16 };

static const char *const suffixes[COMPRESS_N] = {
	[COMPRESS_GZIP] = ".gz", [COMPRESS_ZSTD] = ".zst",
};

int old_name(char *buf, size_t len, const char *path, unsigned n, enum log_compress form)
{
	int need = snprintf(buf, len, "%s.%u%s", path, n, suffixes[form] ? suffixes[form] : "");

	return need < 0 || (size_t)need >= len ? -ENAMETOOLONG : 0;
}

static bool look(const char *path, unsigned n, enum log_compress form, struct stat *ret)
{
	char name[PATH_MAX];

	return old_name(name, sizeof(name), path, n, form) == 0 && lstat(name, ret) == 0;
}

int old_remove(const char *path, unsigned n, enum log_compress form)
{
	char name[PATH_MAX];
	int ret = old_name(name, sizeof(name), path, n, form);

	if (ret < 0)
		return ret;
	return unlink(name) < 0 && errno != ENOENT ? -errno : 0;
}

static bool same_time(const struct stat *a, const struct stat *b)
{
	return a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/*
 * We were killed between giving the compressed file its name and removing the plain one. It gets
 * its name when it is whole, and has the plain one's time to the nanosecond; what others have put
 * there has not.
 */
static bool is_double(const struct stat *plain, const struct stat *compressed)
{
	return S_ISREG(plain->st_mode) && S_ISREG(compressed->st_mode) &&
	       same_time(plain, compressed);
}

bool old_is_there(const char *path, unsigned n)
{
	struct stat plain, other;
	bool there = look(path, n, COMPRESS_NONE, &plain), found = there;

	for (int form = COMPRESS_NONE + 1; form < COMPRESS_N; form++) {
		if (!look(path, n, (enum log_compress)form, &other))
			continue;
		found = true;
		if (there && is_double(&plain, &other))
			(void)old_remove(path, n, COMPRESS_NONE);
	}
	return found;
}

/* --- too old, too many --- */

static bool is_too_old(const struct stat *st, uint64_t maxage, time_t now)
{
	return maxage && st->st_mtime < now && (uint64_t)(now - st->st_mtime) > maxage;
}

/* The bytes of number n that are left after the too old is gone. */
static uint64_t tend_one(const char *path, unsigned n, uint64_t maxage, time_t now,
			 bool *ret_is_plain)
{
	uint64_t bytes = 0;
	struct stat st;

	*ret_is_plain = false;
	for (int form = 0; form < COMPRESS_N; form++) {
		if (!look(path, n, (enum log_compress)form, &st) || !S_ISREG(st.st_mode))
			continue;
		if (is_too_old(&st, maxage, now) &&
		    old_remove(path, n, (enum log_compress)form) == 0)
			continue;
		bytes += (uint64_t)st.st_size;
		/* Both forms, and not a double: one of them is not ours. */
		*ret_is_plain = form == COMPRESS_NONE && st.st_size > 0;
	}
	return bytes;
}

static void keep_budget(const char *path, unsigned last, uint64_t budget, uint64_t size,
			struct old_found *found)
{
	struct stat st;

	for (unsigned n = last; n > 0 && found->bytes + size > budget; n--) {
		for (int form = 0; form < COMPRESS_N; form++) {
			if (!look(path, n, (enum log_compress)form, &st) || !S_ISREG(st.st_mode) ||
			    old_remove(path, n, (enum log_compress)form) < 0)
				continue;
			found->bytes -= found->bytes < (uint64_t)st.st_size ? found->bytes :
									(uint64_t)st.st_size;
		}
		if (found->plain == n)
			found->plain = 0;
	}
}

void old_tend(const char *path, const struct sink_rules *rules, uint64_t size, time_t now,
	      struct old_found *ret)
{
	unsigned last = 0;
	bool is_plain;

	*ret = (struct old_found){ 0 };
	for (unsigned n = 1; n <= rules->backups && n - last <= GAP_MAX; n++) {
		if (!old_is_there(path, n))
			continue;
		last = n;
		ret->bytes += tend_one(path, n, rules->maxage, now, &is_plain);
		if (is_plain && !ret->plain)
			ret->plain = n;
	}
	if (rules->budget)
		keep_budget(path, last, rules->budget, size, ret);
}

/* --- compression --- */

/*
 * A name that begins with a dot: who collects app.log* must not take it for a log. Of one file only
 * one old file is compressed at a time, so one name will do.
 */
static int press_name(char *buf, size_t len, const char *path)
{
	const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
	int need = snprintf(buf, len, "%.*s.%s.compressing", (int)(base - path), path, base);

	return need < 0 || (size_t)need >= len ? -ENAMETOOLONG : 0;
}

void old_press_clean(const char *path)
{
	char name[PATH_MAX];

	if (press_name(name, sizeof(name), path) == 0)
		(void)unlink(name);
}

static int open_plain(const char *path, unsigned n, struct old_press *press)
{
	char name[PATH_MAX];
	struct stat st;
	int ret = old_name(name, sizeof(name), path, n, COMPRESS_NONE);

	if (ret < 0)
		return ret;
	press->from = open(name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (press->from < 0 || fstat(press->from, &st) < 0)
		return -errno;
	press->dev = st.st_dev;
	press->ino = st.st_ino;
	return S_ISREG(st.st_mode) ? 0 : -EINVAL;
}

/* Nobody may read it before it has the owner and the mode of the original. */
static int open_beside(const char *path, int *ret_fd)
{
	char name[PATH_MAX];
	int ret = press_name(name, sizeof(name), path);

	if (ret < 0)
		return ret;
	if (unlink(name) < 0 && errno != ENOENT)
		return -errno;
	*ret_fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	return *ret_fd < 0 ? -errno : 0;
}

int old_press_begin(const char *path, unsigned n, struct old_press *ret)
{
	int failed;

	*ret = (struct old_press){ .from = -1, .to = -1 };
	failed = open_plain(path, n, ret);
	if (failed == 0)
		failed = open_beside(path, &ret->to);
	if (failed < 0)
		close_fd(&ret->from);
	return failed;
}

static unsigned find_number(const char *path, unsigned backups, const struct old_press *press,
			    struct stat *ret)
{
	for (unsigned n = 1; n <= backups; n++) {
		if (look(path, n, COMPRESS_NONE, ret) && ret->st_dev == press->dev &&
		    ret->st_ino == press->ino)
			return n;
	}
	return 0;
}

static bool has_other_form(const char *path, unsigned n)
{
	struct stat st;

	return look(path, n, COMPRESS_GZIP, &st) || look(path, n, COMPRESS_ZSTD, &st);
}

/* In this order: killed in between, we leave a double, which old_is_there knows. */
static int take_place(const char *beside, const char *path, unsigned n, enum log_compress form)
{
	char name[PATH_MAX];
	int ret = old_name(name, sizeof(name), path, n, form);

	if (ret < 0)
		return ret;
	if (rename(beside, name) < 0)
		return -errno;
	return old_remove(path, n, COMPRESS_NONE);
}

int old_press_end(const char *path, unsigned backups, const struct old_press *press,
		  enum log_compress form)
{
	struct stat plain, pressed;
	char beside[PATH_MAX];
	int ret = press_name(beside, sizeof(beside), path);
	unsigned n;

	if (ret < 0)
		return ret;
	n = find_number(path, backups, press, &plain);
	/* svd-compress has given it the time that the original had when it began. */
	if (n && lstat(beside, &pressed) == 0 && same_time(&plain, &pressed) &&
	    !has_other_form(path, n))
		ret = take_place(beside, path, n, form);
	if (unlink(beside) < 0 && errno != ENOENT && ret == 0)
		ret = -errno;
	return ret;
}
