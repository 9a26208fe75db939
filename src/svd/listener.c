/* listener.c - both sides of the dialog with one listener. Log lines are Supervisor's. */
#include "svd/listener.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/repr.h"
#include "base/strbuf.h"
#include "svd/bus.h"
#include "svd/engine.h"
#include "svd/log.h"
#include "svd/logs.h"
#include "svd/pool.h"
#include "svd/proc.h"
#include "svd/result.h"

enum {
	READ_MAX = 64 * 1024,		/* bytes at a time, so that one listener cannot hold us */
	REST_MAX = 16 * READ_MAX,	/* bytes that are heard after its end */
};

/* Seconds that who broke the protocol waits for his next life, at least and at most. */
static const double FIRST_DELAY = 1, LONGEST_DELAY = 60;

/* Seconds between stdout and the life: who ends closes both, but not in one moment. */
static const double LONGEST_SILENCE = 1;

/* Seconds between two lines about noise. */
static const double NOISE_EVERY = 60;

/* Seconds for the next words to come, where they are shown to people. */
static const double TO_GATHER = 0.001;

static struct pool *pool_of(const struct listener *l)
{
	return l->process->group->pool;
}

static const struct pool_config *config_of(const struct listener *l)
{
	return l->process->group->conf->pool;
}

static const char *name_of(const struct listener *l)
{
	return l->process->conf->name;
}

/* --- hearing --- */

static void say_output(const struct listener *l, const char *p, size_t n)
{
	struct strbuf sb = { 0 };

	if (!log_says(LEVEL_DEBUG))
		return;
	repr_add(&sb, name_of(l));
	strbuf_adds(&sb, " stdout output:\n");
	repr_add_bytes(&sb, p, n);
	if (!sb.oom)
		log_text(LEVEL_DEBUG, sb.s, sb.len);
	strbuf_done(&sb);
}

/* Reads once. What svd-logd has no room for is not logged: nobody waits for a disk here. */
static ssize_t hear(struct listener *l)
{
	char buf[READ_MAX];
	ssize_t n;

	do {
		n = read(l->fd, buf, sizeof(buf));
	} while (n < 0 && errno == EINTR);
	if (n <= 0)
		return n;
	say_output(l, buf, (size_t)n);
	if (l->copy >= 0)
		(void)!write(l->copy, buf, (size_t)n);
	dialog_hear(&l->dialog, buf, (size_t)n);
	return n;
}

static void stop_hearing(struct listener *l)
{
	io_stop(&l->io);
	timer_stop(&l->pause);
	close_fd(&l->fd);
	close_fd(&l->copy);
}

static void hear_some(struct listener *l)
{
	ssize_t n = hear(l);

	if (n == 0 || (n < 0 && errno != EAGAIN)) {
		stop_hearing(l);
		timer_start(&l->silence, LONGEST_SILENCE);
	} else {
		io_start(&l->io, l->fd, IO_READ);
	}
}

static void on_pause_over(struct timer *t)
{
	hear_some(container_of(t, struct listener, pause));
}

static void on_silence(struct timer *t)
{
	container_of(t, struct listener, silence)->is_mute = true;
}

static void on_readable(struct io *io, int events)
{
	struct listener *l = container_of(io, struct listener, io);

	(void)events;
	/* Who watches a dialog in the log is used to see RESULT and the next READY together. */
	if (log_says(LEVEL_DEBUG)) {
		io_stop(io);
		timer_start(&l->pause, TO_GATHER);
	} else {
		hear_some(l);
	}
}

/* --- understanding --- */

static void give_back(struct listener *l)
{
	if (l->held)
		pool_take_back(pool_of(l), l->held);
	l->held = NULL;
}

static void drop(struct listener *l)
{
	queued_free(l->held);
	l->held = NULL;
}

static void say_change(const struct listener *l, enum dialog_state from)
{
	log_debug("%s: %s -> %s", name_of(l), dialog_state_name(from),
		  dialog_state_name(l->dialog.state));
	if (l->dialog.state == DIALOG_UNKNOWN)
		log_warn("%s: has entered the UNKNOWN state and will no longer receive events, "
			 "this usually indicates the process violated the eventlistener protocol",
			 name_of(l));
}

static void take_result(struct listener *l)
{
	const struct dialog *d = &l->dialog;
	enum verdict verdict = result_judge(config_of(l)->results, d->text, d->text_len,
					    &l->process->group->engine->printer);

	if (verdict == VERDICT_ERROR) {
		log_warn("%s: event caused an error", name_of(l));
		dialog_give_up(&l->dialog);
	} else {
		l->delay = 0;
	}
	if (verdict == VERDICT_DONE) {
		log_debug("%s: event was processed", name_of(l));
		l->counts.ok++;
	} else if (verdict == VERDICT_REJECTED) {
		log_warn("%s: event was rejected", name_of(l));
		l->counts.rejected++;
	}
	say_change(l, DIALOG_BUSY);
	if (verdict == VERDICT_DONE)
		drop(l);
	else
		give_back(l);
}

static void take_noise(struct listener *l)
{
	unsigned long unsaid;
	char others[64] = "";
	bool last;

	l->counts.noise++;
	if (!burst_take(&l->noise, 1, NOISE_EVERY, clock_mono(), &unsaid, &last))
		return;
	if (unsaid)
		snprintf(others, sizeof(others), ", and %lu others before", unsaid);
	log_warn("%s: ignored a line that is not of the eventlistener protocol: '%.*s'%s",
		 name_of(l), (int)l->dialog.text_len, l->dialog.text, others);
}

static void take(struct listener *l, enum dialog_said said, enum dialog_state from)
{
	if (said == SAID_RESULT) {
		take_result(l);
	} else if (said == SAID_IGNORED) {
		take_noise(l);
	} else {
		if (said == SAID_BAD_RESULT)
			log_warn("%s: bad result line: '%.*s'", name_of(l),
				 (int)l->dialog.text_len, l->dialog.text);
		say_change(l, from);
		give_back(l);
	}
}

static void take_silence(struct listener *l)
{
	enum dialog_state from = l->dialog.state;

	l->is_mute = false;
	if (from == DIALOG_UNKNOWN || !proc_is_running(l->process))
		return;
	log_warn("%s: has closed its standard output, but still runs", name_of(l));
	dialog_give_up(&l->dialog);
	say_change(l, from);
	give_back(l);
}

/* Who is not understood any more has to begin anew. */
static void renew(struct listener *l)
{
	struct process *p = l->process;

	if (l->dialog.state != DIALOG_UNKNOWN || l->comes_back || !p->pid ||
	    !proc_is_running(p) || p->conf->autorestart == AUTORESTART_NEVER ||
	    p->group->engine->mood != MOOD_RUNNING)
		return;
	log_warn("%s: is stopped, to be started again", name_of(l));
	l->comes_back = true;
	l->counts.forced++;
	proc_post(p, IN_STOP);
}

static void understand(struct listener *l)
{
	enum dialog_state from = l->dialog.state;
	enum dialog_said said;

	l->dialog.lenient = !config_of(l)->strict;
	while ((said = dialog_next(&l->dialog)) != SAID_NOTHING) {
		take(l, said, from);
		from = l->dialog.state;
	}
}

void listener_step(struct listener *l)
{
	understand(l);
	if (l->is_mute)
		take_silence(l);
	renew(l);
}

void listener_hear_rest(struct listener *l)
{
	ssize_t n;

	for (ssize_t sum = 0; l->fd >= 0 && sum < REST_MAX; sum += n) {
		n = hear(l);
		if (n <= 0)
			break;
	}
	understand(l);
}

/* --- telling --- */

bool listener_is_ready(const struct listener *l)
{
	return l->process->state == PROC_RUNNING && l->dialog.state == DIALOG_READY;
}

bool listener_send(struct listener *l, struct queued *q, const char *head, size_t n)
{
	struct iovec parts[] = { { (char *)head, n }, { q->event->payload, q->event->len } };
	uint64_t serial = q->event->serial;

	if (input_writev(&l->process->input, parts, ARRAY_LEN(parts)) < 0) {
		log_debug("epipe occurred while sending event %" PRIu64
			  " to listener %s, listener state unchanged", serial, name_of(l));
		return false;
	}
	log_debug("event %" PRIu64 " sent to listener %s", serial, name_of(l));
	dialog_sent(&l->dialog);
	l->counts.sent++;
	l->held = q;
	return true;
}

/* --- life --- */

struct listener *listener_new(struct process *p)
{
	struct listener *l = calloc(1, sizeof(*l));

	if (!l)
		return NULL;
	*l = (struct listener){ .process = p, .fd = -1, .copy = -1 };
	io_init(&l->io, p->group->engine->loop, on_readable);
	timer_init(&l->pause, p->group->engine->loop, on_pause_over);
	timer_init(&l->silence, p->group->engine->loop, on_silence);
	return l;
}

/* svd-logd's pipe; it is no loss for the dialog if there can be none. */
static void open_copy(struct listener *l, pid_t pid)
{
	struct process *p = l->process;
	struct logs *logs = p->group->engine->logs;
	int fds[2];

	if (!proc_logfile(p, CHANNEL_STDOUT) || logs_are_stuck(logs) ||
	    pipe2(fds, O_CLOEXEC | O_NONBLOCK) < 0)
		return;
	p->channels[CHANNEL_STDOUT] = logs_open(logs, p, pid, CHANNEL_STDOUT, fds[0]);
	l->copy = fds[1];
}

bool listener_reads(const struct process *p, enum channel channel)
{
	return p->listener && channel == CHANNEL_STDOUT;
}

void listener_begin(struct listener *l, pid_t pid, int fd)
{
	(void)listener_end(l);
	l->fd = fd;
	open_copy(l, pid);
	io_start(&l->io, fd, IO_READ);
}

/* It has broken again, without having answered an event since the last time. */
static void penalize(struct listener *l)
{
	double delay = l->delay;

	if (l->dialog.state == DIALOG_UNKNOWN && delay < FIRST_DELAY)
		delay = FIRST_DELAY;
	l->not_before = clock_mono() + delay;
	l->delay = delay == 0 ? FIRST_DELAY : 2 * delay;
	if (l->delay > LONGEST_DELAY)
		l->delay = LONGEST_DELAY;
}

bool listener_end(struct listener *l)
{
	bool comes_back = l->comes_back, was_asked = l->process->state == PROC_STOPPED;

	if (comes_back || (!was_asked && (l->held || l->dialog.state == DIALOG_UNKNOWN)))
		penalize(l);
	l->comes_back = l->is_mute = false;
	timer_stop(&l->silence);
	stop_hearing(l);
	dialog_done(&l->dialog);
	give_back(l);
	return comes_back;
}

double listener_wait(const struct listener *l)
{
	return l->not_before - clock_mono();
}

void listener_free(struct listener *l)
{
	if (!l)
		return;
	timer_stop(&l->silence);
	stop_hearing(l);
	dialog_done(&l->dialog);
	drop(l);
	free(l);
}
