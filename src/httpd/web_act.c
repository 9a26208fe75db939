/*
 * web_act.c - the one address that changes something. A form has "do", a verb or a verb and a
 * target behind a blank; without one the targets are the fields "p". All of it becomes one
 * multicall, so svd decides what is allowed, as for any other client.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "httpd/answer.h"
#include "httpd/apifault.h"
#include "httpd/form.h"
#include "httpd/html.h"
#include "httpd/request.h"
#include "httpd/token.h"
#include "httpd/web.h"
#include "httpd/welcome.h"
#include "rpc/faults.h"

enum { SUCCESS = 80 };	/* status of a process in the result for a group, see supervisor.xmlrpc */

/* How a target is named to svd. */
enum { ONE, GROUP, ALL, KINDS };

static const struct verb {
	const char *name;
	const char *methods[KINDS];	/* NULL: there is none */
	const char *then[KINDS];	/* after that, whatever came of it; NULL: nothing */
	bool        hurts;		/* one program, too: it is asked whether that is meant */
	bool        then_waits;		/* `then` and not `methods` has the parameter wait */
	bool        has_wait, has_signal;
} verbs[] = {
	{ .name = "start", .has_wait = true,
	  .methods = { "supervisor.startProcess", "supervisor.startProcessGroup",
		       "supervisor.startAllProcesses" } },
	{ .name = "stop", .hurts = true,
	  .methods = { "supervisor.stopProcess", "supervisor.stopProcessGroup",
		       "supervisor.stopAllProcesses" } },
	{ .name = "restart", .then_waits = true,
	  .methods = { "supervisor.stopProcess", "supervisor.stopProcessGroup",
		       "supervisor.stopAllProcesses" },
	  .then = { "supervisor.startProcess", "supervisor.startProcessGroup",
		    "supervisor.startAllProcesses" } },
	{ .name = "clear", .hurts = true,
	  .methods = { "supervisor.clearProcessLogs", "supervisor.clearProcessLogs",
		       "supervisor.clearAllProcessLogs" } },
	{ .name = "signal", .hurts = true, .has_signal = true,
	  .methods = { "supervisor.signalProcess", "supervisor.signalProcessGroup",
		       "supervisor.signalAllProcesses" } },
};

struct change {
	const struct verb *verb;
	json_t *fields;		/* owned */
	json_t *targets;	/* owned; an array */
	bool    is_selection;	/* the targets were not in "do" */
	const char *signal;	/* borrowed; NULL: none */
};

static void change_free(void *work)
{
	struct change *change = work;

	json_decref(change->fields);
	json_decref(change->targets);
	free(change);
}

static const struct work_type change_type = { change_free, NULL };

static bool wants_json(const struct request *r)
{
	const char *accept = MHD_lookup_connection_value(r->connection, MHD_HEADER_KIND,
							 MHD_HTTP_HEADER_ACCEPT);

	return accept && strstr(accept, ANSWER_JSON);
}

static unsigned refuse(struct request *r, unsigned status, const char *why)
{
	struct strbuf html = { 0 };

	if (wants_json(r))
		return answer_fault(r, status, FAULT_INCORRECT_PARAMETERS, why);
	strbuf_adds(&html, "<p role=\"alert\">");
	html_adds(&html, why);
	strbuf_adds(&html, "</p>");
	status = web_message(r, status, 1, MHD_get_reason_phrase_for(status), strbuf_str(&html));
	strbuf_done(&html);
	return status;
}

/* --- what is to be done --- */

static const struct verb *verb_of(const char *name, size_t n)
{
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++)
		if (strlen(verbs[i].name) == n && strncmp(verbs[i].name, name, n) == 0)
			return &verbs[i];
	return NULL;
}

static int kind_of(const char *target)
{
	size_t n = strlen(target);

	if (strcmp(target, "*") == 0)
		return ALL;
	return n > 2 && strcmp(target + n - 2, ":*") == 0 ? GROUP : ONE;
}

/* Reads the fields. NULL or why not. */
static const char *read_change(struct change *change)
{
	const char *act = form_value(change->fields, "do"), *blank;

	if (!act)
		return "nothing was said that should be done";
	blank = strchrnul(act, ' ');
	change->verb = verb_of(act, (size_t)(blank - act));
	if (!change->verb)
		return "there is no such action";
	change->is_selection = !*blank;
	change->targets = *blank ? json_pack("[s]", blank + 1) :
				   json_incref(json_object_get(change->fields, "p"));
	if (json_array_size(change->targets) == 0)
		return "no program was chosen";
	if (change->verb->has_signal) {
		change->signal = form_value(change->fields, "signal");
		if (!change->signal)
			return "no signal was chosen";
	}
	return NULL;
}

static bool hurts(const struct change *change)
{
	const char *first = json_string_value(json_array_get(change->targets, 0));

	return change->verb->hurts || json_array_size(change->targets) > 1 ||
	       kind_of(first) != ONE;
}

/* --- the call --- */

/* Supervisor's name of a group is without what says that it is one. */
static void add_call(json_t *calls, const struct verb *verb, const char *method,
		     const char *target, int kind, bool has_wait, const char *signal)
{
	size_t n = strlen(target);
	json_t *params = json_array();

	if (kind == GROUP && strcmp(verb->name, "clear") != 0)
		n -= 2;
	if (kind != ALL)
		json_array_append_new(params, json_stringn(target, n));
	if (signal)
		json_array_append_new(params, json_string(signal));
	if (has_wait)
		json_array_append_new(params, json_false());
	json_array_append_new(calls, json_pack("{s:s, s:o}", "methodName", method, "params",
					       params));
}

static json_t *calls_of(const struct change *change)
{
	const struct verb *verb = change->verb;
	json_t *calls = json_array();
	const json_t *target;
	size_t i;

	json_array_foreach(change->targets, i, target) {
		const char *name = json_string_value(target);
		int kind = kind_of(name);

		add_call(calls, verb, verb->methods[kind], name, kind, verb->has_wait,
			 change->signal);
		if (verb->then[kind])
			add_call(calls, verb, verb->then[kind], name, kind, verb->then_waits, NULL);
	}
	return calls;
}

/* --- what came of it --- */

static void add_result(json_t *results, const json_t *name, const char *fault)
{
	json_t *result = json_pack("{s:O, s:b}", "name", name, "ok", !fault);

	if (fault)
		json_object_set_new(result, "text", json_string(fault));
	json_array_append_new(results, result);
}

/* For a group there is a result of each process. */
static bool add_members(json_t *results, const json_t *members)
{
	bool ok = true;
	const json_t *m;
	size_t i;

	json_array_foreach(members, i, m) {
		json_t *name;

		if (json_integer_value(json_object_get(m, "status")) == SUCCESS)
			continue;
		ok = false;
		name = json_sprintf("%s:%s", json_string_value(json_object_get(m, "group")),
				    json_string_value(json_object_get(m, "name")));
		add_result(results, name,
			   json_string_value(json_object_get(m, "description")));
		json_decref(name);
	}
	return ok;
}

static void add_outcome(json_t *results, const json_t *target, const json_t *outcome)
{
	const char *fault = json_string_value(json_object_get(outcome, "faultString"));

	if (fault)
		add_result(results, target, fault);
	else if (add_members(results, outcome))
		add_result(results, target, NULL);
}

/* The second of two calls counts: who is to be restarted need not have been running. */
static json_t *results_of(const struct change *change, const json_t *outcomes)
{
	json_t *results = json_array(), *target;
	size_t each = change->verb->then[ONE] ? 2 : 1, i;

	json_array_foreach(change->targets, i, target)
		add_outcome(results, target, json_array_get(outcomes, each * i + each - 1));
	return results;
}

static unsigned answer_failures(struct request *r, const json_t *results)
{
	struct strbuf html = { 0 };
	const json_t *result;
	unsigned status;
	size_t i;

	strbuf_adds(&html, "<ul role=\"alert\">\n");
	json_array_foreach(results, i, result) {
		if (json_is_true(json_object_get(result, "ok")))
			continue;
		strbuf_adds(&html, "<li><bdi>");
		html_adds(&html, json_string_value(json_object_get(result, "name")));
		strbuf_adds(&html, "</bdi>: ");
		html_adds(&html, json_string_value(json_object_get(result, "text")));
		strbuf_adds(&html, "</li>\n");
	}
	strbuf_adds(&html, "</ul>");
	status = web_message(r, MHD_HTTP_OK, 1, "Not all could be done", strbuf_str(&html));
	strbuf_done(&html);
	return status;
}

static bool all_ok(const json_t *results)
{
	const json_t *result;
	size_t i;

	json_array_foreach(results, i, result)
		if (!json_is_true(json_object_get(result, "ok")))
			return false;
	return true;
}

static unsigned answer_done(struct request *r, const struct verb *verb)
{
	struct strbuf where = { 0 };
	unsigned status;

	strbuf_addf(&where, "../?done=%s", verb->name);
	status = where.oom ? MHD_HTTP_INTERNAL_SERVER_ERROR : web_go_to(r, where.s);
	strbuf_done(&where);
	return status;
}

static unsigned answer_outcomes(struct request *r, const json_t *outcomes)
{
	const struct change *change = r->work;
	json_t *results = results_of(change, outcomes);
	unsigned status;

	if (wants_json(r)) {
		json_t *answer = json_pack("{s:O}", "results", results);

		status = answer_json(r, MHD_HTTP_OK, answer);
		json_decref(answer);
	} else if (all_ok(results)) {
		status = answer_done(r, change->verb);
	} else {
		status = answer_failures(r, results);
	}
	json_decref(results);
	return status;
}

static void on_reply(struct call *call, struct reply *reply)
{
	struct request *r = container_of(call, struct request, call);

	if (reply->result)
		web_done(r, answer_outcomes(r, reply->result));
	else if (reply->text)
		web_done(r, refuse(r, apifault_status(reply->code), reply->text));
	else
		web_done(r, MHD_HTTP_SERVICE_UNAVAILABLE);
}

static unsigned start(struct request *r, const struct change *change)
{
	json_t *params = json_pack("[o]", calls_of(change));
	int ret;

	r->call.on_reply = on_reply;
	ret = params ? rpc_start(r->server->rpc, &r->call, "system.multicall", params) : -ENOMEM;
	json_decref(params);
	if (ret < 0)
		return answer_unsent(ret);
	request_suspend(r);
	return 0;
}

/* --- the request --- */

static unsigned refuse_token(struct request *r)
{
	welcome_tell(r, "a form without the token of our pages");
	if (wants_json(r))
		return answer_fault(r, MHD_HTTP_FORBIDDEN, FAULT_NOT_PERMITTED,
				    "NOT_PERMITTED: the token is wrong");
	return web_message(r, MHD_HTTP_FORBIDDEN, 1, "Forbidden",
			   "<p role=\"alert\">This did not come from a page of this server, or svd "
			   "was started again since the page was loaded. Nothing was done.</p>");
}

static unsigned answer_unread(struct request *r, int error)
{
	switch (error) {
	case -EPROTOTYPE: return MHD_HTTP_UNSUPPORTED_MEDIA_TYPE;
	case -E2BIG:	  return HTTP_TOO_LARGE;
	case -EBADMSG:	  return refuse(r, MHD_HTTP_BAD_REQUEST, "that is no form");
	default:	  return MHD_HTTP_INTERNAL_SERVER_ERROR;
	}
}

unsigned web_change_act(struct request *r)
{
	struct change *change = calloc(1, sizeof(*change));
	const char *why;
	int ret;

	if (!change)
		return MHD_HTTP_INTERNAL_SERVER_ERROR;
	request_work(r, &change_type, change);
	ret = form_read(r, &change->fields);
	if (ret < 0)
		return answer_unread(r, ret);
	if (!token_is_good(form_value(change->fields, "token"), r->server->secret, r->server->id,
			   r->user))
		return refuse_token(r);
	why = read_change(change);
	if (why)
		return refuse(r, MHD_HTTP_BAD_REQUEST, why);
	if (hurts(change) && !form_value(change->fields, "confirm") && !wants_json(r))
		return web_confirm(r, 1, change->verb->name, change->targets,
				   change->is_selection, change->signal);
	return start(r, change);
}
