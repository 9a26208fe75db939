/*
 * rpc_status.c - what Supervisor's getProcessInfo leaves out. That struct stays as it is, since
 * there are clients that read it member by member; this one may grow.
 */
#include "base/clock.h"
#include "base/jsonout.h"
#include "base/strbuf.h"
#include "svd/call.h"
#include "svd/engine.h"
#include "svd/rpc_info.h"

static const char *const autorestarts[] = {
	[AUTORESTART_NEVER] = "false",
	[AUTORESTART_UNEXPECTED] = "unexpected",
	[AUTORESTART_ALWAYS] = "true",
};

void rpc_add_process_status(struct strbuf *sb, const struct process *p)
{
	char reason[512];

	ends_reason(&p->ends, p->conf, reason, sizeof(reason));
	rpc_add_process_info(sb, p);
	json_out_member_int(sb, "restarts", (int64_t)p->ends.restarts);
	json_out_member_int(sb, "exits", (int64_t)p->ends.n);
	json_out_member_int(sb, "exit_at", (int64_t)p->ends.at);
	json_out_member(sb, "exit_signal", ends_signal(&p->ends));
	json_out_member(sb, "exit_reason", reason);
	json_out_member_int(sb, "uptime", (int64_t)(p->pid ? clock_mono() - p->started_mono : 0));
	json_out_member(sb, "autorestart", autorestarts[p->conf->autorestart]);
}

void rpc_get_process_status(struct engine *e, struct call *call)
{
	call->usage = true;
	rpc_tell_process(e, call, rpc_add_process_status);
}

void rpc_get_all_process_status(struct engine *e, struct call *call)
{
	call->usage = true;
	rpc_tell_all_processes(e, call, rpc_add_process_status);
}
