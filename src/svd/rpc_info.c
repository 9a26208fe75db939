/* rpc_info.c - RPC methods that only tell. Mirrors supervisor.rpcinterface. */
#include "svd/rpc_info.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/jsonout.h"
#include "base/strbuf.h"
#include "ipc/frame.h"
#include "svd/call.h"
#include "svd/engine.h"
#include "svd/lookup.h"
#include "svd/permit.h"

void rpc_get_api_version(struct engine *e, struct call *call)
{
	(void)e;
	call_result(call, json_string(SUPERVISOR_API_VERSION));
}

void rpc_get_supervisor_version(struct engine *e, struct call *call)
{
	(void)e;
	call_result(call, json_string(SUPERVISOR_VERSION));
}

void rpc_get_identification(struct engine *e, struct call *call)
{
	call_result(call, json_text(e->config->identifier));
}

void rpc_get_state(struct engine *e, struct call *call)
{
	call_result(call, json_pack("{s:i, s:s}", "statecode", e->mood, "statename",
				    mood_name(e->mood)));
}

void rpc_get_pid(struct engine *e, struct call *call)
{
	(void)e;
	call_result(call, json_integer(getpid()));
}

void rpc_shutdown(struct engine *e, struct call *call)
{
	engine_set_mood(e, MOOD_SHUTDOWN);
	call_result(call, json_true());
}

void rpc_restart(struct engine *e, struct call *call)
{
	struct err err;

	if (engine_restart(e, &err) < 0)
		call_fault(call, FAULT_CANT_REREAD, "%s", err.text);
	else
		call_result(call, json_true());
}

/* --- process info --- */

/* XML-RPC's integers end in 2038; Supervisor caps times there. */
static int capped(double at)
{
	return at > INT_MAX ? INT_MAX : (int)at;
}

/* Python's timedelta: "0:00:03", "1 day, 2:03:04", "12 days, 0:00:00". */
static void uptime_text(int seconds, char *buf, size_t size)
{
	int days = seconds / 86400, n = 0;

	if (days)
		n = snprintf(buf, size, "%d day%s, ", days, days == 1 ? "" : "s");
	snprintf(buf + n, size - (size_t)n, "%d:%02d:%02d", seconds / 3600 % 24, seconds / 60 % 60,
		 seconds % 60);
}

static void describe_running(const struct process *p, int now, char *buf, size_t size)
{
	int up = now - capped(p->started_at);
	char uptime[64];

	uptime_text(up > 0 ? up : 0, uptime, sizeof(uptime));
	snprintf(buf, size, "pid %d, uptime %s", (int)p->pid, uptime);
}

static void describe_failed(const struct process *p, char *buf, size_t size)
{
	if (p->spawnerr)
		snprintf(buf, size, "%s", p->spawnerr);
	else
		snprintf(buf, size, "unknown error (try \"tail %s\")", p->conf->name);
}

static void describe_stopped(const struct process *p, char *buf, size_t size)
{
	time_t at = (time_t)p->stopped_at;
	struct tm tm;

	if (p->started_at > 0 && localtime_r(&at, &tm))
		strftime(buf, size, "%b %d %I:%M %p", &tm);
	else
		snprintf(buf, size, "Not started");
}

static void describe(const struct process *p, int now, char *buf, size_t size)
{
	buf[0] = '\0';
	if (p->state == PROC_RUNNING)
		describe_running(p, now, buf, size);
	else if (p->state == PROC_FATAL || p->state == PROC_BACKOFF)
		describe_failed(p, buf, size);
	else if (p->state == PROC_STOPPED || p->state == PROC_EXITED)
		describe_stopped(p, buf, size);
}

static const char *text_or_empty(const char *s)
{
	return s ? s : "";
}

void rpc_add_process_info(struct strbuf *sb, const struct process *p)
{
	const char *out = proc_logfile(p, CHANNEL_STDOUT), *err = proc_logfile(p, CHANNEL_STDERR);
	int now = capped(clock_wall());
	char description[1100];

	if (p->conf->redirect_stderr)
		err = NULL;
	describe(p, now, description, sizeof(description));
	json_out_member(sb, "name", p->conf->name);
	json_out_member(sb, "group", p->group->conf->name);
	json_out_member_int(sb, "start", capped(p->started_at));
	json_out_member_int(sb, "stop", capped(p->stopped_at));
	json_out_member_int(sb, "now", now);
	json_out_member_int(sb, "state", proc_state_code(p->state));
	json_out_member(sb, "statename", proc_state_name(p->state));
	json_out_member(sb, "spawnerr", text_or_empty(p->spawnerr));
	json_out_member_int(sb, "exitstatus", p->exitstatus);
	json_out_member(sb, "logfile", text_or_empty(out));	/* older name of stdout_logfile */
	json_out_member(sb, "stdout_logfile", text_or_empty(out));
	json_out_member(sb, "stderr_logfile", text_or_empty(err));
	json_out_member_int(sb, "pid", p->pid);
	json_out_member(sb, "description", description);
}

static const struct process *process_named(struct engine *e, struct call *call)
{
	const char *name = call_string(call, 0);
	struct group *group;
	struct process *p;

	if (lookup_name(e, name, &group, &p) && p)
		return p;
	call_fault(call, FAULT_BAD_NAME, "%s", name);
	return NULL;
}

static void add_object(struct strbuf *sb, const struct process *p, rpc_members_fn *add)
{
	json_out_comma(sb);
	strbuf_addc(sb, '{');
	add(sb, p);
	strbuf_addc(sb, '}');
}

void rpc_tell_process(struct engine *e, struct call *call, rpc_members_fn *add)
{
	const struct process *p = process_named(e, call);
	struct strbuf sb = { 0 };

	if (!p)
		return;
	add_object(&sb, p, add);
	call_result_text(call, strbuf_steal(&sb));
}

void rpc_tell_all_processes(struct engine *e, struct call *call, rpc_members_fn *add)
{
	struct process **list;
	size_t n = lookup_all_by_name(e, &list);
	struct strbuf sb = { .oom = !list };

	strbuf_addc(&sb, '[');
	for (size_t i = 0; i < n; i++)
		if (permit_sees(e, call, list[i]))
			add_object(&sb, list[i], add);
	strbuf_addc(&sb, ']');
	free(list);
	call_result_text(call, strbuf_steal(&sb));
}

void rpc_get_process_info(struct engine *e, struct call *call)
{
	rpc_tell_process(e, call, rpc_add_process_info);
}

void rpc_get_all_process_info(struct engine *e, struct call *call)
{
	rpc_tell_all_processes(e, call, rpc_add_process_info);
}
