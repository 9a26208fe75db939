/* rpc_events.c - methods about events. */
#include <jansson.h>

#include "svd/call.h"
#include "svd/engine.h"
#include "svd/news.h"

void rpc_send_remote_comm_event(struct engine *e, struct call *call)
{
	news_remote(&e->bus, call_string(call, 0), call_string(call, 1));
	call_result(call, json_true());
}

/* It waits for nothing: events are its answer. */
static void stay(struct engine *e, struct call *call)
{
	(void)e;
	(void)call;
}

void rpc_follow_events(struct engine *e, struct call *call)
{
	uint64_t mask = followers_mask(call_string(call, 0));

	if (!mask) {
		call_fault(call, FAULT_BAD_ARGUMENTS, "types");
		return;
	}
	call->follower = follower_new(e, call, mask);
	call->step = stay;
	if (!call->follower)
		call_fault(call, FAULT_FAILED, "out of memory");
}
