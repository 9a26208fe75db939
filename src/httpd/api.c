/*
 * api.c - a call in JSON becomes a `call` frame, and its reply JSON again. What is wrong is always
 * told as a fault, whether svd has found it or we.
 */
#include "httpd/api.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "httpd/answer.h"
#include "httpd/apifault.h"
#include "httpd/apiparams.h"
#include "httpd/jsontext.h"
#include "httpd/openapi.h"
#include "httpd/piece.h"
#include "httpd/request.h"
#include "rpc/faults.h"

static const char root[] = "/api/v1";

/* --- answers --- */

static unsigned refuse(struct request *r, unsigned status, enum fault code, const char *why)
{
	char text[sizeof(struct err) + 64];

	snprintf(text, sizeof(text), "%s: %s", fault_name(code), why);
	return answer_fault(r, status, code, text);
}

/* svd has said something that is no answer. */
static unsigned answer_nonsense(struct request *r)
{
	return refuse(r, MHD_HTTP_INTERNAL_SERVER_ERROR, FAULT_FAILED, "no answer");
}

static unsigned answer_unsafe(struct request *r, const struct reply *reply)
{
	unsigned status = answer_fault(r, MHD_HTTP_METHOD_NOT_ALLOWED, reply->code, reply->text);

	answer_header(r, MHD_HTTP_HEADER_ALLOW, MHD_HTTP_METHOD_POST);
	return status;
}

static unsigned answer_log(struct request *r, struct reply *reply)
{
	unsigned status = answer_piece(r, reply, &piece_json, ANSWER_JSON);

	answer_header(r, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
	return status;
}

/* Mostly it is what svd has sent, as it is. */
static unsigned answer_result(struct request *r, const struct reply *reply)
{
	_cleanup_(strbuf_done) struct strbuf text = { 0 };
	int ret = reply->result ?
		jsontext_add_result(&text, reply->result) :
		jsontext_add_result_of(&text, reply->json, reply->json_len);

	return ret < 0 ? MHD_HTTP_INTERNAL_SERVER_ERROR :
			 answer_json_text(r, MHD_HTTP_OK, &text);
}

static unsigned answer_reply(struct request *r, struct reply *reply)
{
	if (reply->unsafe)
		return answer_unsafe(r, reply);
	if (reply->text)
		return answer_fault(r, apifault_status(reply->code), reply->code, reply->text);
	if (reply->fd >= 0)
		return answer_log(r, reply);
	return reply->result || reply->json_len ? answer_result(r, reply) : answer_nonsense(r);
}

static void on_reply(struct call *call, struct reply *reply)
{
	struct request *r = container_of(call, struct request, call);

	r->status = answer_reply(r, reply);
	request_resume(r);
}

/* --- what there is --- */

static json_t *index_of(const json_t *methods)
{
	json_t *index = json_pack("{s:s, s:s, s:s, s:s, s:{}}", "openapi", "/api/v1/openapi.json",
				  "events", "/api/v1/events", "health", "/health", "metrics",
				  "/metrics", "methods");
	json_t *by_name = json_object_get(index, "methods"), *method;
	size_t i;

	json_array_foreach(methods, i, method)
		json_object_set_new(by_name, json_string_value(json_object_get(method, "name")),
				    json_pack("{s:O, s:O, s:b}", "help",
					      json_object_get(method, "help"), "role",
					      json_object_get(method, "role"), "get",
					      openapi_has_get(method)));
	return index;
}

static unsigned answer_made(struct request *r, const struct reply *reply,
			    json_t *(*make)(const json_t *methods))
{
	json_t *made;
	unsigned status;

	if (!json_is_array(reply->result))
		return answer_nonsense(r);
	made = make(reply->result);
	status = answer_json(r, MHD_HTTP_OK, made);
	json_decref(made);
	return status;
}

static void on_index(struct call *call, struct reply *reply)
{
	struct request *r = container_of(call, struct request, call);

	r->status = answer_made(r, reply, index_of);
	request_resume(r);
}

static void on_openapi(struct call *call, struct reply *reply)
{
	struct request *r = container_of(call, struct request, call);

	r->status = answer_made(r, reply, openapi_new);
	request_resume(r);
}

/* --- calls --- */

static unsigned start(struct request *r, const char *method, const json_t *params)
{
	int ret = rpc_start(r->server->rpc, &r->call, method, params);

	if (ret < 0)
		return refuse(r, answer_unsent(ret), FAULT_FAILED, "the call cannot be sent");
	request_suspend(r);
	return 0;
}

/* Pages cannot send this type to another origin without asking first, which we deny. */
static bool is_json(struct request *r)
{
	const char *type = MHD_lookup_connection_value(r->connection, MHD_HEADER_KIND,
						       MHD_HTTP_HEADER_CONTENT_TYPE);
	size_t n = type ? strcspn(type, "; \t") : 0;

	return n == strlen(ANSWER_JSON) && strncasecmp(type, ANSWER_JSON, n) == 0;
}

struct query {
	json_t    *params;	/* owned */
	int        ret;
	struct err *err;	/* borrowed */
};

static enum MHD_Result on_argument(void *cls, enum MHD_ValueKind kind, const char *name,
				   size_t name_len, const char *value, size_t value_len)
{
	struct query *q = cls;

	(void)kind;
	q->ret = apiparams_add(q->params, name, name_len, value ? value : "",
			       value ? value_len : 0, q->err);
	return q->ret == 0 ? MHD_YES : MHD_NO;
}

static int parse_query(struct request *r, json_t **ret_params, struct err *err)
{
	struct query q = { .params = json_object(), .err = err };

	if (!q.params)
		return -ENOMEM;
	(void)MHD_get_connection_values_n(r->connection, MHD_GET_ARGUMENT_KIND, on_argument, &q);
	if (q.ret < 0)
		json_decref(q.params);
	else
		*ret_params = q.params;
	return q.ret;
}

static int parse_body(struct request *r, json_t **ret_params, struct err *err)
{
	int ret = apiparams_parse(strbuf_str(&r->body), r->body.len, ret_params, err);

	r->server->is_bloated |= r->body.len >= SERVER_LARGE;
	strbuf_done(&r->body);
	return ret;
}

static unsigned act_method(struct request *r, const char *method)
{
	json_t *params;
	struct err err;
	unsigned status;
	int ret;

	if (r->is_post && !is_json(r))
		return refuse(r, MHD_HTTP_UNSUPPORTED_MEDIA_TYPE, FAULT_INCORRECT_PARAMETERS,
			      "the Content-Type must be " ANSWER_JSON);
	ret = r->is_post ? parse_body(r, &params, &err) : parse_query(r, &params, &err);
	if (ret == -EBADMSG)
		return refuse(r, MHD_HTTP_BAD_REQUEST, FAULT_INCORRECT_PARAMETERS, err.text);
	if (ret < 0)
		return MHD_HTTP_INTERNAL_SERVER_ERROR;
	r->call.safe = !r->is_post;
	r->call.as_text = true;
	r->call.on_reply = on_reply;
	status = start(r, method, params);
	json_decref(params);
	return status;
}

/* For us, of what svd has told of its methods. */
static unsigned act_made(struct request *r, void (*on_description)(struct call *call,
								   struct reply *reply))
{
	json_t *params = json_array();
	unsigned status;

	r->call.own = true;
	r->call.on_reply = on_description;
	status = params ? start(r, "describe", params) : MHD_HTTP_INTERNAL_SERVER_ERROR;
	json_decref(params);
	return status;
}

/* What is written otherwise is no method, and need not be asked for. */
static bool is_name(const char *s)
{
	enum { NAME_MAX_LEN = 100 };
	size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._");

	return !s[n] && n > 0 && n <= NAME_MAX_LEN;
}

unsigned api_act(struct request *r)
{
	const char *path = r->url + strlen(root);

	if (!*path || strcmp(path, "/") == 0)
		return act_made(r, on_index);
	if (strcmp(path, "/openapi.json") == 0)
		return act_made(r, on_openapi);
	if (*path == '/' && is_name(path + 1))
		return act_method(r, path + 1);
	return refuse(r, MHD_HTTP_NOT_FOUND, FAULT_UNKNOWN_METHOD, "there is nothing here");
}
