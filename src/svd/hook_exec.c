/*
 * hook_exec.c - each try is a process of its own, which is spawned and logged like a program's, but
 * stands in no group: it has no states, makes no events, and ends with its try.
 */
#include "svd/hook_exec.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/strbuf.h"
#include "ipc/fields.h"
#include "svd/engine.h"
#include "svd/log.h"
#include "svd/spawn.h"
#include "svd/sys.h"
#include "svd/waitstatus.h"

enum {
	KILL_SECS = 5,			/* from SIGTERM to SIGKILL */
	VALUE_MAX = 4096,		/* bytes of a variable; execve(2) has a limit for each */
	VARIABLES_MAX = 32,
};

/* --- what it gets --- */

/* "NAME=value" strings behind each other, each with its NUL. */
static void add_field(struct strbuf *sb, const struct field *field)
{
	size_t n = strnlen(field->value, field->value_len);

	strbuf_adds(sb, "EVENT_");
	for (size_t i = 0; i < field->key_len; i++)
		strbuf_addc(sb, (char)toupper((unsigned char)field->key[i]));
	strbuf_addc(sb, '=');
	strbuf_add(sb, field->value, n < VALUE_MAX ? n : VALUE_MAX);
	strbuf_addc(sb, '\0');
}

static void add_head(struct strbuf *sb, const struct delivery *d)
{
	const struct group *group = d->hook->group;
	const struct event *event = d->queued->event;

	strbuf_addf(sb, "EVENT_VER=3.0%cEVENT_SERVER=%s%cEVENT_SERIAL=%" PRIu64 "%c", '\0',
		    group->engine->config->identifier, '\0', event->serial, '\0');
	strbuf_addf(sb, "EVENT_POOL=%s%cEVENT_POOLSERIAL=%" PRIu64 "%c", group->conf->name, '\0',
		    d->queued->serial, '\0');
	strbuf_addf(sb, "EVENT_NAME=%s%cEVENT_LEN=%zu%cEVENT_COUNT=%u%c", event_name(event->type),
		    '\0', event->len, '\0', d->count, '\0');
}

/* The strings of sb; those of the head last, since later ones are stronger. */
static bool add_variables(struct strbuf *sb, const struct delivery *d,
			  const char *list[VARIABLES_MAX + 1])
{
	const struct event *event = d->queued->event;
	struct field field = { 0 };
	size_t n = 0;

	while (fields_next(event->payload, event->len, &field))
		add_field(sb, &field);
	add_head(sb, d);
	if (sb->oom)
		return false;
	for (size_t at = 0; at < sb->len && n < VARIABLES_MAX; at += strlen(sb->s + at) + 1)
		list[n++] = sb->s + at;
	list[n] = NULL;
	return true;
}

/* Not a pipe: nobody has to wait until the command has read it. -errno on failure. */
static int payload_fd(const struct event *event)
{
	_cleanup_(close_fd) int fd = memfd_create("event", MFD_CLOEXEC);

	if (fd < 0)
		return -errno;
	if (fd_write_all(fd, event->payload, event->len) < 0 || lseek(fd, 0, SEEK_SET) < 0)
		return -errno;
	return steal_fd(&fd);
}

/* --- a try --- */

static void forget_process(struct delivery *d)
{
	proc_free(d->process);
	d->process = NULL;
}

static pid_t spawn(struct delivery *d, struct err *err)
{
	const char *variables[VARIABLES_MAX + 1];
	struct strbuf sb = { 0 };
	struct spawn_extra extra = { .variables = variables };
	_cleanup_(close_fd) int fd = payload_fd(d->queued->event);
	pid_t pid = -ENOMEM;

	if (fd < 0)
		return err_set(err, fd, "cannot keep the event for the command: %s",
			       strerror(-fd));
	extra.stdin_fd = fd;
	if (add_variables(&sb, d, variables))
		pid = spawn_process(d->process, &extra, err);
	else
		err_set(err, -ENOMEM, "out of memory");
	strbuf_done(&sb);
	return pid;
}

static int begin(struct delivery *d, struct err *err)
{
	struct hook *hook = d->hook;
	int timeout = hook->group->conf->hook->timeout_secs;
	pid_t pid;

	d->process = proc_new_like(hook->model);
	if (!d->process)
		return err_set(err, -ENOMEM, "out of memory");
	d->process->delivery = d;
	pid = spawn(d, err);
	if (pid < 0) {
		forget_process(d);
		return pid;
	}
	d->process->pid = pid;
	engine_note_pid(hook->group->engine, d->process);
	if (err->code)		/* it will be reaped soon */
		proc_failed_to_become(d->process, err->text);
	if (timeout > 0)
		d->due = clock_mono() + timeout;
	log_debug("%s: event %" PRIu64 " is in the hands of pid %d", hook->backlog.owner,
		  d->queued->event->serial, (int)pid);
	return 0;
}

static void overdue(struct delivery *d)
{
	log_debug("%s: pid %d takes too long and gets %s", d->hook->backlog.owner,
		  (int)d->process->pid, d->is_overdue ? "SIGKILL" : "SIGTERM");
	(void)sys_kill(-d->process->pid, d->is_overdue ? SIGKILL : SIGTERM);
	d->due = d->is_overdue ? INFINITY : clock_mono() + KILL_SECS;
	d->is_overdue = true;
}

/* Its end is nobody's news any more. */
static void cancel(struct delivery *d)
{
	(void)sys_kill(-d->process->pid, SIGKILL);
	forget_process(d);
}

const struct hook_ops hook_exec_ops = { .begin = begin, .overdue = overdue, .cancel = cancel };

static void say_why(const struct delivery *d, int wait_status, char *buf, size_t size)
{
	if (d->is_overdue)
		snprintf(buf, size, "it took too long");
	else if (d->process->spawnerr)
		snprintf(buf, size, "%s", d->process->spawnerr);
	else
		wait_status_text(wait_status, buf, size);
}

void hook_exec_exited(struct process *p, int wait_status)
{
	struct delivery *d = p->delivery;
	bool is_done = wait_status_code(wait_status) == 0 && !d->is_overdue;
	char why[256];

	say_why(d, wait_status, why, sizeof(why));
	forget_process(d);
	if (is_done)
		hook_done(d);
	else
		hook_failed(d, true, why);
}
