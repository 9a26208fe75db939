/*
 * helper.c - starting and reaping. All our descriptors are close-on-exec, so a helper gets what it
 * is given. The signals that svd-logd ignores it ignores too, for the same reason: a Ctrl-C is
 * meant for svd.
 */
#include "logd/helper.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utlist.h>

static void forget(struct helper *h)
{
	DL_DELETE(h->all->running, h);
	h->all = NULL;
}

/* Of each we ask by its number: there may be children that are none of ours. */
static struct helper *find_dead(const struct helpers *all, int *ret_status)
{
	struct helper *h;

	DL_FOREACH(all->running, h) {
		if (waitpid(h->pid, ret_status, WNOHANG) == h->pid)
			return h;
	}
	return NULL;
}

static void on_child(struct sigwatch *s, int signo)
{
	struct helpers *all = container_of(s, struct helpers, child);
	struct helper *h;
	int status;

	(void)signo;
	while ((h = find_dead(all, &status))) {
		forget(h);
		h->on_end(h, status);
	}
}

void helpers_init(struct helpers *all, struct loop *loop)
{
	all->running = NULL;
	sigwatch_start(&all->child, loop, SIGCHLD, on_child);
}

void helpers_done(struct helpers *all)
{
	while (all->running)
		forget(all->running);
	sigwatch_stop(&all->child);
}

static int spawn(pid_t *pid, const posix_spawn_file_actions_t *actions, const char *const *argv)
{
	posix_spawnattr_t attr;
	sigset_t none;
	int ret;

	ret = posix_spawnattr_init(&attr);
	if (ret)
		return ret;
	sigemptyset(&none);
	(void)posix_spawnattr_setsigmask(&attr, &none);
	(void)posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK);
	ret = posix_spawn(pid, argv[0], actions, &attr, (char *const *)argv, environ);
	(void)posix_spawnattr_destroy(&attr);
	return ret;
}

int helper_start(struct helper *h, struct helpers *all, const char *const *argv, int fd)
{
	posix_spawn_file_actions_t actions;
	int ret = posix_spawn_file_actions_init(&actions);

	if (ret)
		return -ret;
	/* To its own number too: that takes off the close-on-exec. */
	if (fd >= 0)
		ret = posix_spawn_file_actions_adddup2(&actions, fd, HELPER_FD);
	if (!ret)
		ret = spawn(&h->pid, &actions, argv);
	(void)posix_spawn_file_actions_destroy(&actions);
	if (ret)
		return -ret;
	h->all = all;
	DL_APPEND(all->running, h);
	return 0;
}

bool helper_runs(const struct helper *h)
{
	return h->all != NULL;
}

void helper_leave(struct helper *h)
{
	if (h->all)
		forget(h);
}
