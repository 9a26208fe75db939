/*
 * rpc.c - the dispatcher: every call of every client passes here, and what is refused is refused
 * here.
 */
#include <errno.h>

#include "svd/engine.h"
#include "svd/log.h"
#include "svd/methods.h"
#include "svd/params.h"
#include "svd/permit.h"
#include "svd/plugins.h"

/* The reasons are for callers by name; XML-RPC clients see what Supervisor says. */
static bool take_params(struct call *call, const struct method *m)
{
	struct err err;
	int ret = params_settle(m->parameters, &call->params, &err);

	if (ret == -ENOMEM)
		call_fault(call, FAULT_FAILED, "out of memory");
	else if (ret < 0 && *err.text)
		call_fault(call, FAULT_INCORRECT_PARAMETERS, "%s", err.text);
	else if (ret < 0)
		call_fault(call, FAULT_INCORRECT_PARAMETERS, NULL);
	return ret == 0;
}

static void refuse_unsafe(struct call *call)
{
	call_fault(call, FAULT_FAILED, "%s changes something", call->method);
	call->unsafe = true;
}

static void run(struct engine *e, struct call *call, const struct method *m)
{
	call->plugin = m->plugin;
	/* A line about the end of the log is for the next one. */
	if (!method_is_safe(m) && !call->own && m->handler != rpc_clear_log)
		permit_log(call, m);
	m->handler(e, call);
}

static void dispatch(struct engine *e, struct call *call)
{
	const struct method *m = method_find(e, call->method, call->own);

	if (!m)
		call_fault(call, FAULT_UNKNOWN_METHOD, NULL);
	else if (call->safe && !method_is_safe(m))
		refuse_unsafe(call);
	else if (!take_params(call, m))
		return;
	else if (!permit_call(e, call, m))
		return;
	else if (e->mood != MOOD_RUNNING && !(m->flags & FREE))
		call_fault(call, FAULT_SHUTDOWN_STATE, NULL);
	else if (plugin_leaves_out(m))
		call_fault(call, FAULT_NOT_IN_WHITELIST, "%s", call->method);
	else
		run(e, call, m);
}

void rpc_dispatch(struct engine *e, struct call *call)
{
	if (call->own || call->step) {	/* a step: that it came was said */
		dispatch(e, call);
		return;
	}
	log_trace("XML-RPC method called: %s()", call->method);
	dispatch(e, call);
	if (call->fault)
		log_trace("XML-RPC method %s() returned fault: [%d] %s", call->method, call->fault,
			  call->text ? call->text : fault_name((enum fault)call->fault));
	else	/* Supervisor says so of one that waits, too. */
		log_trace("XML-RPC method %s() returned successfully", call->method);
}
