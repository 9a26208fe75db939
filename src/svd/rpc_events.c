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
