/*
 * proc.c - does what the state table says. Each DO_ bit is a function here; the texts of the
 * log are those of Supervisor's Subprocess, since people and scripts read them.
 */
#include "svd/proc.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <utlist.h>

#include "base/clock.h"
#include "base/signame.h"
#include "rpc/faults.h"
#include "svd/autolog.h"
#include "svd/counts.h"
#include "svd/engine.h"
#include "svd/fcgi.h"
#include "svd/listener.h"
#include "svd/log.h"
#include "svd/logs.h"
#include "svd/news.h"
#include "svd/spawn.h"
#include "svd/waitstatus.h"

/* Seconds between two starts by autorestart, at least. */
static const double SHORTEST_CYCLE = 0.1;

/* --- names --- */

static const struct {
	const char *name;
	int         code;
} states[] = {
#define STATE(x) [PROC_##x] = { #x, STATE_CODE_##x }
	STATE(STOPPED),	 STATE(STARTING), STATE(RUNNING), STATE(BACKOFF),
	STATE(STOPPING), STATE(EXITED),	  STATE(FATAL),	  STATE(UNKNOWN),
#undef STATE
};
_Static_assert(ARRAY_LEN(states) == PROC_N_STATES, "a state has no name");

const char *proc_state_name(enum proc_state state)
{
	return states[state].name;
}

int proc_state_code(enum proc_state state)
{
	return states[state].code;
}

bool proc_is_running(const struct process *p)
{
	return p->state == PROC_STARTING || p->state == PROC_RUNNING || p->state == PROC_BACKOFF;
}

bool proc_is_stopped(const struct process *p)
{
	return !proc_is_running(p) && p->state != PROC_STOPPING;
}

const char *proc_logfile(const struct process *p, enum channel channel)
{
	const struct logfile_config *log = &p->conf->log[channel];

	return log->kind == LOGFILE_PATH ? log->path : p->autolog[channel];
}

bool proc_comes_back(const struct process *p)
{
	return (p->listener && p->listener->comes_back) ||
	       (proc_is_stopped(p) && timer_is_armed(&p->timer));
}

void proc_stay(struct process *p)
{
	if (p->listener)
		p->listener->comes_back = false;
	if (proc_is_stopped(p))
		timer_stop(&p->timer);
}

static struct engine *engine_of(const struct process *p)
{
	return p->group->engine;
}

bool proc_is_expected(const struct process *p)
{
	for (size_t i = 0; i < p->conf->n_exitcodes; i++)
		if (p->conf->exitcodes[i] == wait_status_code(p->wait_status))
			return true;
	return false;
}

/* Shown to people only: without memory there is just no text. */
static void set_spawnerr(struct process *p, const char *text)
{
	free(p->spawnerr);
	p->spawnerr = text ? strdup(text) : NULL;
}

/* --- what is said about a change of state --- */

static void say_exited(struct process *p)
{
	char text[64];
	bool expected = p->state == PROC_EXITED && proc_is_expected(p);

	wait_status_text(p->wait_status, text, sizeof(text));
	log_msg(expected ? LEVEL_INFO : LEVEL_WARN, "exited: %s (%s; %s)", p->conf->name, text,
		expected ? "expected" : "not expected");
}

static void say_stopped(struct process *p)
{
	char text[64];

	wait_status_text(p->wait_status, text, sizeof(text));
	log_msg(proc_is_expected(p) ? LEVEL_INFO : LEVEL_WARN, "stopped: %s (%s)", p->conf->name,
		text);
}

static void say(struct process *p, enum proc_input input)
{
	bool exited = input == IN_EXIT || input == IN_EXIT_EARLY;

	if (p->state == PROC_STOPPED && exited)
		say_stopped(p);
	else if (p->state != PROC_RUNNING && exited)
		say_exited(p);
	else if (p->state == PROC_RUNNING && input == IN_UP)
		log_info("success: %s entered RUNNING state, process has stayed up for > than %d "
			 "seconds (startsecs)", p->conf->name, p->conf->startsecs);
	else if (p->state == PROC_FATAL && engine_of(p)->mood == MOOD_RUNNING)
		log_info("gave up: %s entered FATAL state, too many start retries too quickly",
			 p->conf->name);
}

/* --- the steps of the table; false ends the list --- */

typedef bool step_fn(struct process *p, enum proc_state next, enum proc_input input);

static bool count_try(struct process *p, enum proc_state next, enum proc_input input)
{
	(void)next;
	(void)input;
	p->tries++;
	return true;
}

static bool forget_tries(struct process *p, enum proc_state next, enum proc_input input)
{
	(void)next;
	(void)input;
	p->tries = 0;
	return true;
}

static enum ending ending_of(const struct process *p, enum proc_state next)
{
	if (next == PROC_STOPPED)
		return ENDING_STOPPED;
	if (next == PROC_BACKOFF)
		return ENDING_EARLY;
	return proc_is_expected(p) ? ENDING_EXPECTED : ENDING_UNEXPECTED;
}

static bool note_status(struct process *p, enum proc_state next, enum proc_input input)
{
	char text[64];

	(void)input;
	ends_note(&p->ends, ending_of(p, next), p->wait_status, p->spawnerr);
	p->stopped_at = clock_wall();
	p->exitstatus = next == PROC_BACKOFF ? 0 : wait_status_code(p->wait_status);
	if (next == PROC_BACKOFF && !p->spawnerr) {
		set_spawnerr(p, "Exited too quickly (process log may have details)");
	} else if (next == PROC_EXITED && !proc_is_expected(p)) {
		snprintf(text, sizeof(text), "Bad exit code %d", p->exitstatus);
		set_spawnerr(p, text);
	}
	return true;
}

/* The one place where a process' state is written. */
static bool enter(struct process *p, enum proc_state next, enum proc_input input)
{
	enum proc_state from = p->state;

	if (from == next)
		return true;
	p->state = next;
	status_changed(&p->group->engine->status);
	engine_of(p)->again = true;
	news_state(p, from);
	say(p, input);
	return true;
}

static bool disarm(struct process *p, enum proc_state next, enum proc_input input)
{
	(void)next;
	(void)input;
	timer_stop(&p->timer);
	p->inputs &= ~(1u << IN_UP | 1u << IN_RETRY | 1u << IN_KILL);
	return true;
}

static void close_channels(struct process *p)
{
	for (int i = 0; i < CHANNEL_N; i++) {
		if (p->channels[i])
			logs_close(engine_of(p)->logs, p->channels[i]);
		p->channels[i] = 0;
	}
}

/*
 * With startsecs=0 there is no BACKOFF; what dies at birth must not spin. And no start from here:
 * while the dead are collected, many that die fast would never let that end.
 */
static void start_soon(struct process *p)
{
	double wait = SHORTEST_CYCLE - (clock_mono() - p->started_mono);

	if (p->listener && listener_wait(p->listener) > wait)
		wait = listener_wait(p->listener);
	p->ends.renewing = true;
	if (wait > 0)
		timer_start(&p->timer, wait);
	else
		proc_post(p, IN_START);
}

static bool bury(struct process *p, enum proc_state next, enum proc_input input)
{
	bool comes_back;

	(void)input;
	engine_forget_pid(engine_of(p), p);
	p->pid = 0;
	input_close(&p->input);
	fcgi_drop(p);
	comes_back = p->listener && listener_end(p->listener);
	close_channels(p);
	if (comes_back && next == PROC_STOPPED && engine_of(p)->mood == MOOD_RUNNING)
		start_soon(p);
	return true;
}

static bool spawn(struct process *p, enum proc_state next, enum proc_input input)
{
	struct err err = { 0 };
	pid_t pid;

	(void)next;
	ends_begin(&p->ends, input == IN_RETRY);
	set_spawnerr(p, NULL);
	p->exitstatus = 0;
	p->started_at = clock_wall();
	p->started_mono = clock_mono();
	pid = spawn_process(p, NULL, &err);
	if (pid < 0) {
		set_spawnerr(p, err.text);
		ends_note_failure(&p->ends, err.text);
		log_info("spawnerr: %s", err.text);
		proc_feed(p, IN_SPAWN_FAILED);
		return false;
	}
	p->pid = pid;
	engine_note_pid(engine_of(p), p);
	log_info("spawned: '%s' with pid %d", p->conf->name, (int)pid);
	if (err.code)		/* it will be reaped soon */
		proc_failed_to_become(p, err.text);
	return true;
}

static bool arm_up(struct process *p, enum proc_state next, enum proc_input input)
{
	(void)next;
	(void)input;
	if (p->conf->startsecs > 0)
		timer_start(&p->timer, p->conf->startsecs);
	else if (!p->spawnerr)
		proc_post(p, IN_UP);
	return true;
}

static bool arm_kill(struct process *p, enum proc_state next, enum proc_input input)
{
	(void)next;
	/* What SIGKILL does not end at once is deep in the kernel; asking on and on is no use. */
	if (input == IN_KILL && p->conf->stopwaitsecs < 1)
		timer_start(&p->timer, 1);
	else
		timer_start(&p->timer, p->conf->stopwaitsecs);
	return true;
}

static bool deliver(struct process *p, int signo, bool whole_group)
{
	int ret;

	log_debug("killing %s (pid %d) %swith signal %s", p->conf->name, (int)p->pid,
		  whole_group ? "process group " : "", signame(signo));
	ret = sys_kill(whole_group ? -p->pid : p->pid, signo);
	if (ret == 0)
		return true;
	if (ret == -ESRCH) {	/* its end will be seen when it is reaped */
		log_debug("unable to signal %s (pid %d), it probably just exited on its own: %s",
			  p->conf->name, (int)p->pid, strerror(-ret));
		return true;
	}
	log_crit("unknown problem killing %s (%d): %s", p->conf->name, (int)p->pid, strerror(-ret));
	proc_feed(p, IN_KILL_FAILED);
	return false;
}

/* Not as deliver() does: what is sent for its own sake ends nothing and changes no state. */
int proc_signal(struct process *p, int signo, struct err *err)
{
	int ret;

	log_debug("sending %s (pid %d) sig %s", p->conf->name, (int)p->pid, signame(signo));
	ret = sys_kill(p->pid, signo);
	if (ret == 0)
		return 0;
	if (ret == -ESRCH) {
		log_debug("unable to signal %s (pid %d), it probably just now exited on its own: "
			  "%s", p->conf->name, (int)p->pid, strerror(-ret));
		return 0;
	}
	(void)err_set(err, ret, "unknown problem sending sig %s (%d): %s", p->conf->name,
		      (int)p->pid, strerror(-ret));
	log_crit("%s", err->text);
	return ret;
}

static bool send_stop(struct process *p, enum proc_state next, enum proc_input input)
{
	(void)next;
	(void)input;
	return deliver(p, p->conf->stopsignal, p->conf->stopasgroup);
}

static bool send_kill(struct process *p, enum proc_state next, enum proc_input input)
{
	(void)next;
	(void)input;
	p->ends.overdue = true;
	log_warn("killing '%s' (%d) with SIGKILL", p->conf->name, (int)p->pid);
	return deliver(p, SIGKILL, p->conf->killasgroup);
}

static bool arm_retry(struct process *p, enum proc_state next, enum proc_input input)
{
	(void)next;
	(void)input;
	if (p->tries > (unsigned)p->conf->startretries) {
		proc_feed(p, IN_GIVE_UP);
		return false;
	}
	timer_start(&p->timer, p->tries);
	return true;
}

static bool restart(struct process *p, enum proc_state next, enum proc_input input)
{
	enum autorestart when = p->conf->autorestart;

	(void)next;
	(void)input;
	if (engine_of(p)->mood == MOOD_RUNNING && when != AUTORESTART_NEVER &&
	    (when == AUTORESTART_ALWAYS || !proc_is_expected(p)))
		start_soon(p);
	return true;
}

static bool again(struct process *p, enum proc_state next, enum proc_input input)
{
	(void)next;
	proc_feed(p, input);
	return true;
}

/* In the order of the bits of enum proc_todo. */
static step_fn *const steps[] = {
	count_try, forget_tries, note_status, enter,	 disarm, bury,	    spawn,
	arm_up,	   arm_kill,	 send_stop,   send_kill, arm_retry, restart, again,
};
_Static_assert(DO_AGAIN == 1 << (ARRAY_LEN(steps) - 1), "a step of the table has no function");

/* --- inputs --- */

void proc_feed(struct process *p, enum proc_input input)
{
	const struct proc_rule *rule = &proc_rules[p->state][input];

	for (size_t bit = 0; bit < ARRAY_LEN(steps); bit++)
		if (rule->todo & 1u << bit && !steps[bit](p, rule->next, input))
			return;
}

void proc_post(struct process *p, enum proc_input input)
{
	if (!p->prev_posted)
		DL_APPEND2(engine_of(p)->posted, p, prev_posted, next_posted);
	p->inputs |= 1u << input;
	engine_of(p)->again = true;
}

static void unpost(struct process *p)
{
	if (p->prev_posted)
		DL_DELETE2(engine_of(p)->posted, p, prev_posted, next_posted);
	p->prev_posted = p->next_posted = NULL;
	p->inputs = 0;
}

void proc_feed_posted(struct process *p)
{
	unsigned inputs = p->inputs;

	unpost(p);
	/* Supervisor starts nothing while it shuts down; the ordered stop ends a BACKOFF. */
	if (engine_of(p)->mood != MOOD_RUNNING)
		inputs &= ~(1u << IN_START | 1u << IN_RETRY);
	for (enum proc_input input = 0; input < PROC_N_INPUTS; input++)
		if (inputs & 1u << input)
			proc_feed(p, input);
}

void proc_failed_to_become(struct process *p, const char *why)
{
	set_spawnerr(p, why);
	if (!p->delivery)	/* whose hook tells it */
		log_info("spawnerr: %s", why);
}

void proc_exited(struct process *p, int wait_status)
{
	bool early = p->state != PROC_RUNNING &&
		     clock_mono() - p->started_mono < p->conf->startsecs;

	p->wait_status = wait_status;
	if (p->listener)
		listener_hear_rest(p->listener);
	proc_feed(p, early ? IN_EXIT_EARLY : IN_EXIT);
}

static void on_timer(struct timer *t)
{
	static const enum proc_input inputs[PROC_N_STATES] = {
		[PROC_STARTING] = IN_UP,
		[PROC_BACKOFF] = IN_RETRY,
		[PROC_STOPPING] = IN_KILL,
		[PROC_STOPPED] = IN_START,
		[PROC_EXITED] = IN_START,
	};
	struct process *p = container_of(t, struct process, timer);

	proc_post(p, inputs[p->state]);
}

/* --- life --- */

/* A name that was made up is kept: it may be in use. */
static void name_logs(struct process *p)
{
	for (enum channel c = 0; c < CHANNEL_N; c++)
		if (p->conf->log[c].kind == LOGFILE_AUTO && !p->autolog[c])
			p->autolog[c] = autolog_name(p->config, p->conf->name, c);
}

struct process *proc_new(struct config *config, const struct program_config *conf,
			 struct group *group)
{
	struct process *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	*p = (struct process){ .config = config_ref(config), .conf = conf, .group = group };
	input_init(&p->input, engine_of(p)->loop);
	timer_init(&p->timer, engine_of(p)->loop, on_timer);
	p->printed = printed_new();
	p->listener = group->pool ? listener_new(p) : NULL;
	if (!p->printed || (group->pool && !p->listener)) {
		proc_free(p);
		return NULL;
	}
	name_logs(p);
	return p;
}

struct process *proc_new_like(const struct process *model)
{
	struct process *p = proc_new(model->config, model->conf, model->group);

	if (!p)
		return NULL;
	printed_unref(p->printed);
	p->printed = printed_ref(model->printed);
	for (enum channel c = 0; c < CHANNEL_N; c++) {
		free(p->autolog[c]);
		p->autolog[c] = model->autolog[c] ? strdup(model->autolog[c]) : NULL;
	}
	return p;
}

void proc_configure(struct process *p, struct config *config, const struct program_config *conf)
{
	struct config *old = p->config;

	p->config = config_ref(config);
	p->conf = conf;
	config_unref(old);
	name_logs(p);
}

void proc_free(struct process *p)
{
	timer_stop(&p->timer);
	unpost(p);
	if (p->pid)
		engine_forget_pid(engine_of(p), p);
	input_close(&p->input);
	fcgi_drop(p);
	listener_free(p->listener);
	close_channels(p);
	free(p->spawnerr);
	ends_done(&p->ends);
	printed_unref(p->printed);
	for (int c = 0; c < CHANNEL_N; c++)
		free(p->autolog[c]);
	config_unref(p->config);
	free(p);
}
