/* call.h - one RPC call, from its arrival to its answer */
#ifndef SVD_SVD_CALL_H
#define SVD_SVD_CALL_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/macro.h"
#include "rpc/faults.h"
#include "svd/access.h"

struct call;
struct clearing;
struct engine;
struct multicall;
struct plugin;

/*
 * A handler answers at once (call_result, call_fault) or sets `step` and returns: the call then
 * waits. The step is asked again in each turn in which something changed, until it has answered.
 * Every wait has an end: what is waited for comes, or fails, or the client goes away.
 */
typedef void call_step_fn(struct engine *e, struct call *call);

struct call {
	struct call *prev, *next;
	json_int_t   id;		/* svd-httpd's number */
	char        *method;		/* owned */
	bool         own;		/* svd-httpd asks for itself, not for a client's call */
	bool         safe;		/* it may change nothing: it came by GET */
	struct who   who;		/* owned, but a member's is its parent's: who calls */
	bool         dispatched;
	json_t      *params;		/* owned; once dispatched an array that fits the table */
	bool         answered;
	json_t      *result;		/* owned; the answer, or */
	char        *result_text;	/* owned; the answer as JSON, or */
	int          fd;		/* owned; goes with the result; -1: none */
	unsigned long question;		/* of the step, to svd-logd: see logs_count */
	bool         usage;		/* svd-httpd adds what the processes in it use */
	bool         unsafe;		/* it is a fault, since it would have changed something */
	int          fault;		/* the fault's code, not 0, and */
	char        *text;		/* owned; its text; NULL: no memory */
	call_step_fn *step;		/* NULL: does not wait */
	struct wait *wait;		/* owned; what the step waits for, or */
	struct follower *follower;	/* owned; it hears of events until it is gone, or */
	struct clearing *clearing;	/* owned, or */
	struct multicall *multi;	/* owned; what has come of its members, and what comes */
	struct plugin *plugin;		/* borrowed; whose method it is; or NULL */
	struct call *parent;		/* borrowed; the multicall it is a member of, or NULL */
	double       until_mono;	/* for so long a log; 0: has not begun to wait */
};

/* params is stolen, method copied. NULL: no memory. */
must_check struct call *call_new(json_int_t id, const char *method, json_t *params);
void call_free(struct call *call);

/* The answer; result is stolen (NULL, for want of memory, becomes a fault). */
void call_result(struct call *call, json_t *result);

/* The answer as JSON text, which is the call's from now on; NULL as above. */
void call_result_text(struct call *call, char *text);

/* An answer from a file: svd-httpd gets the descriptor with it. fd is the call's from now on. */
void call_result_file(struct call *call, json_t *result, int fd);

/* A fault. fmt NULL: the bare name, as "SHUTDOWN_STATE"; else "NAME: text". */
void call_fault(struct call *call, enum fault code, const char *fmt, ...) printf_like(3, 4);

/*
 * Look the method up, check state and arguments, and run it. Afterwards the call is answered or
 * has a step. Refusal is the default: UNKNOWN_METHOD, INCORRECT_PARAMETERS, SHUTDOWN_STATE come
 * before any handler.
 */
void rpc_dispatch(struct engine *e, struct call *call);

/* The parameter at i: its text; its truth, or the default when it was left out. */
const char *call_string(const struct call *call, size_t i);
bool call_bool(const struct call *call, size_t i, bool otherwise);

/* The parameter at i, a number or the text of one. false: it is none. */
must_check bool call_int(const struct call *call, size_t i, int64_t *ret_number);

/* The handlers of methods.def. */
typedef void rpc_handler_fn(struct engine *e, struct call *call);
#define METHOD(name, result, parameters, flags, handler, help) rpc_handler_fn handler;
#include "svd/methods.def"
#undef METHOD

#endif
