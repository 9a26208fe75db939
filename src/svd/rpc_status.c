/*
 * rpc_status.c - what Supervisor's getProcessInfo leaves out. That struct stays as it is, since
 * there are clients that read it member by member; this one may grow. How much was printed only
 * svd-logd knows, so it is asked first; if it hangs in a disk the answer has what it told last.
 */
#include "base/clock.h"
#include "base/jsonout.h"
#include "base/strbuf.h"
#include "svd/call.h"
#include "svd/counts.h"
#include "svd/engine.h"
#include "svd/group.h"
#include "svd/logs.h"
#include "svd/record.h"
#include "svd/rpc_info.h"
#include "svd/sinkstats.h"

static const char *const autorestarts[] = {
	[AUTORESTART_NEVER] = "false",
	[AUTORESTART_UNEXPECTED] = "unexpected",
	[AUTORESTART_ALWAYS] = "true",
};

void rpc_add_log(struct strbuf *sb, const char *key, const struct counts *counts,
		 const struct sinkstat *stat)
{
	json_out_key(sb, key);
	strbuf_addc(sb, '{');
	counts_add(sb, counts);
	sinkstat_add(sb, stat);
	strbuf_addc(sb, '}');
}

static void add_channel(struct strbuf *sb, const struct process *p, enum channel c)
{
	const struct logs *logs = p->group->engine->logs;

	rpc_add_log(sb, channel_name(c), &p->printed->sums[c],
		    logs_stat(logs, proc_logfile(p, c)));
}

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
	for (enum channel c = 0; c < CHANNEL_N; c++)
		add_channel(sb, p, c);
	if (!p->listener)
		return;
	json_out_key(sb, "listener");
	strbuf_addc(sb, '{');
	rpc_add_listener(sb, p);
	strbuf_addc(sb, '}');
}

static void answer_one(struct engine *e, struct call *call)
{
	if (logs_have_counted(e->logs, call->question))
		rpc_tell_process(e, call, rpc_add_process_status);
}

static void answer_all(struct engine *e, struct call *call)
{
	if (logs_have_counted(e->logs, call->question))
		rpc_tell_all_processes(e, call, rpc_add_process_status);
}

static void answer_later(struct engine *e, struct call *call, call_step_fn *step)
{
	call->usage = true;
	call->question = logs_count(e->logs);
	call->step = step;
	step(e, call);
}

void rpc_get_process_status(struct engine *e, struct call *call)
{
	answer_later(e, call, answer_one);
}

void rpc_get_all_process_status(struct engine *e, struct call *call)
{
	answer_later(e, call, answer_all);
}
