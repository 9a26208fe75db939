/* command.c - checks before the fork what execve would refuse after it, for a better answer. */
#include "svd/command.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/shwords.h"
#include "base/strbuf.h"
#include "conf/config.h"
#include "svd/environment.h"

/* Supervisor's own default, used when there is no PATH at all. */
static const char DEFAULT_PATH[] = "/bin:/usr/bin:/usr/local/bin";

static int check_file(const char *file, struct err *err)
{
	struct stat st;

	if (stat(file, &st) < 0)
		return err_set(err, -ENOENT, "can't find command '%s'", file);
	if (S_ISDIR(st.st_mode))
		return err_set(err, -EACCES, "command at '%s' is a directory", file);
	if (!(st.st_mode & 0111))
		return err_set(err, -EACCES, "command at '%s' is not executable", file);
	if (access(file, X_OK) < 0)
		return err_set(err, -EACCES, "no permission to run command '%s'", file);
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

static char *find(const struct program_config *program, const char *name)
{
	const char *path = environment_get(program, "PATH");
	char *file = NULL;

	if (!strchr(name, '/'))
		file = search(path && *path ? path : DEFAULT_PATH, name);
	return file ? file : strdup(name);
}

int command_find(const struct program_config *program, struct command *ret_command,
		 struct err *err)
{
	struct err why = { 0 };
	int ret;

	*ret_command = (struct command){ 0 };
	ret = shwords_split(program->command, &ret_command->argv, &why);
	if (ret < 0)
		return err_set(err, -EACCES, "can't parse command '%s': %s", program->command,
			       why.text);
	if (!ret_command->argv[0])
		return err_set(err, -EACCES, "command is empty");
	ret_command->file = find(program, ret_command->argv[0]);
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
