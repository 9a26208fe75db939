/*
 * rpc_clear.c - RPC methods that clear log files. svd-logd does it, in its order: what was printed
 * before is gone, what is printed afterwards is in the new file. Mirrors supervisor.rpcinterface,
 * but for processes that do not run: what was asked for is done for them as well.
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

/* Room for n rows, each CHANNEL_N files; false: the call is answered. */
static bool begin(struct engine *e, struct call *call, size_t n, call_step_fn *step)
{
	call->clearing = clearing_new(e->logs, "clear", n);
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
static void ask_process(struct call *call, size_t row, const struct process *p)
{
	for (enum channel c = 0; c < CHANNEL_N; c++) {
		const char *path = proc_logfile(p, c);

		if (path && (p->channels[c] || is_there(path)))
			ask(call, row, c, path);
	}
}

/* --- the activity log --- */

static void step_log(struct engine *e, struct call *call)
{
	if (!clearing_is_done(call->clearing))
		return;
	permit_log(call, method_find(e, call->method, false));
	if (clearing_failed(call->clearing, 0)) {
		call_fault(call, FAULT_FAILED, NULL);
		return;
	}
	log_info("reopening log file");
	call_result(call, json_true());
}

void rpc_clear_log(struct engine *e, struct call *call)
{
	const char *path = logs_activity(e->logs);

	if (!is_there(path))
		call_fault(call, FAULT_NO_FILE, NULL);
	else if (begin(e, call, 1, step_log))
		ask(call, 0, CHANNEL_STDOUT, path);
}

/* --- one process --- */

static void step_one(struct engine *e, struct call *call)
{
	(void)e;
	if (!clearing_is_done(call->clearing))
		return;
	if (clearing_failed(call->clearing, 0))
		call_fault(call, FAULT_FAILED, "%s", call_string(call, 0));
	else
		call_result(call, json_true());
}

void rpc_clear_process_logs(struct engine *e, struct call *call)
{
	const char *name = call_string(call, 0);
	struct group *group;
	struct process *p;

	if (!lookup_name(e, name, &group, &p) || !p) {
		call_fault(call, FAULT_BAD_NAME, "%s", name);
	} else if (begin(e, call, 1, step_one)) {
		ask_process(call, 0, p);
		if (!call->answered)
			step_one(e, call);
	}
}

/* --- all of them --- */

/* The row tells of a success that has not come true. */
static void amend(json_t *row)
{
	const char *group = json_string_value(json_object_get(row, "group"));
	const char *name = json_string_value(json_object_get(row, "name"));
	bool same = strcmp(group, name) == 0;

	json_object_set_new(row, "status", json_integer(FAULT_FAILED));
	json_object_set_new(row, "description",
			    json_sprintf("%s: %s%s%s", fault_name(FAULT_FAILED),
					 same ? "" : group, same ? "" : ":", name));
}

static void step_all(struct engine *e, struct call *call)
{
	json_t *row;
	size_t i;

	(void)e;
	if (!clearing_is_done(call->clearing))
		return;
	json_array_foreach(call->result, i, row)
		if (clearing_failed(call->clearing, i))
			amend(row);
	call->answered = true;
}

/* The result is written first: a process may be removed while its logs are being cleared. */
void rpc_clear_all_process_logs(struct engine *e, struct call *call)
{
	static const struct outcome ok = { .kind = OUTCOME_OK };
	struct process **list;
	size_t n = lookup_all(e, &list);

	call->result = json_array();
	if (list && call->result && begin(e, call, n, step_all)) {
		for (size_t i = 0; i < n; i++) {
			outcome_append(call->result, list[i], &ok);
			ask_process(call, i, list[i]);
		}
		if (!call->answered)
			step_all(e, call);
	} else if (!call->answered) {
		call_fault(call, FAULT_FAILED, "out of memory");
	}
	free(list);
}
