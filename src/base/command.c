/* command.c - checks before the fork what execve would refuse after it, for a better answer. */
#include "base/command.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/repr.h"
#include "base/shwords.h"
#include "base/strbuf.h"

/* Supervisor's own default, used when there is no PATH at all. */
static const char DEFAULT_PATH[] = "/bin:/usr/bin:/usr/local/bin";

/* "BEFORE 'name'AFTER", the name as Python would print it. */
static int refuse(struct err *err, int code, const char *before, const char *name,
		  const char *after)
{
	struct strbuf text = { 0 };

	strbuf_addf(&text, "%s ", before);
	repr_add(&text, name);
	strbuf_adds(&text, after);
	err_set(err, code, "%s", strbuf_str(&text) ? strbuf_str(&text) : before);
	strbuf_done(&text);
	return code;
}

static int check_file(const char *file, struct err *err)
{
	struct stat st;

	if (stat(file, &st) < 0)
		return refuse(err, -ENOENT, "can't find command", file, "");
	if (S_ISDIR(st.st_mode))
		return refuse(err, -EACCES, "command at", file, " is a directory");
	if (!(st.st_mode & 0111))
		return refuse(err, -EACCES, "command at", file, " is not executable");
	if (access(file, X_OK) < 0)
		return refuse(err, -EACCES, "no permission to run command", file, "");
	return 0;
}

/* The first file of that name along path, executable or not; NULL: none, or no memory. */
static char *search(const char *path, const char *name)
{
	struct strbuf sb = { 0 };
	struct stat st;

	while (path) {
		size_t n = strcspn(path, ":");

		strbuf_reset(&sb);
		strbuf_add(&sb, path, n);
		strbuf_addf(&sb, "%s%s", n ? "/" : "", name);
		if (strbuf_str(&sb) && stat(strbuf_str(&sb), &st) == 0)
			return strbuf_steal(&sb);
		path = path[n] ? path + n + 1 : NULL;
	}
	strbuf_done(&sb);
	return NULL;
}

static char *find(const char *path, const char *name)
{
	char *file = NULL;

	if (!strchr(name, '/'))
		file = search(path && *path ? path : DEFAULT_PATH, name);
	return file ? file : strdup(name);
}

int command_find(const char *line, const char *path, struct command *ret_command,
		 struct err *err)
{
	struct err why = { 0 };
	char reason[64];
	int ret;

	*ret_command = (struct command){ 0 };
	ret = shwords_split(line, &ret_command->argv, &why);
	if (ret < 0) {
		snprintf(reason, sizeof(reason), ": %.60s", why.text);
		return refuse(err, -EACCES, "can't parse command", line, reason);
	}
	if (!ret_command->argv[0])
		return err_set(err, -EACCES, "command is empty");
	ret_command->file = find(path, ret_command->argv[0]);
	if (!ret_command->file)
		return err_set(err, -ENOMEM, "out of memory");
	return check_file(ret_command->file, err);
}

void command_done(struct command *command)
{
	free(command->file);
	shwords_free(command->argv);
	*command = (struct command){ 0 };
}
