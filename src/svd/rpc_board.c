/*
 * rpc_board.c - what the pages of svd-httpd show. It is asked for every few seconds as long as one
 * is open, so it has no more than that, and what each client may do stands beside each process.
 */
#include <stdlib.h>
#include <unistd.h>

#include "base/jsonout.h"
#include "base/strbuf.h"
#include "config.h"
#include "ipc/frame.h"
#include "svd/call.h"
#include "svd/engine.h"
#include "svd/health.h"
#include "svd/lookup.h"
#include "svd/permit.h"
#include "svd/recent.h"

/* "": none at all. */
static const char *best_role(const struct engine *e, const struct call *call, const char *group,
			     const char *process)
{
	static const enum role roles[] = { ROLE_ADMIN, ROLE_OPERATE, ROLE_READ };

	for (size_t i = 0; i < ARRAY_LEN(roles); i++)
		if (access_allows(e->config, &call->who, roles[i], group, process))
			return role_name(roles[i]);
	return "";
}

static bool has_log(const struct process *p, enum channel c)
{
	const char *path = proc_logfile(p, c);

	return path && *path == '/' && !(c == CHANNEL_STDERR && p->conf->redirect_stderr);
}

static void add_process(struct strbuf *sb, const struct engine *e, const struct call *call,
			const struct process *p)
{
	const char *group = p->group->conf->name;
	char reason[512];

	ends_reason(&p->ends, p->conf, reason, sizeof(reason));
	json_out_comma(sb);
	strbuf_addc(sb, '{');
	json_out_member(sb, "group", group);
	json_out_member(sb, "name", p->conf->name);
	json_out_member(sb, "state", proc_state_name(p->state));
	json_out_member_int(sb, "pid", p->pid);
	json_out_member_int(sb, "start", (int64_t)p->started_at);
	json_out_member_int(sb, "stop", (int64_t)p->stopped_at);
	json_out_member_int(sb, "restarts", (int64_t)p->ends.restarts);
	json_out_member_int(sb, "exits", (int64_t)p->ends.n);
	json_out_member_int(sb, "exit_at", (int64_t)p->ends.at);
	json_out_member(sb, "exit_reason", reason);
	/* What nobody counts on may rest. */
	json_out_member_bool(sb, "well", !health_counts(e, p) || health_is_well(p));
	json_out_member(sb, "role", best_role(e, call, group, p->conf->name));
	json_out_member_bool(sb, "stdout", has_log(p, CHANNEL_STDOUT));
	json_out_member_bool(sb, "stderr", has_log(p, CHANNEL_STDERR));
	strbuf_addc(sb, '}');
}

static void add_processes(struct strbuf *sb, const struct engine *e, const struct call *call)
{
	struct process **list;
	size_t n = lookup_all_by_name(e, &list);

	sb->oom |= !list;
	json_out_key(sb, "processes");
	strbuf_addc(sb, '[');
	for (size_t i = 0; i < n; i++)
		if (permit_sees(e, call, list[i]))
			add_process(sb, e, call, list[i]);
	strbuf_addc(sb, ']');
	free(list);
}

void rpc_get_board(struct engine *e, struct call *call)
{
	struct health health = health_of(e);
	struct strbuf sb = { 0 };

	strbuf_addc(&sb, '{');
	json_out_member(&sb, "version", PACKAGE_VERSION);
	json_out_member(&sb, "identifier", e->config->identifier);
	json_out_member_int(&sb, "svd_pid", getpid());
	json_out_member_int(&sb, "started_at", (int64_t)e->started_at);
	json_out_member(&sb, "statename", mood_name(e->mood));
	json_out_member(&sb, "user", call->who.user ? call->who.user : "");
	json_out_member(&sb, "role", best_role(e, call, NULL, NULL));
	json_out_member_bool(&sb, "healthy", health.is_healthy);
	json_out_member_int(&sb, "well", (int64_t)health.n_well);
	json_out_member_int(&sb, "total", (int64_t)health.n_total);
	add_processes(&sb, e, call);
	strbuf_addc(&sb, '}');
	call->usage = true;
	call_result_text(call, strbuf_steal(&sb));
}

/* --- what happened last --- */

static bool may_see(const struct engine *e, const struct call *call, const struct recent_row *row)
{
	if (!*row->group)
		return true;
	return access_allows(e->config, &call->who, ROLE_READ, row->group,
			     *row->process ? row->process : NULL);
}

void rpc_get_recent_events(struct engine *e, struct call *call)
{
	const struct recent_row *row;
	json_t *rows = json_array();

	for (size_t i = 0; (row = recent_at(&e->recent, i)); i++)
		if (may_see(e, call, row))
			json_array_append_new(rows, json_pack(
				"{s:f, s:s, s:o, s:o, s:o}", "at", row->at, "type",
				event_name(row->type), "group", json_text(row->group), "process",
				json_text(row->process), "reason", json_text(row->reason)));
	call_result(call, rows);
}
