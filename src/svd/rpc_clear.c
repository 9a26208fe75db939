/*
 * rpc_clear.c - RPC methods that clear log files, and those that rotate them. svd-logd does it, in
 * its order: what was printed before is gone, or in the old file, what is printed afterwards is in
 * the new one. Clearing mirrors supervisor.rpcinterface, but for processes that do not run: what
 * was asked for is done for them as well. A file that nobody writes to is not rotated: it does not
 * grow.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "svd/call.h"
#include "svd/clearing.h"
#include "svd/engine.h"
#include "svd/log.h"
#include "svd/logs.h"
#include "svd/lookup.h"
#include "svd/methods.h"
#include "svd/outcome.h"
#include "svd/permit.h"

static bool is_there(const char *path)
{
	struct stat st;

	return path && *path == '/' && stat(path, &st) == 0;
}

static const char CLEAR[] = "clear", ROTATE[] = "rotate";

/* Room for n rows, each CHANNEL_N files; false: the call is answered. */
static bool begin(struct engine *e, struct call *call, const char *order, size_t n,
		  call_step_fn *step)
{
	call->clearing = clearing_new(e->logs, order, n);
	call->step = step;
	if (!call->clearing)
		call_fault(call, FAULT_FAILED, "out of memory");
	return call->clearing;
}

static void ask(struct call *call, size_t row, enum channel channel, const char *path)
{
	if (!call->answered && clearing_ask(call->clearing, row, channel, path) < 0)
		call_fault(call, FAULT_FAILED, "out of memory");
}

/* What is open is cleared although it was removed: that begins a new file. */
static void ask_process(struct call *call, const char *order, size_t row, const struct process *p)
{
	for (enum channel c = 0; c < CHANNEL_N; c++) {
		const char *path = proc_logfile(p, c);

		if (path && (p->channels[c] || (order == CLEAR && is_there(path))))
			ask(call, row, c, path);
	}
}

/* Supervisor's fault tells nothing but the name, and there are clients that expect that. */
static void fault_of(struct call *call, const struct clear_file *file, const char *name)
{
	if (file->order == ROTATE)
		call_fault(call, FAULT_FAILED, "%s: %s", file->path,
			   file->why ? file->why : "out of memory");
	else
		call_fault(call, FAULT_FAILED, name ? "%s" : NULL, name);
}

/* --- the activity log --- */

static void step_log(struct engine *e, struct call *call)
{
	const struct clear_file *failed = clearing_failed(call->clearing, 0);

	if (!clearing_is_done(call->clearing))
		return;
	permit_log(call, method_find(e, call->method, false));
	if (failed) {
		fault_of(call, failed, NULL);
		return;
	}
	log_info("reopening log file");
	call_result(call, json_true());
}

static void do_log(struct engine *e, struct call *call, const char *order)
{
	const char *path = logs_activity(e->logs);

	if (!is_there(path))
		call_fault(call, FAULT_NO_FILE, NULL);
	else if (begin(e, call, order, 1, step_log))
		ask(call, 0, CHANNEL_STDOUT, path);
}

void rpc_clear_log(struct engine *e, struct call *call)
{
	do_log(e, call, CLEAR);
}

void rpc_rotate_main_log(struct engine *e, struct call *call)
{
	do_log(e, call, ROTATE);
}

/* --- one process, or those of a group --- */

static void step_named(struct engine *e, struct call *call)
{
	const struct clear_file *failed = NULL;

	(void)e;
	if (!clearing_is_done(call->clearing))
		return;
	for (size_t i = 0; i < clearing_rows(call->clearing) && !failed; i++)
		failed = clearing_failed(call->clearing, i);
	if (failed)
		fault_of(call, failed, call_string(call, 0));
	else
		call_result(call, json_true());
}

static void do_list(struct engine *e, struct call *call, const char *order, struct process **list,
		    size_t n)
{
	if (!begin(e, call, order, n, step_named))
		return;
	for (size_t i = 0; i < n; i++)
		ask_process(call, order, i, list[i]);
	if (!call->answered)
		step_named(e, call);
}

void rpc_clear_process_logs(struct engine *e, struct call *call)
{
	const char *name = call_string(call, 0);
	struct group *group;
	struct process *p;

	if (!lookup_name(e, name, &group, &p) || !p)
		call_fault(call, FAULT_BAD_NAME, "%s", name);
	else
		do_list(e, call, CLEAR, &p, 1);
}

void rpc_rotate_logs(struct engine *e, struct call *call)
{
	const char *name = call_string(call, 0);
	struct group *group;
	struct process *p;

	if (!lookup_name(e, name, &group, &p))
		call_fault(call, FAULT_BAD_NAME, "%s", name);
	else if (p)
		do_list(e, call, ROTATE, &p, 1);
	else
		do_list(e, call, ROTATE, group->processes, group->n_processes);
}

/* --- all of them --- */

/* The row tells of a success that has not come true. */
static void amend(json_t *row, const struct clear_file *failed)
{
	const char *group = json_string_value(json_object_get(row, "group"));
	const char *name = json_string_value(json_object_get(row, "name"));
	bool same = strcmp(group, name) == 0;
	json_t *text;

	if (failed->order == ROTATE)
		text = json_sprintf("%s: %s: %s", fault_name(FAULT_FAILED), failed->path,
				    failed->why ? failed->why : "out of memory");
	else
		text = json_sprintf("%s: %s%s%s", fault_name(FAULT_FAILED), same ? "" : group,
				    same ? "" : ":", name);
	json_object_set_new(row, "status", json_integer(FAULT_FAILED));
	json_object_set_new(row, "description", text);
}

static void step_all(struct engine *e, struct call *call)
{
	json_t *row;
	size_t i;

	(void)e;
	if (!clearing_is_done(call->clearing))
		return;
	json_array_foreach(call->result, i, row) {
		const struct clear_file *failed = clearing_failed(call->clearing, i);

		if (failed)
			amend(row, failed);
	}
	call->answered = true;
}

/* The result is written first: a process may be removed while its logs are being cleared. */
static void do_all(struct engine *e, struct call *call, const char *order)
{
	static const struct outcome ok = { .kind = OUTCOME_OK };
	struct process **list;
	size_t n = lookup_all(e, &list);

	call->result = json_array();
	if (list && call->result && begin(e, call, order, n, step_all)) {
		for (size_t i = 0; i < n; i++) {
			outcome_append(call->result, list[i], &ok);
			ask_process(call, order, i, list[i]);
		}
		if (!call->answered)
			step_all(e, call);
	} else if (!call->answered) {
		call_fault(call, FAULT_FAILED, "out of memory");
	}
	free(list);
}

void rpc_clear_all_process_logs(struct engine *e, struct call *call)
{
	do_all(e, call, CLEAR);
}

void rpc_rotate_all_logs(struct engine *e, struct call *call)
{
	do_all(e, call, ROTATE);
}
