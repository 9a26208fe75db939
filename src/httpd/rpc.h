/* rpc.h - calls to svd that wait for their reply */
#ifndef SVD_HTTPD_RPC_H
#define SVD_HTTPD_RPC_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/macro.h"
#include "httpd/parts.h"
#include "ipc/frame.h"

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

/* What svd answered: a result, or a fault, or (both NULL) something that nobody understands. */
struct reply {
	const json_t *result;	/* borrowed */
	const char   *json;	/* borrowed; the result for a call that says as_text, and */
	size_t        json_len;	/* its bytes */
	int           code;
	const char   *text;	/* borrowed */
	bool          unsafe;	/* a fault, because a safe call would change something */
	int           fd;	/* of the result's file, may be taken (set it to -1); -1: none */
};

struct strbuf;
struct usage;

/* One call, embedded in what waits for it. */
struct call {
	uint64_t id;	/* 0: not under way */
	bool     as_text;	/* the result need not be read, unless something belongs into it */
	bool     own;	/* not a client's: see OWN in svd/methods.def */
	bool     safe;	/* it may change nothing */
	int      server;	/* number of the one that it came by */
	const char *peer;	/* borrowed; whose it is: members of the frame, as JSON text */
	const char *user;	/* borrowed; who logged in; NULL: nobody did */
	struct parts parts;	/* owned; what came of it before its reply */
	void   (*on_reply)(struct call *call, struct reply *reply);
	/* Of one that follows events; text: the event in the lines of server-sent events, or "". */
	void   (*on_event)(struct call *call, const struct frame *frame,
			   const struct strbuf *text);
	UT_hash_handle hh;
};

struct rpc {
	struct link *link;	/* borrowed */
	struct usage *usage;	/* borrowed; for replies that want it */
	uint64_t     last_id;
	struct call *calls;	/* by id; each borrowed */
};

/*
 * Sends the call. call->on_reply comes once, later, unless rpc_drop comes before. Returns 0,
 * -EMSGSIZE (too large for a frame), -ENOBUFS or -EPIPE (svd does not listen), or -ENOMEM.
 */
must_check int rpc_start(struct rpc *rpc, struct call *call, const char *method,
			 const json_t *params);

/* Nobody waits for this call any more; tells svd. Nothing happens if it is not under way. */
void rpc_drop(struct rpc *rpc, struct call *call);

/* Keeps what a `part` frame brings until its call is answered. */
void rpc_part(struct rpc *rpc, const struct frame *frame);

/* The call of that number, if it still waits; or NULL. */
struct call *rpc_find(const struct rpc *rpc, uint64_t id);

/* Hands a `reply` frame to the call that it answers, if that still waits. */
void rpc_reply(struct rpc *rpc, struct frame *frame);

/* A line for svd's activity log; lost if svd does not listen. level: "info", "warn", ... */
void rpc_log(struct rpc *rpc, const char *level, const char *fmt, ...) printf_like(3, 4);

#endif
