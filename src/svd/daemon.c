/* daemon.c - mirrors ServerOptions.set_uid_or_exit, set_rlimits_or_exit and daemonize. */
#include "svd/daemon.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "conf/config.h"
#include "svd/log.h"

int daemon_drop_privileges(const struct config *config, struct err *err)
{
	const struct user_config *user = config->user;
	const char *refused = user ? sys_become(user) : NULL;
	return refused ? err_set(err, -EPERM, "user %s: %s", user->name, refused) : 0;
}

struct limit {
	int         resource;
	const char *name, *option, *what;
};

/* What is asked for, and beyond it as much as we may have. Returns whether it changed. */
static int raise_one(const struct limit *l, rlim_t wanted, struct saved_limit *saved,
		     struct err *err)
{
	__rlimit_resource_t resource = (__rlimit_resource_t)l->resource;
	struct rlimit now;

	saved->resource = l->resource;
	if (getrlimit(resource, &now) < 0)
		return err_set(err, -errno, "cannot read %s: %s", l->name, strerror(errno));
	saved->value = now;
	if (now.rlim_max != RLIM_INFINITY && now.rlim_max < wanted)
		now.rlim_max = wanted;
	now.rlim_cur = now.rlim_max;
	if (now.rlim_cur == saved->value.rlim_cur)
		return 0;
	if (setrlimit(resource, &now) == 0)
		return 1;
	if (saved->value.rlim_cur >= wanted)
		return 0;
	return err_set(err, -errno, "%s=%llu: the environment only allows %llu %s; raise its limit "
		       "or lower the option", l->option, (unsigned long long)wanted,
		       (unsigned long long)saved->value.rlim_max, l->what);
}

static const struct limit limits[] = {
	{ RLIMIT_NOFILE, "RLIMIT_NOFILE", "minfds", "open files" },
	{ RLIMIT_NPROC, "RLIMIT_NPROC", "minprocs", "processes" },
};

int daemon_raise_limits(const struct config *config, struct saved_limit *ret_saved,
			struct err *err)
{
	const int wanted[] = { config->minfds, config->minprocs };
	int n = 0;

	for (size_t i = 0; i < ARRAY_LEN(limits); i++) {
		int ret = raise_one(&limits[i], (rlim_t)wanted[i], &ret_saved[n], err);

		if (ret < 0)
			return ret;
		n += ret;
	}
	return n;
}

bool daemon_is_protected(void)
{
	FILE *file = fopen("/proc/self/oom_score_adj", "re");
	int score = 0;
	bool is_read;

	if (!file)
		return false;
	is_read = fscanf(file, "%d", &score) == 1;
	(void)fclose(file);
	return is_read && score < 0;
}

void daemon_log_root(const struct config *config)
{
	if (!config->user && getuid() == 0)
		log_crit("Supervisor is running as root.  Privileges were not dropped because no "
			 "user is specified in the config file.  If you intend to run as root, you "
			 "can set user=root in the config file to avoid this message.");
}

void daemon_log_rights(const struct config *config, const struct saved_limit *saved, int n)
{
	if (config->user)
		log_info("Set uid to user %u succeeded", (unsigned)config->user->uid);
	for (int i = 0; i < n; i++) {
		bool files = saved[i].resource == RLIMIT_NOFILE;
		int wanted = files ? config->minfds : config->minprocs;

		if (saved[i].value.rlim_cur < (rlim_t)wanted)
			log_info("Increased %s limit to %d", limits[files ? 0 : 1].name, wanted);
	}
}

/* A NUL byte from the child: it is ready. Anything else, or nothing: it failed. */
static _Noreturn void wait_for_child(int fd)
{
	char text[2048];
	ssize_t n;

	do {
		n = read(fd, text, sizeof(text));
	} while (n < 0 && errno == EINTR);
	if (n == 1 && text[0] == '\0')
		_exit(0);
	if (n > 0)
		(void)fd_write_all(STDERR_FILENO, text, (size_t)n);
	_exit(2);
}

static void become_background(const struct config *config)
{
	_cleanup_(close_fd) int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	log_info("daemonizing the supervisord process");
	if (config->directory) {
		if (chdir(config->directory) < 0)
			log_crit("can't chdir into '%s': %s", config->directory, strerror(errno));
		else
			log_info("set current directory: '%s'", config->directory);
	}
	for (int fd = 0; null_fd >= 0 && fd <= 2; fd++)
		(void)dup2(null_fd, fd);
	(void)setsid();
	umask(config->umask);
}

int daemon_fork(const struct config *config, int *ret_fd, struct err *err)
{
	int fds[2];
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return err_set(err, -errno, "cannot daemonize: %s", strerror(errno));
	pid = fork();
	if (pid < 0)
		return err_set(err, -errno, "cannot daemonize: %s", strerror(errno));
	if (pid > 0) {
		close_fd(&fds[1]);
		wait_for_child(fds[0]);
	}
	close_fd(&fds[0]);
	become_background(config);
	*ret_fd = fds[1];
	return 0;
}

void daemon_ready(int fd)
{
	(void)fd_write_all(fd, "", 1);
	close_fd(&fd);
}

void daemon_failed(int fd, const char *text)
{
	(void)fd_write_all(fd, text, strlen(text));
	close_fd(&fd);
}
