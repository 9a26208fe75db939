/* multicall.h - calls within a call: one after the other, answered together */
#ifndef SVD_SVD_MULTICALL_H
#define SVD_SVD_MULTICALL_H

struct call;
struct engine;
struct multicall;

/*
 * A member is a call like others, in the engine's list while it waits: it is dispatched, refused,
 * logged and stepped as they are. Only its answer goes to its parent, with multicall_take, before
 * it is freed.
 */
void multicall_take(struct engine *e, struct call *member);

void multicall_free(struct multicall *multi);	/* NULL is allowed */

#endif
