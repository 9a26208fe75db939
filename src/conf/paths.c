/*
 * paths.c - values that are file names. They are made absolute and checked while the file is read,
 * so that a slip is found by `reread` and not by the next restart.
 */
#include "conf/paths.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/fd.h"
#include "base/path.h"
#include "conf/load.h"

static const char BETWEEN[] = " \t\r\n,";	/* paths in a list */

static int keep(struct load *ld, const char *text, const char **ret_text, struct err *err)
{
	const char *copy = text ? arena_strdup(ld->config->arena, text) : NULL;

	if (!copy)
		return no_memory(err);
	*ret_text = copy;
	return 0;
}

static int keep_normalised(struct load *ld, const char *text, const char **ret_path,
			   struct err *err)
{
	_cleanup_(free_str) char *path = NULL;
	int r = path_normalise(text, &path, err);

	return r < 0 ? r : keep(ld, path, ret_path, err);
}

/* Hundreds of programs log into one directory: it is looked at once for all in a row. */
static int look_at_directory(struct load *ld, const char *dir)
{
	if (ld->log_dir && strcmp(ld->log_dir, dir) == 0)
		return 0;
	ld->log_dir = arena_strdup(ld->ini.arena, dir);
	if (!ld->log_dir)
		return -ENOMEM;
	ld->log_dir_exists = path_is_dir(dir);
	ld->log_dir_writable = faccessat(AT_FDCWD, dir, W_OK | X_OK, AT_EACCESS) == 0;
	ld->log_dir_noted = false;
	return 0;
}

/* A file that is there, like /dev/stdout, needs no writable directory. */
static int check_log(struct load *ld, const char *path, const char *text, bool mkdir,
		     bool *ret_writable, struct err *err)
{
	_cleanup_(free_str) char *dir = path_dirname(path);

	if (!dir || look_at_directory(ld, dir) < 0)
		return no_memory(err);
	if (!ld->log_dir_exists && !mkdir)
		return err_set(err, -EINVAL, "The directory named as part of the path %s does not "
			       "exist", text);
	*ret_writable = ld->log_dir_writable || !ld->log_dir_exists || access(path, F_OK) == 0;
	return 0;
}

/* The daemon does without a program's log, and svd-logd tries again: once for all in a row. */
static int note_unwritable(struct load *ld, struct err *err)
{
	const char *text;

	if (ld->log_dir_noted)
		return 0;
	ld->log_dir_noted = true;
	text = arena_printf(ld->config->arena, "the directory %s, where programs shall log, is not "
			    "writable", ld->log_dir);
	return note_add(ld, LEVEL_WARN, text) ? 0 : no_memory(err);
}

int paths_set_path(struct load *ld, const char *text, void *field, struct err *err)
{
	if (!*text) {
		*(const char **)field = NULL;
		return 0;
	}
	return keep_normalised(ld, text, field, err);
}

int paths_set_file(struct load *ld, const char *text, void *field, struct err *err)
{
	const char *path;
	int r = keep_normalised(ld, text, &path, err);

	if (r < 0)
		return r;
	if (!path_dir_exists(path))
		return err_set(err, -EINVAL, "The directory named as part of the path %s does not "
			       "exist", text);
	*(const char **)field = path;
	return 0;
}

int paths_set_main_logfile(struct load *ld, const char *text, void *field, struct err *err)
{
	const char *path;
	bool writable;
	int r;

	if (strcmp(text, "syslog") == 0)
		return keep(ld, text, field, err);
	r = keep_normalised(ld, text, &path, err);
	if (r == 0)
		r = check_log(ld, path, text, false, &writable, err);
	if (r == 0 && !writable)
		return err_set(err, -EINVAL, "The directory named as part of the path %s is not "
			       "writable", text);
	if (r == 0)
		*(const char **)field = path;
	return r;
}

/*
 * Where the daemon will be when it opens the file. It goes to [supervisord] directory= when it
 * becomes a daemon, which is after the first reading and before any other: without this a
 * relative path would change its meaning at the first `reread`.
 */
static int from_daemon(struct load *ld, const char *text, const char **ret_path, struct err *err)
{
	_cleanup_(free_str) char *path = path_expand_user(text);
	const char *dir = ld->config->nodaemon ? NULL : ld->config->directory;

	if (!path)
		return no_memory(err);
	if (*path == '/' || !dir)
		return keep_normalised(ld, path, ret_path, err);
	text = arena_printf(ld->ini.arena, "%s/%s", dir, path);
	return text ? keep_normalised(ld, text, ret_path, err) : no_memory(err);
}

/* What a log file has to be: in a directory that is there, unless it is made. */
static int logfile(struct load *ld, const char *text, bool mkdir, const char **ret_path,
		   struct err *err)
{
	bool writable;
	int r = from_daemon(ld, text, ret_path, err);

	if (r == 0)
		r = check_log(ld, *ret_path, text, mkdir, &writable, err);
	return r == 0 && !writable ? note_unwritable(ld, err) : r;
}

/* Values of stdout_logfile that are no file; a file of that name is "./NAME". */
static bool is_word(const char *text)
{
	static const char *const words[] = { "none", "off", "auto", "syslog", "journal" };

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strcasecmp(text, words[i]) == 0)
			return true;
	return false;
}

int paths_set_logfile(struct load *ld, const char *text, void *field, struct err *err)
{
	struct logfile_config *log = field;
	int r;

	log->kind = strcasecmp(text, "auto") == 0 ? LOGFILE_AUTO : LOGFILE_NONE;
	log->path = NULL;
	log->syslog |= strcasecmp(text, "syslog") == 0;
	log->journal |= strcasecmp(text, "journal") == 0;
	if (!*text || is_word(text))
		return 0;
	r = logfile(ld, text, log->mkdir, &log->path, err);
	if (r == 0)
		log->kind = LOGFILE_PATH;
	return r;
}

int paths_set_logfiles(struct load *ld, const char *text, void *field, struct err *err)
{
	const struct logfile_config *log = container_of(field, struct logfile_config, also);
	const char **list = arena_alloc(ld->config->arena, (LOG_ALSO_MAX + 1) * sizeof(*list));
	size_t n = 0;
	int r = list ? 0 : no_memory(err);

	for (text += strspn(text, BETWEEN); r == 0 && *text; text += strspn(text, BETWEEN)) {
		size_t len = strcspn(text, BETWEEN);
		_cleanup_(free_str) char *path = strndup(text, len);

		text += len;
		if (n == LOG_ALSO_MAX)
			return err_set(err, -EINVAL, "more than %d files", LOG_ALSO_MAX);
		if (path && is_word(path))
			return err_set(err, -EINVAL, "%s is no file; if it is, write ./%s", path,
				       path);
		r = path ? logfile(ld, path, log->mkdir, &list[n++], err) : no_memory(err);
	}
	if (r == 0)
		*(const char *const **)field = n > 0 ? list : NULL;
	return r;
}

int paths_set_directory(struct load *ld, const char *text, void *field, struct err *err)
{
	_cleanup_(free_str) char *path = path_expand_user(text);

	return keep(ld, path, field, err);
}

int paths_set_existing_directory(struct load *ld, const char *text, void *field, struct err *err)
{
	const char *path = NULL;
	int r = paths_set_directory(ld, text, &path, err);

	if (r < 0)
		return r;
	if (!path_is_dir(path))
		return err_set(err, -EINVAL, "%s is not an existing directory", text);
	*(const char **)field = path;
	return 0;
}

int paths_set_log_directory(struct load *ld, const char *text, void *field, struct err *err)
{
	const char *path;
	int r = keep_normalised(ld, text, &path, err);

	if (r == 0 && look_at_directory(ld, path) < 0)
		return no_memory(err);
	if (r < 0)
		return r;
	if (!*text || !ld->log_dir_exists)
		return err_set(err, -EINVAL, "%s is not an existing directory", text);
	if (!ld->log_dir_writable)
		return err_set(err, -EINVAL, "the directory %s is not writable", text);
	*(const char **)field = path;
	return 0;
}

int paths_set_socket(struct load *ld, const char *text, void *field, struct err *err)
{
	const size_t room = sizeof(((struct sockaddr_un *)NULL)->sun_path);
	const char *path;
	int r = keep_normalised(ld, text, &path, err);

	if (r < 0)
		return r;
	if (strlen(path) >= room)
		return err_set(err, -EINVAL, "the path of a socket may have %zu bytes, and this "
			       "has %zu", room - 1, strlen(path));
	*(const char **)field = path;
	return 0;
}

int paths_set_server_url(struct load *ld, const char *text, void *field, struct err *err)
{
	static const char unix_url[] = "unix://";
	const size_t n = sizeof(unix_url) - 1;
	_cleanup_(free_str) char *path = NULL;
	int r;

	if (strncmp(text, unix_url, n) != 0)
		return keep(ld, text, field, err);
	r = path_normalise(text + n, &path, err);
	if (r < 0)
		return r;
	*(const char **)field = arena_printf(ld->config->arena, "%s%s", unix_url, path);
	return *(const char **)field ? 0 : no_memory(err);
}
