/* command.h - from a command= line to a file that can be executed */
#ifndef SVD_SVD_COMMAND_H
#define SVD_SVD_COMMAND_H

#include "base/err.h"
#include "base/macro.h"

struct program_config;

struct command {
	char *file;	/* owned: what execve gets */
	char **argv;	/* owned */
};

/*
 * Splits the command and finds its file: a path with a slash as it is, else along PATH of the
 * program's environment= or of svd. Returns 0 or, with Supervisor's texts in err, -ENOENT ("can't
 * find command 'x'") or -EACCES (cannot be parsed or executed). The caller ends it with
 * command_done, also after a failure. Mirrors Subprocess.get_execv_args.
 */
must_check int command_find(const struct program_config *program, struct command *ret_command,
			    struct err *err);
void command_done(struct command *command);

#endif
