/*
 * sys.c - fork, exec, kill, wait. vfork semantics on purpose: svd's memory is shared until the
 * exec, so nothing is copied, and the child can leave the failed step in a plain variable.
 */
#include "svd/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/errname.h"
#include "base/fd.h"
#include "conf/config.h"

static const char NOT_SPAWNED[] = "supervisor: child process was not spawned\n";

/* All that svd handles or ignores: a handler must not run in the child, on svd's memory. */
static const int signals_of_ours[] = { SIGCHLD, SIGTERM, SIGINT,  SIGQUIT,
				       SIGHUP,  SIGUSR1, SIGUSR2, SIGPIPE };

static void reset_signals(void)
{
	struct sigaction dfl = { .sa_handler = SIG_DFL };
	sigset_t none;

	for (size_t i = 0; i < ARRAY_LEN(signals_of_ours); i++)
		(void)sigaction(signals_of_ours[i], &dfl, NULL);
	sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

static int place_fds(const struct spawn_plan *plan)
{
	for (int i = 0; i < plan->n_fds; i++) {
		int ret = plan->fds[i] == i ? fcntl(i, F_SETFD, 0) : dup2(plan->fds[i], i);

		if (ret < 0)
			return -errno;
	}
	return 0;
}

static int become(const struct user_config *user)
{
	if (!user || getuid() == user->uid)
		return 0;
	if (getuid() != 0)
		return -EPERM;
	if (setgroups(user->n_groups, user->groups) < 0 || setgid(user->gid) < 0 ||
	    setuid(user->uid) < 0)
		return -errno;
	return 0;
}

static void fail(struct spawn_failure *failure, enum spawn_step step, int error)
{
	*failure = (struct spawn_failure){ .step = step, .error = error };
}

/* The order is Supervisor's: a directory that only the new user may enter is entered. */
static void prepare_and_exec(const struct spawn_plan *plan, struct spawn_failure *failure)
{
	int ret = become(plan->user);

	if (ret < 0) {
		fail(failure, SPAWN_SETUID, -ret);
		return;
	}
	if (plan->directory && chdir(plan->directory) < 0) {
		fail(failure, SPAWN_CHDIR, errno);
		return;
	}
	if (plan->has_umask)
		umask(plan->umask);
	execve(plan->file, plan->argv, plan->envp);
	fail(failure, SPAWN_EXEC, errno);
}

static void say_failure(const struct spawn_plan *plan, const struct spawn_failure *failure)
{
	char text[512];
	int n;

	(void)fd_write_all(STDERR_FILENO, "supervisor: ", 12);
	spawn_failure_text(plan, failure, text, sizeof(text) - 1);
	n = (int)strlen(text);
	text[n++] = '\n';
	(void)fd_write_all(STDERR_FILENO, text, (size_t)n);
	(void)fd_write_all(STDERR_FILENO, NOT_SPAWNED, sizeof(NOT_SPAWNED) - 1);
}

/* Runs on the memory of svd, which waits: system calls only, nothing of svd's is changed. */
static _Noreturn __attribute__((noinline)) void child(const struct spawn_plan *plan,
						      struct spawn_failure *failure)
{
	if (plan->own_group)
		(void)setpgid(0, 0);
	if (place_fds(plan) == 0) {
		for (int i = 0; i < plan->n_limits; i++)
			(void)setrlimit((__rlimit_resource_t)plan->limits[i].resource,
					&plan->limits[i].value);
		reset_signals();
		prepare_and_exec(plan, failure);
	} else {
		fail(failure, SPAWN_EXEC, errno);
	}
	say_failure(plan, failure);
	_exit(127);
}

pid_t sys_spawn(const struct spawn_plan *plan, struct spawn_failure *ret_failure)
{
	sigset_t all, old;
	pid_t pid;
	int saved;

	*ret_failure = (struct spawn_failure){ .step = SPAWN_OK };
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &old);
	pid = vfork();
	if (pid == 0)
		child(plan, ret_failure);
	saved = errno;
	sigprocmask(SIG_SETMASK, &old, NULL);
	return pid < 0 ? -saved : pid;
}

void spawn_failure_text(const struct spawn_plan *plan, const struct spawn_failure *failure,
			char *buf, size_t size)
{
	const char *why = errname(failure->error);

	switch (failure->step) {
	case SPAWN_SETUID:
		snprintf(buf, size, "couldn't setuid to %u: %s", (unsigned)plan->user->uid,
			 failure->error == EPERM ? "Can't drop privilege as nonroot user" : why);
		break;
	case SPAWN_CHDIR:
		snprintf(buf, size, "couldn't chdir to %s: %s", plan->directory, why);
		break;
	default:
		snprintf(buf, size, "couldn't exec %s: %s", plan->argv[0], why);
	}
}

int sys_kill(pid_t pid, int signo)
{
	return kill(pid, signo) < 0 ? -errno : 0;
}

pid_t sys_reap(int *ret_status)
{
	pid_t pid;

	do {
		pid = waitpid(-1, ret_status, WNOHANG);
	} while (pid < 0 && errno == EINTR);
	return pid > 0 ? pid : 0;
}
