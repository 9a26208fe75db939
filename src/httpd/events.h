/* events.h - /api/v1/events: what happens, as it happens */
#ifndef SVD_HTTPD_EVENTS_H
#define SVD_HTTPD_EVENTS_H

#include "ipc/frame.h"

struct request;
struct rpc;

/*
 * GET /api/v1/events, see struct route. types=A,B in the query: names of event types; name=GLOB,
 * any number of times: only events about such processes and groups.
 */
unsigned events_act(struct request *r);

/* Hands an `event` frame to the calls that follow. */
void events_take(struct rpc *rpc, const struct frame *frame);

#endif
