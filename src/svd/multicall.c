/*
 * multicall.c - system.multicall. Mirrors SystemNamespaceRPCInterface.multicall: a member begins
 * when the one before it has been answered, and what is wrong with it is its own. Results are kept
 * as text, so that what comes of ten thousand members has a ceiling, and a turn ends after a while,
 * so that nobody else waits for them.
 */
#include "svd/multicall.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "base/clock.h"
#include "base/strbuf.h"
#include "ipc/frame.h"
#include "svd/call.h"
#include "svd/engine.h"
#include "svd/gate.h"

enum {
	MEMBERS_MAX = 10000,
	RESULTS_MAX = FRAME_BODY_MAX / 2,	/* bytes; the rest is for faults, which are short */
};

static const double SLICE = 0.002, LAST_SLICE = 0.1;	/* seconds of a turn */

struct multicall {
	const json_t *members;		/* borrowed from the call's parameters */
	size_t        next;		/* the one to begin */
	struct call  *waiting;		/* borrowed; the one that has begun; NULL: none */
	struct strbuf text;		/* results as JSON: "[1,2" */
	size_t        n_parts;		/* results that are in files */
	struct timer  pause;		/* others first; then there is another turn */
};

void multicall_free(struct multicall *multi)
{
	if (!multi)
		return;
	timer_stop(&multi->pause);
	strbuf_done(&multi->text);
	free(multi);
}

/* --- results --- */

/* NULL: there was no memory for it. */
static void add_text(struct multicall *multi, const char *text)
{
	strbuf_addc(&multi->text, multi->text.len ? ',' : '[');
	if (text)
		strbuf_adds(&multi->text, text);
	else
		multi->text.oom = true;
}

/* The value is stolen; NULL: there was no memory for it. */
static void add_value(struct multicall *multi, json_t *value)
{
	char *text = value ? json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;

	json_decref(value);
	add_text(multi, text);
	free(text);
}

static void add_fault(struct multicall *multi, int code, const char *text)
{
	add_value(multi, json_pack("{s:i, s:o}", "faultCode", code, "faultString",
				   json_text(text)));
}

static void add_result(struct multicall *multi, const struct call *member)
{
	size_t n = member->result_text ? strlen(member->result_text) :
		   json_dumpb(member->result, NULL, 0, JSON_COMPACT | JSON_ENCODE_ANY);

	if (multi->text.len + n > RESULTS_MAX)
		add_fault(multi, FAULT_FAILED, "FAILED: the answer is too large");
	else if (member->result_text)
		add_text(multi, member->result_text);
	else
		add_value(multi, json_incref(member->result));
}

/* The file goes ahead; svd-httpd puts what is meant of it into its place. */
static void add_part(struct engine *e, struct multicall *multi, const struct call *member)
{
	size_t n = multi->n_parts;

	if (gate_part(e->gate, member, n) < 0) {
		add_fault(multi, FAULT_FAILED, "FAILED: too many open files");
		return;
	}
	multi->n_parts++;
	add_value(multi, json_pack("{s:I}", "part", (json_int_t)n));
}

static void take(struct engine *e, struct call *member)
{
	struct multicall *multi = member->parent->multi;

	multi->waiting = NULL;
	member->parent->usage |= member->usage;
	if (member->fault)
		add_fault(multi, member->fault,
			  member->text ? member->text : "FAILED: out of memory");
	else if (member->fd >= 0)
		add_part(e, multi, member);
	else
		add_result(multi, member);
}

void multicall_take(struct engine *e, struct call *member)
{
	take(e, member);
	e->again = true;
}

/* --- members --- */

static struct call *make_member(struct call *call, const char *method, json_t *params)
{
	struct call *member = call_new(call->id, method, params ? json_incref(params) :
								  json_array());

	if (!member)
		return NULL;
	member->parent = call;
	member->who = call->who;
	member->safe = call->safe;
	member->dispatched = true;
	return member;
}

static void begin(struct engine *e, struct call *call, const char *method, json_t *params)
{
	struct call *member = make_member(call, method, params);

	if (!member) {
		add_fault(call->multi, FAULT_FAILED, "FAILED: out of memory");
		return;
	}
	call->multi->waiting = member;
	DL_APPEND(e->calls, member);
	rpc_dispatch(e, member);
	if (!member->answered)
		return;
	DL_DELETE(e->calls, member);
	take(e, member);
	call_free(member);
}

static void begin_next(struct engine *e, struct call *call)
{
	struct multicall *multi = call->multi;
	const json_t *spec = json_array_get(multi->members, multi->next++);
	const char *method = json_string_value(json_object_get(spec, "methodName"));

	if (!method)
		add_fault(multi, FAULT_INCORRECT_PARAMETERS, "INCORRECT_PARAMETERS: No methodName");
	else if (strcmp(method, call->method) == 0)
		add_fault(multi, FAULT_INCORRECT_PARAMETERS,
			  "INCORRECT_PARAMETERS: Recursive system.multicall forbidden");
	else
		begin(e, call, method, json_object_get(spec, "params"));
}

static void finish(struct call *call)
{
	struct multicall *multi = call->multi;

	strbuf_adds(&multi->text, multi->text.len ? "]" : "[]");
	call_result_text(call, strbuf_steal(&multi->text));
}

/*
 * Others first, when this has taken a while; and svd-httpd, when it has not yet taken the files:
 * each is a descriptor of ours until then, and when it has taken them there is another turn.
 */
static bool has_to_pause(struct engine *e, struct multicall *multi, double until)
{
	if (clock_mono() > until)
		timer_start(&multi->pause, 0);
	return timer_is_armed(&multi->pause) || (multi->n_parts && gate_is_behind(e->gate));
}

/* Those that the end of svd leaves no time for. */
static void refuse_rest(struct multicall *multi)
{
	for (; multi->next < json_array_size(multi->members); multi->next++)
		add_fault(multi, FAULT_SHUTDOWN_STATE, fault_name(FAULT_SHUTDOWN_STATE));
}

static void step(struct engine *e, struct call *call)
{
	double until = clock_mono() + (e->ended ? LAST_SLICE : SLICE);
	struct multicall *multi = call->multi;

	while (!multi->waiting && multi->next < json_array_size(multi->members)) {
		if (!e->ended && has_to_pause(e, multi, until))
			return;
		if (e->ended && clock_mono() > until)
			refuse_rest(multi);
		else
			begin_next(e, call);
	}
	if (!multi->waiting)
		finish(call);
}

/* That it has fired is enough: a turn follows. */
static void on_pause(struct timer *t)
{
	(void)t;
}

void rpc_multicall(struct engine *e, struct call *call)
{
	const json_t *members = json_array_get(call->params, 0);

	if (json_array_size(members) > MEMBERS_MAX) {
		call_fault(call, FAULT_FAILED, "more than %d calls in one", MEMBERS_MAX);
		return;
	}
	call->multi = calloc(1, sizeof(*call->multi));
	if (!call->multi) {
		call_fault(call, FAULT_FAILED, "out of memory");
		return;
	}
	call->multi->members = members;
	timer_init(&call->multi->pause, e->loop, on_pause);
	call->step = step;
	step(e, call);
}
