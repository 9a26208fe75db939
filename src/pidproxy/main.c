/*
 * main.c - svd-pidproxy, for programs that put themselves into the background: it runs a command
 * and hands each signal on to the process whose number is in a file, read at that moment. Mirrors
 * Supervisor's pidproxy; but it ends with the command at once, and with its status.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/macro.h"
#include "base/units.h"

enum { NO_COMMAND = 127 };	/* as shells say it; a signal that ends the command adds 128 */

static const int handed_on[] = { SIGTERM, SIGHUP, SIGINT, SIGUSR1, SIGUSR2, SIGQUIT };

static void print_usage(const char *program)
{
	printf("%s -- run a command, and pass signals on to the process in a pidfile\n\n"
	       "Usage: %s PIDFILE COMMAND [ARGUMENT...]\n\n"
	       "TERM, HUP, INT, USR1, USR2 and QUIT go to the process whose number is in PIDFILE\n"
	       "at that moment. Ends with 0 after TERM, INT and QUIT, otherwise as COMMAND ends.\n",
	       program, program);
}

/* The number in the first line; some daemons write more behind it. */
static bool read_pid(const char *path, pid_t *ret_pid)
{
	_cleanup_(close_fd) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char text[64];
	int64_t number;
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (n < 0)
		return false;
	text[n] = '\0';
	text[strcspn(text, "\n")] = '\0';
	if (unit_integer(text, 1, INT32_MAX, &number) < 0)
		return false;
	*ret_pid = (pid_t)number;
	return true;
}

/* May we end now? Only after a signal that asks for it, and that left nobody behind. */
static bool hand_on(const char *pidfile, int signo)
{
	bool may_end = signo == SIGTERM || signo == SIGINT || signo == SIGQUIT;
	pid_t pid;

	if (!read_pid(pidfile, &pid)) {
		printf("Can't read child pidfile %s!\n", pidfile);
		fflush(stdout);
		return false;
	}
	if (kill(pid, signo) < 0) {
		may_end = may_end && errno == ESRCH;
		fprintf(stderr, "Can't signal process %d of %s: %s\n", (int)pid, pidfile,
			strerror(errno));
	}
	return may_end;
}

/* A name without a slash is a file in the working directory, as it was, or else along PATH. */
static void execute(char **argv, const sigset_t *mask)
{
	for (size_t i = 0; i < ARRAY_LEN(handed_on); i++)
		(void)signal(handed_on[i], SIG_DFL);
	(void)sigprocmask(SIG_SETMASK, mask, NULL);
	execv(argv[0], argv);
	if (errno == ENOENT)
		execvp(argv[0], argv);
	fprintf(stderr, "Can't run %s: %s\n", argv[0], strerror(errno));
	_exit(NO_COMMAND);
}

/* Takes whoever has ended: as the first process of a container we inherit others' children. */
static bool has_ended(pid_t command, int *ret_status)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		if (pid == command) {
			*ret_status = WIFEXITED(status) ? WEXITSTATUS(status)
							: 128 + WTERMSIG(status);
			return true;
		}
	return false;
}

/* The signals are blocked before the fork and only ever waited for, so none can slip by. */
static int watch(const char *pidfile, char **argv)
{
	int signo = 0, status = EXIT_SUCCESS;
	sigset_t ours, before;
	pid_t command;

	(void)signal(SIGCHLD, SIG_DFL);
	sigemptyset(&ours);
	sigaddset(&ours, SIGCHLD);
	for (size_t i = 0; i < ARRAY_LEN(handed_on); i++)
		sigaddset(&ours, handed_on[i]);
	(void)sigprocmask(SIG_BLOCK, &ours, &before);
	command = fork();
	if (command == 0)
		execute(argv, &before);
	if (command < 0) {
		fprintf(stderr, "Can't fork: %s\n", strerror(errno));
		return EXIT_FAILURE;
	}
	do {
		signo = sigwaitinfo(&ours, NULL);
	} while (signo == SIGCHLD ? !has_ended(command, &status)
				  : signo < 0 || !hand_on(pidfile, signo));
	return status;
}

int main(int argc, char **argv)
{
	if (argc == 2 && (strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "--help") == 0)) {
		print_usage(argv[0]);
		return EXIT_SUCCESS;
	}
	if (argc < 3) {
		print_usage(argv[0]);
		return EXIT_FAILURE;
	}
	return watch(argv[1], argv + 2);
}
