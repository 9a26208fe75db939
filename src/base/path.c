/*
 * path.c - file names as people write them. Clients compare the paths that we report with those of
 * Supervisor, so the rules are the ones of Python's os.path, to the double slash in front.
 */
#include "base/path.h"

#include <errno.h>
#include <limits.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/strbuf.h"

/* The home of the user named by the n bytes at name, of ourselves when n is 0; NULL: unknown. */
static const char *home_of(const char *name, size_t n)
{
	const char *home = n == 0 ? getenv("HOME") : NULL;
	struct passwd *pw;
	char user[256];

	if (home)
		return home;
	if (n >= sizeof(user))
		return NULL;
	memcpy(user, name, n);
	user[n] = '\0';
	pw = n == 0 ? getpwuid(getuid()) : getpwnam(user);
	return pw ? pw->pw_dir : NULL;
}

char *path_expand_user(const char *path)
{
	struct strbuf sb = { 0 };
	const char *home;
	size_t n, len;

	if (*path != '~')
		return strdup(path);
	n = strcspn(path, "/");
	home = home_of(path + 1, n - 1);
	if (!home)
		return strdup(path);
	for (len = strlen(home); len > 0 && home[len - 1] == '/'; len--)
		;
	strbuf_add(&sb, home, len);
	strbuf_adds(&sb, path + n);
	if (sb.len == 0)
		strbuf_addc(&sb, '/');
	return strbuf_steal(&sb);
}

/* Take the last part off, with the slash before it, but never the root. */
static void drop_part(struct strbuf *out, size_t root)
{
	while (out->len > root) {
		out->s[--out->len] = '\0';
		if (out->s[out->len - 1] == '/' && out->len > root) {
			out->s[--out->len] = '\0';
			return;
		}
	}
}

/* Append the parts of a path to out, which begins with the root's slashes. */
static void add_parts(struct strbuf *out, size_t root, const char *path)
{
	while (*path) {
		size_t n = strcspn(path, "/");

		if (n == 2 && memcmp(path, "..", 2) == 0) {
			drop_part(out, root);
		} else if (n > 0 && !(n == 1 && *path == '.')) {
			if (out->len > root)
				strbuf_addc(out, '/');
			strbuf_add(out, path, n);
		}
		path += n;
		path += strspn(path, "/");
	}
}

int path_normalise(const char *path, char **ret_path, struct err *err)
{
	_cleanup_(free_str) char *full = path_expand_user(path);
	_cleanup_(free_str) char *cwd = NULL;
	struct strbuf out = { 0 };
	size_t root;
	char *result;

	if (!full)
		return err_set(err, -ENOMEM, "%s", strerror(ENOMEM));
	if (*full != '/') {
		cwd = getcwd(NULL, 0);
		if (!cwd)
			return err_set(err, -errno, "no current directory: %s", strerror(errno));
	}
	/* POSIX leaves the meaning of exactly two slashes in front to the system. */
	root = strspn(cwd ? cwd : full, "/") == 2 ? 2 : 1;
	strbuf_add(&out, "//", root);
	if (cwd)
		add_parts(&out, root, cwd + strspn(cwd, "/"));
	add_parts(&out, root, full + strspn(full, "/"));
	result = strbuf_steal(&out);
	if (!result)
		return err_set(err, -ENOMEM, "%s", strerror(ENOMEM));
	*ret_path = result;
	return 0;
}

/* Bytes of the directory's part of the path. */
static size_t dirname_len(const char *path)
{
	const char *slash = strrchr(path, '/');
	size_t n = slash ? (size_t)(slash - path) : 0;

	while (n > 0 && path[n - 1] == '/')
		n--;
	if (n == 0 && slash)
		n = (size_t)(slash - path) + 1;		/* slashes only: they are the root */
	return n;
}

char *path_dirname(const char *path)
{
	return strndup(path, dirname_len(path));
}

bool path_is_dir(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

bool path_dir_exists(const char *path)
{
	size_t n = dirname_len(path);
	char dir[PATH_MAX];

	if (n >= sizeof(dir))
		return false;		/* the kernel would not take it either */
	memcpy(dir, path, n);
	dir[n] = '\0';
	return path_is_dir(n > 0 ? dir : ".");
}

int path_standard_fd(const char *path)
{
	static const struct {
		const char *path;
		int         fd;
	} names[] = {
		{ "/dev/stdout", 1 }, { "/dev/fd/1", 1 }, { "/proc/self/fd/1", 1 },
		{ "/dev/stderr", 2 }, { "/dev/fd/2", 2 }, { "/proc/self/fd/2", 2 },
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (strcmp(path, names[i].path) == 0)
			return names[i].fd;
	}
	return -1;
}
