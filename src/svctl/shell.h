/* shell.h - the interactive shell */
#ifndef SVD_SVCTL_SHELL_H
#define SVD_SVCTL_SHELL_H

struct ctl;

/*
 * Shows the status, then reads and runs lines until one ends the shell or the input ends. On a
 * terminal with line editing, completion and, if history_file is not NULL, a history.
 */
void shell_run(struct ctl *ctl, const char *prompt, const char *history_file);

#endif
