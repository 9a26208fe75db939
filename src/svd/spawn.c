/* spawn.c - the plan is complete before the fork, so the child has only system calls to make. */
#include "svd/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/command.h"
#include "base/errname.h"
#include "base/fd.h"
#include "svd/engine.h"
#include "svd/environment.h"
#include "svd/fcgi.h"
#include "svd/listener.h"
#include "svd/logs.h"
#include "svd/sys.h"

/* The ends of a process' pipes. All owned; -1: none. */
struct pipes {
	int in_child, in_ours;		/* stdin; none where it is no pipe of ours */
	int out_child[CHANNEL_N];	/* write ends */
	int out_ours[CHANNEL_N];	/* read ends */
};

static void pipes_close(struct pipes *pipes)
{
	close_fd(&pipes->in_child);
	close_fd(&pipes->in_ours);
	for (int c = 0; c < CHANNEL_N; c++) {
		close_fd(&pipes->out_child[c]);
		close_fd(&pipes->out_ours[c]);
	}
}

static int make_pipe(int *ret_read, int *ret_write)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) < 0)
		return -errno;
	*ret_read = fds[0];
	*ret_write = fds[1];
	return 0;
}

static bool is_read(const struct process *p, enum channel c)
{
	struct logs *logs = p->group->engine->logs;

	return listener_reads(p, c) || (logs_want(logs, p, c) && !logs_are_stuck(logs));
}

static int make_output(const struct process *p, enum channel c, struct pipes *pipes)
{
	int ret;

	if (c == CHANNEL_STDERR && p->conf->redirect_stderr)
		return 0;
	if (!is_read(p, c))
		return 0;	/* /dev/null will do */
	ret = make_pipe(&pipes->out_ours[c], &pipes->out_child[c]);
	return ret < 0 ? ret : fd_set_nonblock(pipes->out_ours[c]);
}

static int pipes_make(const struct process *p, bool with_input, struct pipes *pipes)
{
	int ret;

	*pipes = (struct pipes){ -1, -1, { -1, -1 }, { -1, -1 } };
	/* Not /dev/null: a program that reads stdin must wait for ever, not see its end. */
	ret = with_input ? make_pipe(&pipes->in_child, &pipes->in_ours) : 0;
	if (ret == 0 && pipes->in_ours >= 0)
		ret = fd_set_nonblock(pipes->in_ours);
	for (enum channel c = 0; c < CHANNEL_N && ret == 0; c++)
		ret = make_output(p, c, pipes);
	return ret;
}

static int no_pipes(const struct process *p, int ret, struct err *err)
{
	if (ret == -EMFILE)
		return err_set(err, ret, "too many open files to spawn '%s'", p->conf->name);
	return err_set(err, ret, "unknown error making dispatchers for '%s': %s", p->conf->name,
		       errname(-ret));
}

static int no_fork(const struct process *p, int ret, struct err *err)
{
	if (ret == -EAGAIN)
		return err_set(err, ret, "Too many processes in process table to spawn '%s'",
			       p->conf->name);
	return err_set(err, ret, "unknown error during fork for '%s': %s", p->conf->name,
		       errname(-ret));
}

static void keep_ours(struct process *p, pid_t pid, struct pipes *pipes)
{
	if (pipes->in_ours >= 0)
		input_open(&p->input, steal_fd(&pipes->in_ours));
	for (enum channel c = 0; c < CHANNEL_N; c++) {
		if (pipes->out_ours[c] < 0)
			continue;
		if (listener_reads(p, c))
			listener_begin(p->listener, pid, steal_fd(&pipes->out_ours[c]));
		else
			p->channels[c] = logs_open(p->group->engine->logs, p, pid, c,
						   steal_fd(&pipes->out_ours[c]));
	}
}

static int or_null(const struct engine *e, int fd)
{
	return fd >= 0 ? fd : e->null_fd;
}

static int input_of(const struct process *p, const struct spawn_extra *extra,
		    const struct pipes *pipes)
{
	if (extra)
		return extra->stdin_fd;
	return p->has_socket ? p->group->fcgi.bound.fd : pipes->in_child;
}

static pid_t start(struct process *p, const struct spawn_extra *extra,
		   const struct command *command, struct pipes *pipes, struct err *err)
{
	const struct engine *e = p->group->engine;
	int in = input_of(p, extra, pipes);
	int out = or_null(e, pipes->out_child[CHANNEL_STDOUT]);
	int error = or_null(e, pipes->out_child[CHANNEL_STDERR]);
	struct spawn_report report;
	struct spawn_plan plan = {
		.file = command->file,
		.argv = command->argv,
		.envp = environment_build(p->conf, e->began->serverurl,
					  extra ? extra->variables : NULL),
		.directory = p->conf->directory,
		.has_umask = p->conf->has_umask,
		.umask = p->conf->umask,
		.own_group = true,
		.unprotect = e->is_protected,
		.user = p->conf->user,
		.fds = { in, out, p->conf->redirect_stderr ? out : error },
		.n_fds = 3,
		.limits = e->limits,
		.n_limits = e->n_limits,
		.reports = e->reports[1],
	};
	pid_t pid;

	if (!plan.envp)
		return no_fork(p, -ENOMEM, err);
	pid = sys_spawn(&plan, &report);
	if (pid < 0)
		return no_fork(p, pid, err);
	if (report.text[0])
		err_set(err, -ECHILD, "%s", report.text);
	keep_ours(p, pid, pipes);
	return pid;
}

static pid_t prepare_and_start(struct process *p, const struct spawn_extra *extra,
			       struct err *err)
{
	struct command command;
	struct pipes pipes;
	pid_t pid;
	int ret;

	ret = command_find(p->conf->command, program_getenv(p->conf, "PATH"), &command, err);
	if (ret < 0) {
		command_done(&command);
		return ret;
	}
	ret = pipes_make(p, !extra && !p->has_socket, &pipes);
	pid = ret < 0 ? no_pipes(p, ret, err) : start(p, extra, &command, &pipes, err);
	pipes_close(&pipes);
	command_done(&command);
	return pid;
}

/* The socket comes first, as it does in Supervisor: the log has its lines in this order. */
pid_t spawn_process(struct process *p, const struct spawn_extra *extra, struct err *err)
{
	int ret = p->group->conf->socket ? fcgi_take(p, err) : 0;
	pid_t pid;

	if (ret < 0)
		return ret;
	pid = prepare_and_start(p, extra, err);
	if (pid < 0)
		fcgi_drop(p);
	return pid;
}
