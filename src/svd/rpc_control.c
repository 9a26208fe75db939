/*
 * rpc_control.c - RPC methods that start and stop. Which fault wins when several apply, and in
 * which order results come, mirrors supervisor.rpcinterface: clients depend on both.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/command.h"
#include "svd/call.h"
#include "svd/engine.h"
#include "svd/log.h"
#include "svd/lookup.h"
#include "svd/wait.h"

/* --- start --- */

static bool can_start(struct process *p, struct outcome *out)
{
	struct command command;
	struct err err = { 0 };
	int ret = command_find(p->conf->command, program_getenv(p->conf, "PATH"), &command, &err);

	command_done(&command);
	if (ret < 0)
		outcome_fault(out, ret == -ENOENT ? FAULT_NO_FILE : FAULT_NOT_EXECUTABLE, "%s",
			      err.text);
	return ret == 0;
}

static void start_check(struct process *p, const char *name, struct outcome *out)
{
	out->kind = OUTCOME_PENDING;
	if (p->spawnerr)
		outcome_fault(out, FAULT_SPAWN_ERROR, "%s", name);
	else if (p->state == PROC_RUNNING)
		out->kind = OUTCOME_OK;
	else if (p->state != PROC_STARTING)
		outcome_fault(out, FAULT_ABNORMAL_TERMINATION, "%s", name);
}

static void start_begin(struct process *p, const char *name, bool wait, struct outcome *out)
{
	if (!can_start(p, out))
		return;
	if (proc_is_running(p)) {
		outcome_fault(out, FAULT_ALREADY_STARTED, "%s", name);
		return;
	}
	if (p->state == PROC_UNKNOWN) {
		outcome_fault(out, FAULT_FAILED, "%s is in an unknown process state", name);
		return;
	}
	if (p->state == PROC_STOPPING)
		log_warn("process '%s' already running", p->conf->name);
	proc_feed(p, IN_START);
	if (p->spawnerr)
		outcome_fault(out, FAULT_SPAWN_ERROR, "%s", name);
	else if (!wait)
		out->kind = OUTCOME_OK;
	else
		start_check(p, name, out);
}

static bool start_applies(const struct process *p)
{
	return !proc_is_running(p);
}

static const struct wait_kind starting = {
	.applies = start_applies,
	.begin = start_begin,
	.check = start_check,
};

/* --- stop --- */

static void stop_check(struct process *p, const char *name, struct outcome *out)
{
	(void)name;
	out->kind = proc_is_stopped(p) ? OUTCOME_OK : OUTCOME_PENDING;
}

static void stop_report(const struct process *p)
{
	log_info("waiting for %s to stop", p->conf->name);
}

/* What svd would start again is not stopped yet. */
static bool stop_applies(const struct process *p)
{
	return proc_is_running(p) || proc_comes_back(p);
}

static void stop_begin(struct process *p, const char *name, bool wait, struct outcome *out)
{
	bool applies = stop_applies(p);

	proc_stay(p);
	if (!applies) {
		outcome_fault(out, FAULT_NOT_RUNNING, "%s", name);
		return;
	}
	proc_feed(p, IN_STOP);
	if (p->state == PROC_UNKNOWN)
		outcome_fault(out, FAULT_FAILED, "%s", name);
	else if (!wait || proc_is_stopped(p))
		out->kind = OUTCOME_OK;
	else
		stop_report(p);
}

static const struct wait_kind stopping = {
	.applies = stop_applies,
	.begin = stop_begin,
	.check = stop_check,
	.report = stop_report,
};

/* --- the methods --- */

static void control_group(struct call *call, const struct wait_kind *kind,
			  const struct group *group)
{
	struct process **list;
	size_t n;

	if (!group) {
		call_fault(call, FAULT_BAD_NAME, "%s", call_string(call, 0));
		return;
	}
	n = lookup_group(group, &list);
	wait_for_many(call, kind, call_bool(call, 1, true), list, n);
}

static void control_named(struct engine *e, struct call *call, const struct wait_kind *kind)
{
	const char *name = call_string(call, 0);
	struct group *group;
	struct process *p;

	if (!lookup_name(e, name, &group, &p))
		call_fault(call, FAULT_BAD_NAME, "%s", name);
	else if (p)
		wait_for_one(call, kind, p, call_bool(call, 1, true));
	else
		control_group(call, kind, group);
}

static void control_all(struct engine *e, struct call *call, const struct wait_kind *kind)
{
	struct process **list;
	size_t n = lookup_all(e, &list);

	wait_for_many(call, kind, call_bool(call, 0, true), list, n);
}

void rpc_start_process(struct engine *e, struct call *call)
{
	control_named(e, call, &starting);
}

void rpc_start_process_group(struct engine *e, struct call *call)
{
	control_group(call, &starting, engine_find_group(e, call_string(call, 0)));
}

void rpc_start_all_processes(struct engine *e, struct call *call)
{
	control_all(e, call, &starting);
}

void rpc_stop_process(struct engine *e, struct call *call)
{
	control_named(e, call, &stopping);
}

void rpc_stop_process_group(struct engine *e, struct call *call)
{
	control_group(call, &stopping, engine_find_group(e, call_string(call, 0)));
}

void rpc_stop_all_processes(struct engine *e, struct call *call)
{
	control_all(e, call, &stopping);
}
