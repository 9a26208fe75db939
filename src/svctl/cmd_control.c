/*
 * cmd_control.c - start, stop, restart, signal, clear, rotate: what is done to processes by name.
 * They differ in method names and words only; the texts are what configuration management looks
 * for.
 */
#include <string.h>

#include "base/strbuf.h"
#include "rpc/faults.h"
#include "svctl/cmd.h"
#include "svctl/ctl.h"
#include "svctl/globs.h"
#include "svctl/goal.h"
#include "svctl/namespec.h"
#include "svctl/output.h"
#include "svctl/progress.h"
#include "svctl/watch.h"

struct control {
	const char *verb;
	const char *one, *group, *all;	/* methods; group NULL: names are those of processes */
	const char *signal;		/* what to send; NULL: nothing */
	const char *done;		/* "NAME: started" */
	const char *failed;		/* words for FAULT_FAILED; NULL: the server has better */
	int  harmless;			/* the fault that says: it already is as you want it */
	int  no_names;			/* exit status when no name was given */
	int  no_group;			/* exit status when there is no such group */
	bool is_ours;			/* Supervisor cannot do it */

	/* Of those that take their time. */
	const struct goal *goal;	/* what they wait for; NULL: they do not */
	const char *begun;		/* "NAME: starting" */
	bool no_wait;			/* nobody waits */
	bool watches;			/* if not, we wait ourselves; else the calls do */
	struct watch *watch;		/* whom we wait for then; borrowed */
};

static const struct control start = {
	.verb = "start",
	.one = "supervisor.startProcess",
	.group = "supervisor.startProcessGroup",
	.all = "supervisor.startAllProcesses",
	.done = "started",
	.harmless = FAULT_ALREADY_STARTED,
	.no_names = EXIT_BAD_ARGS,
	.no_group = EXIT_BAD_ARGS,
	.goal = &goal_started,
	.begun = "starting",
};

static const struct control stop = {
	.verb = "stop",
	.one = "supervisor.stopProcess",
	.group = "supervisor.stopProcessGroup",
	.all = "supervisor.stopAllProcesses",
	.done = "stopped",
	.harmless = FAULT_NOT_RUNNING,
	.no_names = EXIT_GENERIC,
	.no_group = EXIT_GENERIC,
	.goal = &goal_stopped,
	.begun = "stopping",
};

static const struct control to_signal = {
	.verb = "signal",
	.one = "supervisor.signalProcess",
	.group = "supervisor.signalProcessGroup",
	.all = "supervisor.signalAllProcesses",
	.done = "signalled",
	.harmless = FAULT_SUCCESS,
	.no_group = EXIT_GENERIC,
};

static const struct control clear = {
	.verb = "clear",
	.one = "supervisor.clearProcessLogs",
	.all = "supervisor.clearAllProcessLogs",
	.done = "cleared",
	.failed = "failed",
	.harmless = FAULT_SUCCESS,
	.no_names = EXIT_GENERIC,
};

static const struct control rotate = {
	.verb = "rotate",
	.one = "svd.rotateLogs",
	.all = "svd.rotateAllLogs",
	.done = "rotated",
	.harmless = FAULT_SUCCESS,
	.no_names = EXIT_GENERIC,
	.is_ours = true,
};

/* The outcome for one process, from a single call or from one row of a group's. */
struct outcome {
	const char *name;	/* in its short form */
	int code;		/* FAULT_SUCCESS when it went well */
	const char *text;
};

static const char *fault_words(const struct control *control, int code)
{
	switch (code) {
	case FAULT_BAD_SIGNAL:		 return "bad signal name";
	case FAULT_FAILED:		 return control->failed;
	case FAULT_BAD_NAME:		 return "no such process";
	case FAULT_NO_FILE:		 return "no such file";
	case FAULT_NOT_EXECUTABLE:	 return "file is not executable";
	case FAULT_ALREADY_STARTED:	 return "already started";
	case FAULT_NOT_RUNNING:		 return "not running";
	case FAULT_SPAWN_ERROR:		 return "spawn error";
	case FAULT_ABNORMAL_TERMINATION: return "abnormal termination";
	case FAULT_NOT_PERMITTED:	 return "not permitted";
	}
	return NULL;
}

static void count_fault(struct ctl *ctl, const struct control *control, int code)
{
	switch (code) {
	case FAULT_SUCCESS:
		break;
	case FAULT_SPAWN_ERROR:
	case FAULT_ABNORMAL_TERMINATION:
	case FAULT_NOT_RUNNING:
		if (code != control->harmless)
			ctl->status = EXIT_NOT_RUNNING;
		break;
	default:
		if (code != control->harmless)
			ctl->status = EXIT_GENERIC;
	}
}

static void tell_success(struct ctl *ctl, const struct control *control, const char *name)
{
	if (!control->watch)
		report_success(ctl, name, control->no_wait ? control->begun : control->done);
	else if (watch_add(control->watch, name, NULL) < 0)
		ctl_oom(ctl);
}

/* What is ours has a reason behind the name of the fault, and no form that scripts know. */
static void tell_failed(struct ctl *ctl, const struct control *control, const struct outcome *o)
{
	const char *reason = strstr(o->text, ": ");

	if (control->is_ours)
		report_failure(ctl, o->name, reason ? reason + 2 : o->text, o->code);
	else if (report_is_wanted(ctl))
		report_failure(ctl, o->name, o->text, o->code);
	else
		out_line("%s", o->text);
}

static void tell_not_ours(struct ctl *ctl, const struct control *control)
{
	ctl_tell(ctl, "Error: only svd can %s, and this server is none", control->verb);
	ctl->status = EXIT_UNIMPLEMENTED;
}

/* false: nobody has words for that fault, and the command ends here, as in Supervisor. */
static bool tell(struct ctl *ctl, const struct control *control, const struct outcome *o)
{
	const char *words = fault_words(control, o->code);

	if (o->code == FAULT_SUCCESS) {
		tell_success(ctl, control, o->name);
	} else if (words) {
		report_failure(ctl, o->name, words, o->code);
	} else if (o->code == FAULT_FAILED) {
		tell_failed(ctl, control, o);
	} else if (o->code == FAULT_UNKNOWN_METHOD && control->is_ours) {
		tell_not_ours(ctl, control);
		return false;
	} else {
		ctl_error(ctl, "%s: %s (fault %d)", o->name, o->text, o->code);
		return false;
	}
	count_fault(ctl, control, o->code);
	return true;
}

/* One row of the answer of startProcessGroup and the like. */
static bool tell_row(struct ctl *ctl, const struct control *control, json_t *row)
{
	struct strbuf name = { 0 };
	const char *group, *process;
	struct outcome o;
	json_error_t error;
	bool go_on;

	if (json_unpack_ex(row, &error, 0, "{s:s, s:s, s:i, s:s}", "group", &group,
			   "name", &process, "status", &o.code, "description", &o.text) < 0) {
		ctl_misunderstood(ctl, error.text);
		return false;
	}
	namespec_add(&name, group, process);
	o.name = strbuf_str(&name) ? strbuf_str(&name) : process;
	go_on = tell(ctl, control, &o);
	strbuf_done(&name);
	return go_on;
}

static bool tell_rows(struct ctl *ctl, const struct control *control, const json_t *rows)
{
	json_t *row;
	size_t i;

	if (!json_is_array(rows)) {
		ctl_misunderstood(ctl, "no array");
		return false;
	}
	json_array_foreach(rows, i, row) {
		if (!tell_row(ctl, control, row))
			return false;
	}
	return true;
}

/* Name, signal and whether to wait, as far as needed. NULL (no memory) is fine for ctl_call. */
static json_t *params_of(const struct control *control, const char *name, size_t n)
{
	json_t *params = json_array();
	int r = params ? 0 : -1;

	/* Not checked for UTF-8: what it is not, the codec replaces. */
	if (name)
		r |= json_array_append_new(params, json_stringn_nocheck(name, n));
	if (control->signal)
		r |= json_array_append_new(params, json_string_nocheck(control->signal));
	if (control->watch || control->no_wait)
		r |= json_array_append_new(params, json_false());
	if (r == 0)
		return params;
	json_decref(params);
	return NULL;
}

static bool control_all(struct ctl *ctl, const struct control *control)
{
	struct answer a;
	bool go_on = false;

	ctl_call(ctl, control->all, params_of(control, NULL, 0), &a);
	if (a.kind == ANSWER_RESULT)
		go_on = tell_rows(ctl, control, a.result);
	else if (a.kind == ANSWER_FAULT && a.fault == FAULT_UNKNOWN_METHOD && control->is_ours)
		tell_not_ours(ctl, control);
	else
		ctl_complain(ctl, &a);
	answer_done(&a);
	return go_on;
}

static bool control_group(struct ctl *ctl, const struct control *control, const char *name,
			  const struct namespec *ns)
{
	struct answer a;
	bool go_on = false;

	ctl_call(ctl, control->group, params_of(control, ns->group, ns->group_len), &a);
	if (a.kind == ANSWER_RESULT) {
		go_on = tell_rows(ctl, control, a.result);
	} else if (a.kind == ANSWER_FAULT && a.fault == FAULT_BAD_NAME) {
		report_unknown(ctl, name);
		ctl->status = control->no_group;
		go_on = true;
	} else if (a.kind == ANSWER_FAULT && a.fault == FAULT_NOT_PERMITTED) {
		report_failure(ctl, name, "not permitted", a.fault);
		ctl->status = EXIT_GENERIC;
		go_on = true;
	} else {
		ctl_complain(ctl, &a);
	}
	answer_done(&a);
	return go_on;
}

/* The short form of what the user wrote: "cat:cat" is called "cat". */
static const char *short_form(const char *name, const struct namespec *ns)
{
	bool same = ns->process && strlen(ns->process) == ns->group_len &&
		    memcmp(ns->process, ns->group, ns->group_len) == 0;

	return same ? ns->process : name;
}

static bool control_one(struct ctl *ctl, const struct control *control, const char *name,
			const struct namespec *ns)
{
	struct outcome o = { .name = short_form(name, ns), .code = FAULT_SUCCESS };
	struct answer a;
	bool go_on = false;

	ctl_call(ctl, control->one, params_of(control, name, strlen(name)), &a);
	if (a.kind == ANSWER_FAILED) {
		ctl_complain(ctl, &a);
	} else {
		if (a.kind == ANSWER_FAULT) {
			o.code = a.fault;
			o.text = a.fault_text;
		}
		go_on = tell(ctl, control, &o);
	}
	answer_done(&a);
	return go_on;
}

static bool control_name(struct ctl *ctl, const struct control *control, const char *name)
{
	struct namespec ns = namespec_split(name);

	return !ns.process && control->group ? control_group(ctl, control, name, &ns)
					     : control_one(ctl, control, name, &ns);
}

/* The names from the given one on. */
static bool control_names(struct ctl *ctl, const struct control *control, const struct words *names,
			  size_t first)
{
	for (size_t i = first; i < names->n; i++) {
		if (strcmp(names->list[i], "all") == 0)
			return control_all(ctl, control);
	}
	for (size_t i = first; i < names->n; i++) {
		if (!control_name(ctl, control, names->list[i]))
			return false;
	}
	return true;
}

/* What was begun has ended. */
static bool on_verdict(struct ctl *ctl, void *arg, const char *name, enum verdict verdict,
		       const struct procinfo *info)
{
	struct control control = *(const struct control *)arg;
	struct outcome o = { .name = name, .code = FAULT_SUCCESS };
	const char *spawnerr = info ? json_string_value(json_object_get(info->from, "spawnerr"))
				    : NULL;

	if (verdict == NEVER)
		o.code = spawnerr && *spawnerr ? FAULT_SPAWN_ERROR : FAULT_ABNORMAL_TERMINATION;
	control.watch = NULL;
	return tell(ctl, &control, &o);
}

/* Begins it for all of the names, then looks until it is done: one is not to wait for another. */
static bool begin_and_watch(struct ctl *ctl, const struct control *control,
			    const struct words *names, struct watch *watch)
{
	struct control begun = *control;
	bool go_on;

	begun.watch = watch;
	watch->goal = control->goal;
	watch->on_verdict = on_verdict;
	watch->arg = &begun;
	go_on = control_names(ctl, &begun, names, 0);
	return watch_run(watch, ctl) && go_on;
}

/* false: the command must not go on. watch: empty, and to be given back with watch_done. */
static bool control_resolved(struct ctl *ctl, const struct control *control,
			     const struct words *names, struct watch *watch)
{
	bool go_on;

	if (control->goal)
		progress_begin(ctl, names, control->goal);
	if (control->watches && !control->no_wait)
		go_on = begin_and_watch(ctl, control, names, watch);
	else
		go_on = control_names(ctl, control, names, 0);
	progress_end(ctl);
	return go_on;
}

/*
 * Supervisor's client has calls that wait, one after the other. What it cannot do is ours: a
 * pattern means many at once, and a call says nothing when it is given up.
 */
static struct control with_flags(const struct ctl *ctl, const struct control *control,
				 const struct words *names)
{
	bool ours = globs_are_there(names, 0) || ctl->at_once ||
		    flags_have(&ctl->flags, FLAG_TIMEOUT);
	struct control copy = *control;

	copy.no_wait = flags_have(&ctl->flags, FLAG_NO_WAIT);
	copy.watches = control->goal && ours;
	return copy;
}

static void control_once(struct ctl *ctl, const struct control *control, struct words *names)
{
	struct control flagged = with_flags(ctl, control, names);
	struct watch watch = { 0 };

	if (globs_resolve(ctl, names, 0))
		(void)control_resolved(ctl, &flagged, names, &watch);
	watch_done(&watch);
}

/* Leaves the names of those that are not late. false: it failed, which was said. */
static bool leave_out_late(struct ctl *ctl, struct words *names)
{
	struct procinfo_list infos;
	struct words left = { 0 };
	int r = 0;

	if (!procinfo_list_get(ctl, &infos))
		return false;
	for (size_t i = 0; i < infos.n && r == 0; i++) {
		const struct procinfo *info = &infos.list[i];

		if (globs_mean(names, 0, info) && procinfo_is_stopped(info))
			r = globs_add(&left, info);
	}
	procinfo_list_done(&infos);
	words_done(names);
	*names = left;
	if (r < 0)
		ctl_oom(ctl);
	return r == 0;
}

/* What has not stopped in time cannot be started; the others have to be. */
static void restart(struct ctl *ctl, const struct control *both, struct words *names)
{
	struct control stopping = with_flags(ctl, &stop, names);
	struct control starting = with_flags(ctl, &start, names);
	struct watch stopped = { 0 }, started = { 0 };
	bool go_on = globs_resolve(ctl, names, 0);

	(void)both;
	stopping.no_wait = false;
	go_on = go_on && control_resolved(ctl, &stopping, names, &stopped);
	if (go_on && watch_is_late(&stopped)) {
		starting.no_wait = true;
		go_on = leave_out_late(ctl, names);
	}
	if (go_on)
		(void)control_resolved(ctl, &starting, names, &started);
	watch_done(&stopped);
	watch_done(&started);
}

/* Does it, if there is a server and there are names. */
static void with_names(struct ctl *ctl, const struct control *control, const char *arg,
		       void (*act)(struct ctl *ctl, const struct control *control,
				   struct words *names))
{
	struct words names;

	if (ctl_upcheck(ctl) <= 0 || !ctl_split(ctl, arg, &names))
		return;
	if (flags_have(&ctl->flags, FLAG_WAIT) && flags_have(&ctl->flags, FLAG_NO_WAIT)) {
		ctl_misused(ctl, control->verb, "Error: --wait and --no-wait exclude each other");
		ctl->status = EXIT_BAD_ARGS;
	} else if (names.n > 0) {
		act(ctl, control, &names);
	} else {
		ctl_misused(ctl, control->verb, "Error: %s requires a process name", control->verb);
		ctl->status = control->no_names;
	}
	words_done(&names);
}

void cmd_start(struct ctl *ctl, const char *arg)
{
	with_names(ctl, &start, arg, control_once);
}

void cmd_stop(struct ctl *ctl, const char *arg)
{
	with_names(ctl, &stop, arg, control_once);
}

void cmd_clear(struct ctl *ctl, const char *arg)
{
	with_names(ctl, &clear, arg, control_once);
}

void cmd_rotate(struct ctl *ctl, const char *arg)
{
	with_names(ctl, &rotate, arg, control_once);
}

void cmd_restart(struct ctl *ctl, const char *arg)
{
	static const struct control both = { .verb = "restart", .no_names = EXIT_GENERIC };

	with_names(ctl, &both, arg, restart);
}

void cmd_signal(struct ctl *ctl, const char *arg)
{
	struct control control = to_signal;
	struct words words;

	if (ctl_upcheck(ctl) <= 0 || !ctl_split(ctl, arg, &words))
		return;
	if (words.n < 2) {
		ctl_misused(ctl, "signal", "Error: signal requires a signal name and a process "
			    "name");
	} else if (globs_resolve(ctl, &words, 1)) {
		control.signal = words.list[0];
		(void)control_names(ctl, &control, &words, 1);
	}
	words_done(&words);
}
