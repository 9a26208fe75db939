/* command.h - from a command= line to a file that can be executed */
#ifndef SVD_BASE_COMMAND_H
#define SVD_BASE_COMMAND_H

#include "base/err.h"
#include "base/macro.h"

struct command {
	char *file;	/* owned: what execve gets */
	char **argv;	/* owned */
};

/*
 * Splits the line and finds its file: a path with a slash as it is, else along path, which is a
 * PATH (NULL: Supervisor's own default). Returns 0 or, with Supervisor's texts in err, -ENOENT
 * ("can't find command 'x'") or -EACCES (cannot be parsed or executed). The caller ends it with
 * command_done, also after a failure. Mirrors Subprocess.get_execv_args.
 */
must_check int command_find(const char *line, const char *path, struct command *ret_command,
			    struct err *err);
void command_done(struct command *command);

#endif
