/*
 * engine.c - the turn. Callbacks of the loop only note what came: a signal, an input for a
 * process, a call. Here, before the loop sleeps, all of it is done in one fixed order.
 */
#include "svd/engine.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <utlist.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/signame.h"
#include "base/strbuf.h"
#include "svd/call.h"
#include "svd/gate.h"
#include "svd/groups.h"
#include "svd/hook_exec.h"
#include "svd/hook_post.h"
#include "svd/log.h"
#include "svd/logs.h"
#include "svd/multicall.h"
#include "svd/news.h"
#include "svd/notes.h"
#include "svd/plugins.h"
#include "svd/pool.h"
#include "svd/update.h"
#include "svd/wait.h"
#include "svd/waitstatus.h"

/* Seconds between two lines "waiting for x to stop" or "... to die", as in Supervisor. */
static const double STOP_REPORT = 2, SHUTDOWN_REPORT = 3;

const char *mood_name(enum mood mood)
{
	static const char *const names[] = { "SHUTDOWN", "RESTARTING", "RUNNING" };

	return names[mood - MOOD_SHUTDOWN];
}

/* --- reap --- */

static struct process **bucket(struct engine *e, pid_t pid)
{
	return &e->by_pid[(unsigned)pid % PID_BUCKETS];
}

void engine_note_pid(struct engine *e, struct process *p)
{
	LL_PREPEND2(*bucket(e, p->pid), p, next_by_pid);
}

void engine_forget_pid(struct engine *e, struct process *p)
{
	LL_DELETE2(*bucket(e, p->pid), p, next_by_pid);
}

static struct process *find_pid(struct engine *e, pid_t pid)
{
	struct process *p = *bucket(e, pid);

	while (p && p->pid != pid)
		p = p->next_by_pid;
	return p;
}

/* What children have said that could not become their programs; they are about to be reaped. */
static void take_reports(struct engine *e)
{
	struct spawn_report report;
	struct process *p;

	while (read(e->reports[0], &report, sizeof(report)) == sizeof(report)) {
		report.text[sizeof(report.text) - 1] = '\0';
		p = find_pid(e, report.pid);
		if (p)
			proc_failed_to_become(p, report.text);
	}
}

static void reaped(struct engine *e, pid_t pid, int status)
{
	struct process *p = find_pid(e, pid);
	char text[64];

	if (p) {
		if (wait_status_code(status) == SPAWN_FAILED)
			take_reports(e);
		if (p->delivery)
			hook_exec_exited(p, status);
		else
			proc_exited(p, status);
	} else if (!logs_reaped(e->logs, pid, status) && !gate_reaped(e->gate, pid, status) &&
		   !poster_reaped(e->poster, pid, status)) {
		/* As PID 1 we inherit everybody's orphans; they are no news. */
		wait_status_text(status, text, sizeof(text));
		log_debug("reaped unknown pid %d (%s)", (int)pid, text);
	}
}

static void reap(struct engine *e)
{
	int status;
	pid_t pid;

	if (!e->reap_wanted)
		return;
	e->reap_wanted = false;
	while ((pid = sys_reap(&status)) > 0)
		reaped(e, pid, status);
}

/* --- inputs --- */

static void feed_posted(struct engine *e)
{
	while (e->posted)
		proc_feed_posted(e->posted);
}

static void handle_signal(struct engine *e, int signo)
{
	struct err err;

	switch (signo) {
	case SIGTERM:
	case SIGINT:
	case SIGQUIT:
		log_warn("received %s indicating exit request", signame(signo));
		engine_set_mood(e, MOOD_SHUTDOWN);
		break;
	case SIGHUP:
		if (e->mood == MOOD_SHUTDOWN) {
			log_warn("ignored %s indicating restart request (shutdown in progress)",
				 signame(signo));
			break;
		}
		log_warn("received %s indicating restart request", signame(signo));
		(void)engine_restart(e, &err);
		break;
	case SIGUSR2:
		log_info("received %s indicating log reopen request", signame(signo));
		logs_reopen(e->logs);
		log_info("supervisord logreopen");
		break;
	case SIGCHLD:
		log_debug("received %s indicating a child quit", signame(signo));
		e->reap_wanted = true;
		break;
	}
}

static void take_signals(struct engine *e)
{
	unsigned long signals = e->signals;

	if (signals & 1ul << SIGCHLD && !logs_have_told(e->logs, e->n_quits))
		signals &= ~(1ul << SIGCHLD);
	e->signals &= ~signals;
	for (int signo = 1; signals >> signo; signo++)
		if (signals >> signo & 1)
			handle_signal(e, signo);
}

/* --- events --- */

static void run_events(struct engine *e)
{
	struct pool *pool;

	ticks_step(&e->ticks);
	DL_FOREACH(e->pools, pool)
		pool_step(pool);
	hooks_step(e);
}

/* --- policy --- */

static void autostart(struct engine *e)
{
	struct group *group;

	if (e->autostarted)
		return;
	e->autostarted = true;
	news_mood(e, EVENT_SUPERVISOR_STATE_CHANGE_RUNNING);
	DL_FOREACH(e->groups, group)
		group_autostart(group);
}

/* Says who is still there; the names in one line, as Supervisor does. */
static void report_shutdown(struct engine *e)
{
	struct strbuf names = { 0 };
	struct group *group;

	DL_FOREACH(e->groups, group)
		for (size_t i = 0; i < group->n_processes; i++)
			if (!proc_is_stopped(group->processes[i]))
				strbuf_addf(&names, "%s%s", names.len ? ", " : "",
					    group->processes[i]->conf->name);
	if (names.len && strbuf_str(&names))
		log_info("waiting for %s to die", strbuf_str(&names));
	strbuf_done(&names);
}

/*
 * One step of the ordered stop: the groups of the highest priority that still has something
 * alive are stopped; lower ones wait until these are gone. Supervisor goes group by group even
 * within one priority, which makes a thousand groups slow and orders nothing that was asked for.
 */
static bool stop_step(struct engine *e)
{
	struct group *group = e->groups ? e->groups->prev : NULL;	/* the last of the list */
	bool alive = false;
	int priority = 0;

	while (group) {
		if (alive && group->conf->priority != priority)
			break;
		if (group_n_unstopped(group)) {
			alive = true;
			priority = group->conf->priority;
			group_stop(group);
		}
		group = group == e->groups ? NULL : group->prev;
	}
	return alive;
}

static void shut_down(struct engine *e)
{
	bool first = !e->stopping;

	e->stopping = true;
	if (first)
		news_mood(e, EVENT_SUPERVISOR_STATE_CHANGE_STOPPING);
	run_events(e);	/* now or never: those who listen may be the next to be stopped */
	if (!stop_step(e) && !hooks_linger(e)) {
		hooks_end(e);
		e->ended = true;
		timer_stop(&e->report);
		loop_stop(e->loop);
	} else if (first) {
		report_shutdown(e);
		timer_start(&e->report, SHUTDOWN_REPORT);
	}
}

static void run_policy(struct engine *e)
{
	if (e->mood == MOOD_RUNNING) {
		autostart(e);
		update_step(e);
	} else {
		shut_down(e);
	}
}

void engine_set_mood(struct engine *e, enum mood mood)
{
	if (e->mood != MOOD_RUNNING && mood != MOOD_SHUTDOWN)
		return;
	e->mood = mood;
	e->again = true;
}

static void take_config(struct engine *e, struct config *config)
{
	config_unref(e->config);
	e->config = config;
}

int engine_restart(struct engine *e, struct err *err)
{
	struct config *config;
	int ret = e->read(e->read_arg, &config, err);

	if (ret < 0) {
		log_error("no restart: %s", err->text);
		return ret;
	}
	take_config(e, config);
	engine_set_mood(e, MOOD_RESTARTING);
	return 0;
}

int engine_reread(struct engine *e, struct err *err)
{
	struct config *config;
	int ret = e->read(e->read_arg, &config, err);

	if (ret < 0) {
		log_error("the configuration was not read again: %s", err->text);
		return ret;
	}
	notes_log(config, e->config);
	take_config(e, config);
	gate_renew(e->gate);
	return 0;
}

/* --- answers --- */

static void step_calls(struct engine *e)
{
	struct call *call, *next;

	DL_FOREACH_SAFE(e->calls, call, next) {
		if (!call->dispatched) {
			call->dispatched = true;
			rpc_dispatch(e, call);
		} else if (!call->answered && call->step) {
			call->step(e, call);
		}
		if (call->answered) {
			DL_DELETE(e->calls, call);
			if (call->parent)
				multicall_take(e, call);
			else
				gate_reply(e->gate, call);
			call_free(call);
		} else if (wait_reports(call->wait) && !timer_is_armed(&e->report)) {
			timer_start(&e->report, STOP_REPORT);
		}
	}
}

/* Something takes long: say so, now and then, for as long as it takes. */
static void report(struct engine *e)
{
	struct call *call;

	if (!e->report_due)
		return;
	e->report_due = false;
	if (e->stopping) {
		report_shutdown(e);
		timer_start(&e->report, SHUTDOWN_REPORT);
		return;
	}
	DL_FOREACH(e->calls, call)
		wait_report(call->wait);
}

void engine_turn(struct engine *e)
{
	do {
		e->again = false;
		take_signals(e);
		reap(e);
		feed_posted(e);
		run_policy(e);
		run_events(e);
		report(e);
		step_calls(e);
	} while (e->again);
	status_step(&e->status);
	logs_flush(e->logs);
	gate_flush(e->gate);
}

/* --- callbacks of the loop --- */

static void on_signal(struct sigwatch *s, int signo)
{
	struct signal_watch *w = container_of(s, struct signal_watch, watch);

	w->engine->signals |= 1ul << signo;
	w->engine->n_quits += signo == SIGCHLD;
}

static void on_report(struct timer *t)
{
	container_of(t, struct engine, report)->report_due = true;
}

static void on_turn(void *arg)
{
	engine_turn(arg);
}

static const int signals[] = { SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGCHLD, SIGUSR2 };
_Static_assert(ARRAY_LEN(signals) == ENGINE_SIGNALS, "a watcher for each signal");

/* Outside of the loop they wait: a second SIGTERM must not cut the last log lines off. */
static void block_signals(int how)
{
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_LEN(signals); i++)
		sigaddset(&set, signals[i]);
	(void)sigprocmask(how, &set, NULL);
}

void engine_run(struct engine *e)
{
	for (size_t i = 0; i < ARRAY_LEN(signals); i++) {
		e->watches[i].engine = e;
		sigwatch_start(&e->watches[i].watch, e->loop, signals[i], on_signal);
	}
	block_signals(SIG_UNBLOCK);
	e->reap_wanted = true;		/* what died before we listened */
	loop_on_turn(e->loop, on_turn, e);
	loop_run(e->loop);
	block_signals(SIG_BLOCK);
	for (size_t i = 0; i < ARRAY_LEN(signals); i++)
		sigwatch_stop(&e->watches[i].watch);
}

/* --- life --- */

struct group *engine_find_group(const struct engine *e, const char *name)
{
	struct group *group;

	DL_FOREACH(e->groups, group)
		if (strcmp(group->conf->name, name) == 0)
			return group;
	return NULL;
}

static int add_groups(struct engine *e)
{
	struct err err;

	for (size_t i = 0; i < e->config->n_groups; i++) {
		int ret = groups_add(e, e->config, &e->config->groups[i], &err);

		if (ret < 0)
			return ret;
	}
	return 0;
}

struct engine *engine_new(struct config *config)
{
	struct engine *e = calloc(1, sizeof(*e));

	if (!e)
		return NULL;
	block_signals(SIG_BLOCK);	/* until engine_run */
	e->config = config_ref(config);
	e->began = config_ref(config);
	e->mood = MOOD_RUNNING;
	e->started_at = clock_wall();
	e->null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	e->loop = loop_new();
	if (e->loop) {
		e->logs = logs_new(e->loop, config);
		printer_init(&e->printer, e->loop, e->logs);
		e->gate = gate_new(e);
		e->poster = poster_new(e);
		timer_init(&e->report, e->loop, on_report);
		ticks_init(&e->ticks, e->loop, &e->bus);
		status_init(&e->status, e);
	}
	if (pipe2(e->reports, O_CLOEXEC | O_NONBLOCK) < 0)
		e->reports[0] = e->reports[1] = -1;
	if (e->null_fd < 0 || e->reports[0] < 0 || !e->loop || !e->logs || !e->gate || !e->poster ||
	    plugins_new(config, &e->plugins) < 0 || add_groups(e) < 0) {
		engine_free(e);
		return NULL;
	}
	return e;
}

void engine_free(struct engine *e)
{
	struct group *group, *next_group;
	struct call *call, *next_call;

	if (!e)
		return;
	DL_FOREACH_SAFE(e->calls, call, next_call)
		call_free(call);
	DL_FOREACH_SAFE(e->groups, group, next_group)
		group_free(group);
	while (e->hooks)	/* of groups that were removed and had something left to do */
		group_free(e->hooks->group);
	gate_free(e->gate);
	poster_free(e->poster);
	plugins_free(e->plugins);
	logs_free(e->logs);
	close_fd(&e->null_fd);
	close_fd(&e->reports[0]);
	close_fd(&e->reports[1]);
	if (e->loop) {
		printer_done(&e->printer);
		timer_stop(&e->report);
		ticks_stop(&e->ticks);
		status_stop(&e->status);
	}
	loop_free(e->loop);
	recent_done(&e->recent);
	config_unref(e->config);
	config_unref(e->began);
	free(e);
}
