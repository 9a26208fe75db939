/*
 * rpc_status.c - what Supervisor's getProcessInfo leaves out. That struct stays as it is, since
 * there are clients that read it member by member; this one may grow.
 */
#include <stdlib.h>

#include "base/clock.h"
#include "ipc/frame.h"
#include "svd/access.h"
#include "svd/call.h"
#include "svd/engine.h"
#include "svd/lookup.h"
#include "svd/rpc_info.h"

static const char *const autorestarts[] = {
	[AUTORESTART_NEVER] = "false",
	[AUTORESTART_UNEXPECTED] = "unexpected",
	[AUTORESTART_ALWAYS] = "true",
};

static json_t *process_status(const struct process *p)
{
	json_t *status = rpc_process_info(p);
	char reason[512];
	json_t *more;

	ends_reason(&p->ends, p->conf, reason, sizeof(reason));
	more = json_pack("{s:I, s:I, s:I, s:s, s:o, s:I, s:s}",
			 "restarts", (json_int_t)p->ends.restarts,
			 "exits", (json_int_t)p->ends.n,
			 "exit_at", (json_int_t)p->ends.at,
			 "exit_signal", ends_signal(&p->ends),
			 "exit_reason", json_text(reason),
			 "uptime", (json_int_t)(p->pid ? clock_mono() - p->started_mono : 0),
			 "autorestart", autorestarts[p->conf->autorestart]);
	if (!status || !more || json_object_update(status, more) < 0) {
		json_decref(status);
		status = NULL;
	}
	json_decref(more);
	return status;
}

void rpc_get_process_status(struct engine *e, struct call *call)
{
	struct process *p = rpc_process_named(e, call);

	if (!p)
		return;
	call->usage = true;
	call_result(call, process_status(p));
}

static bool may_see(const struct engine *e, const struct call *call, const struct process *p)
{
	return access_allows(e->config, &call->who, ROLE_READ, p->group->conf->name,
			     p->conf->name);
}

void rpc_get_all_process_status(struct engine *e, struct call *call)
{
	struct process **list;
	size_t n = lookup_all_by_name(e, &list);
	json_t *all = list ? json_array() : NULL;

	for (size_t i = 0; i < n; i++)
		if (may_see(e, call, list[i]))
			json_array_append_new(all, process_status(list[i]));
	free(list);
	call->usage = true;
	call_result(call, all);
}
