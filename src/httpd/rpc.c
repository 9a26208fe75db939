/*
 * rpc.c - svd-httpd knows nothing of processes: whatever is asked becomes a `call` frame, and
 * its reply finds the way back by a number. Numbers are never used twice, so that a reply that
 * comes after its client went away meets nobody.
 */
#include "httpd/rpc.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fd.h"
#include "base/jsonout.h"
#include "base/strbuf.h"
#include "httpd/usage.h"

static void forget(struct rpc *rpc, struct call *call)
{
	HASH_DEL(rpc->calls, call);
	parts_done(&call->parts);
	call->id = 0;
}

static void build_head(struct strbuf *sb, const struct call *call, const char *method)
{
	strbuf_addc(sb, '{');
	json_out_member(sb, "t", "call");
	json_out_member_int(sb, "id", (int64_t)call->id);
	json_out_member(sb, "method", method);
	json_out_member_int(sb, "server", call->server);
	if (call->user)
		json_out_member(sb, "user", call->user);
	if (call->own)
		strbuf_adds(sb, ",\"own\":true");
	if (call->safe)
		strbuf_adds(sb, ",\"safe\":true");
	if (*call->peer)
		strbuf_addc(sb, ',');
	strbuf_adds(sb, call->peer);
	strbuf_addc(sb, '}');
}

static int send_call(struct rpc *rpc, const struct call *call, const char *method,
		     const json_t *params)
{
	_cleanup_(strbuf_done) struct strbuf head = { 0 };
	char *body = json_dumps(params, JSON_COMPACT);
	int ret = -ENOMEM;

	build_head(&head, call, method);
	if (body)
		ret = link_send_text(rpc->link, &head, body, strlen(body));
	free(body);
	return ret;
}

int rpc_start(struct rpc *rpc, struct call *call, const char *method, const json_t *params)
{
	int ret;

	call->id = ++rpc->last_id;
	HASH_ADD(hh, rpc->calls, id, sizeof(call->id), call);
	if (!call->hh.tbl) {
		call->id = 0;
		return -ENOMEM;
	}
	ret = send_call(rpc, call, method, params);
	if (ret < 0)
		forget(rpc, call);
	return ret;
}

void rpc_drop(struct rpc *rpc, struct call *call)
{
	json_int_t id = (json_int_t)call->id;

	if (!id)
		return;
	forget(rpc, call);
	/* Without this frame svd works a while for nobody; there is nothing better to do. */
	(void)link_send(rpc->link, json_pack("{s:s, s:I}", "t", "gone", "id", id), NULL, 0, -1);
}

struct call *rpc_find(const struct rpc *rpc, uint64_t id)
{
	struct call *call;

	HASH_FIND(hh, rpc->calls, &id, sizeof(id), call);
	return call;
}

static struct call *call_of(const struct rpc *rpc, const struct frame *frame)
{
	return rpc_find(rpc, (uint64_t)json_integer_value(json_object_get(frame->head, "id")));
}

void rpc_part(struct rpc *rpc, const struct frame *frame)
{
	json_int_t n = json_integer_value(json_object_get(frame->head, "n"));
	json_t *value = json_loadb(frame->body, frame->body_len, 0, NULL);
	struct call *call = call_of(rpc, frame);

	if (call && frame->fd >= 0)
		parts_take(&call->parts, n, value, frame->fd);
	json_decref(value);
}

/* Is the body all that there is of the result? */
static bool is_whole(const struct call *call, const struct frame *frame)
{
	return frame->fd < 0 && !call->parts.values &&
	       !json_object_get(frame->head, "usage");
}

void rpc_reply(struct rpc *rpc, struct frame *frame)
{
	const json_t *code = json_object_get(frame->head, "code");
	struct reply reply = { .fd = -1 };
	struct call *call = call_of(rpc, frame);
	json_t *result = NULL;

	if (!call)
		return;
	if (code) {
		reply.code = (int)json_integer_value(code);
		reply.text = json_string_value(json_object_get(frame->head, "text"));
		reply.unsafe = json_is_true(json_object_get(frame->head, "unsafe"));
	} else if (call->as_text && is_whole(call, frame)) {
		reply.json = frame->body;
		reply.json_len = frame->body_len;
	} else {
		result = json_loadb(frame->body, frame->body_len,
				    JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
		parts_place(&call->parts, result);
		if (json_is_true(json_object_get(frame->head, "usage")))
			usage_add(rpc->usage, result);
		reply.result = result;
	}
	forget(rpc, call);
	reply.fd = steal_fd(&frame->fd);
	call->on_reply(call, &reply);
	close_fd(&reply.fd);
	json_decref(result);
}

void rpc_log(struct rpc *rpc, const char *level, const char *fmt, ...)
{
	char line[2048];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	(void)link_send(rpc->link, json_pack("{s:s, s:s}", "t", "log", "level", level),
			line, strlen(line), -1);
}
