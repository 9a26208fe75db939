/*
 * rpc_metrics.c - what can be counted, in one answer. How much was printed only svd-logd knows, so
 * it is asked first; if it hangs in a disk the answer has what it told last.
 */
#include <stdlib.h>
#include <unistd.h>
#include <utlist.h>

#include "base/jsonout.h"
#include "base/strbuf.h"
#include "config.h"
#include "svd/call.h"
#include "svd/engine.h"
#include "svd/gate.h"
#include "svd/logs.h"
#include "svd/lookup.h"
#include "svd/permit.h"
#include "svd/rpc_info.h"

static void open_array(struct strbuf *sb, const char *key)
{
	json_out_key(sb, key);
	strbuf_addc(sb, '[');
}

/* --- svd and its siblings --- */

static void add_daemon(struct strbuf *sb, const char *name, pid_t pid)
{
	if (!pid)
		return;
	json_out_comma(sb);
	strbuf_addc(sb, '{');
	json_out_member(sb, "name", name);
	json_out_member_int(sb, "pid", pid);
	json_out_key(sb, "alone");	/* not with all programs: see `usage` in ipc/frame.h */
	strbuf_adds(sb, "true}");
}

static void add_daemons(struct strbuf *sb, const struct engine *e)
{
	json_out_member(sb, "version", PACKAGE_VERSION);
	json_out_member(sb, "identifier", e->config->identifier);
	json_out_member_int(sb, "started_at", (int64_t)e->started_at);
	json_out_member_int(sb, "statecode", e->mood);
	open_array(sb, "daemons");
	add_daemon(sb, "svd", getpid());
	add_daemon(sb, "svd-logd", logs_pid(e->logs));
	add_daemon(sb, "svd-httpd", gate_pid(e->gate));
	strbuf_addc(sb, ']');
	rpc_add_log(sb, "log", logs_own_counts(e->logs),
		    logs_stat(e->logs, logs_activity(e->logs)));
	json_out_member_int(sb, "streams", (int64_t)e->followers.n);
	json_out_member_large(sb, "streams_dropped", e->followers.n_dropped);
}

/* --- processes --- */

static void add_process(struct strbuf *sb, const struct process *p)
{
	json_out_comma(sb);
	strbuf_addc(sb, '{');
	rpc_add_process_status(sb, p);
	strbuf_addc(sb, '}');
}

static void add_processes(struct strbuf *sb, const struct engine *e, const struct call *call)
{
	struct process **list;
	size_t n = lookup_all_by_name(e, &list);

	sb->oom |= !list;
	open_array(sb, "processes");
	for (size_t i = 0; i < n; i++)
		if (permit_sees(e, call, list[i]))
			add_process(sb, list[i]);
	strbuf_addc(sb, ']');
	free(list);
}

static void answer(struct engine *e, struct call *call)
{
	struct strbuf sb = { 0 };

	if (!logs_have_counted(e->logs, call->question))
		return;
	strbuf_addc(&sb, '{');
	add_daemons(&sb, e);
	add_processes(&sb, e, call);
	json_out_key(&sb, "pools");
	rpc_add_pools(&sb, e, call);
	json_out_key(&sb, "files");
	rpc_add_log_files(&sb, e, call);
	strbuf_addc(&sb, '}');
	call->usage = true;
	call_result_text(call, strbuf_steal(&sb));
}

void rpc_get_metrics(struct engine *e, struct call *call)
{
	call->question = logs_count(e->logs);
	call->step = answer;
	answer(e, call);
}
