/*
 * sys.c - fork, exec, kill, wait. vfork semantics where that is safe: nothing is copied, and the
 * child can leave its reason to fail in a plain variable.
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

static const char NOT_SPAWNED[] = "\nsupervisor: child process was not spawned\n";

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

const char *sys_become(const struct user_config *user)
{
	if (getuid() == user->uid)
		return NULL;
	if (getuid() != 0)
		return "Can't drop privilege as nonroot user";
	if (setgroups(user->n_groups, user->groups) < 0)
		return "Could not set groups of effective user";
	if (setgid(user->gid) < 0)
		return "Could not set group id of effective user";
	return setuid(user->uid) < 0 ? "Could not set user id of effective user" : NULL;
}

/* The order is Supervisor's: a directory that only the new user may enter is entered. */
static void prepare_and_exec(const struct spawn_plan *plan, char *why, size_t size)
{
	const char *refused = plan->user ? sys_become(plan->user) : NULL;

	if (refused) {
		snprintf(why, size, "couldn't setuid to %u: %s", (unsigned)plan->user->uid,
			 refused);
		return;
	}
	if (plan->directory && chdir(plan->directory) < 0) {
		snprintf(why, size, "couldn't chdir to %s: %s", plan->directory, errname(errno));
		return;
	}
	if (plan->has_umask)
		umask(plan->umask);
	execve(plan->file, plan->argv, plan->envp);
	snprintf(why, size, "couldn't exec %s: %s", plan->argv[0], errname(errno));
}

/* Before the user changes: afterwards the file is root's. */
static void unprotect(void)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd >= 0) {
		(void)fd_write_all(fd, "0", 1);
		(void)close(fd);
	}
}

/*
 * After vfork this runs on the memory of svd, which waits: it makes system calls, fills in the
 * report, and changes nothing else.
 */
static _Noreturn __attribute__((noinline)) void child(const struct spawn_plan *plan,
						      struct spawn_report *report, bool tell)
{
	if (plan->own_group)
		(void)setpgid(0, 0);
	if (plan->unprotect)
		unprotect();
	if (place_fds(plan) == 0) {
		for (int i = 0; i < plan->n_limits; i++)
			(void)setrlimit((__rlimit_resource_t)plan->limits[i].resource,
					&plan->limits[i].value);
		reset_signals();
		prepare_and_exec(plan, report->text, sizeof(report->text));
	} else {
		snprintf(report->text, sizeof(report->text), "couldn't exec %s: %s", plan->argv[0],
			 errname(errno));
	}
	(void)fd_write_all(STDERR_FILENO, "supervisor: ", 12);
	(void)fd_write_all(STDERR_FILENO, report->text, strlen(report->text));
	(void)fd_write_all(STDERR_FILENO, NOT_SPAWNED, sizeof(NOT_SPAWNED) - 1);
	if (tell && plan->reports >= 0) {
		report->pid = getpid();
		(void)fd_write_all(plan->reports, report, sizeof(*report));
	}
	_exit(SPAWN_FAILED);
}

/*
 * vfork copies nothing, but svd stands still until the exec. A dead directory could make that for
 * ever, and so could SIGSTOP, which another user may send as soon as the child has become theirs.
 */
static bool may_be_held_up(const struct spawn_plan *plan)
{
	return plan->directory || (plan->user && plan->user->uid != getuid());
}

pid_t sys_spawn(const struct spawn_plan *plan, struct spawn_report *ret_report)
{
	sigset_t all, old;
	pid_t pid;
	int saved;

	*ret_report = (struct spawn_report){ 0 };
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &old);
	if (may_be_held_up(plan)) {
		pid = fork();
		if (pid == 0)
			child(plan, ret_report, true);
	} else {
		pid = vfork();
		if (pid == 0)
			child(plan, ret_report, false);
	}
	saved = errno;
	sigprocmask(SIG_SETMASK, &old, NULL);
	return pid < 0 ? -saved : pid;
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
