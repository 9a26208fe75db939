/* client.h - calls to the server's method table over HTTP */
#ifndef SVD_SVCTL_CLIENT_H
#define SVD_SVCTL_CLIENT_H

#include <jansson.h>

#include "base/err.h"
#include "base/macro.h"

struct client;

enum answer_kind { ANSWER_RESULT, ANSWER_FAULT, ANSWER_FAILED };

/* What came of a call. */
struct answer {
	enum answer_kind kind;
	json_t *result;		/* ANSWER_RESULT: owned */
	int     fault;		/* ANSWER_FAULT: a code of rpc/faults.h ... */
	char   *fault_text;	/* ... and its text, owned */
	int     error;		/* ANSWER_FAILED: errno of connecting, when that failed, or 0 */
	long    http_status;	/* ANSWER_FAILED: when it was not 200, or 0 */
	struct err err;		/* ANSWER_FAILED: why */
};

/*
 * A client of the server at that url; nothing is opened before the first call. Username and
 * password may be NULL: then those of the url count, if it has any. NULL: no memory.
 */
struct client *client_new(const char *serverurl, const char *username, const char *password);
void client_free(struct client *c);	/* NULL is allowed */

/* The next call uses these. 0 or -ENOMEM. */
must_check int client_set_login(struct client *c, const char *username, const char *password);

/*
 * Calls the method and waits for its answer, however long that takes; only connecting has a limit.
 * params is an array and taken over, NULL means none. The connection is kept for the next call.
 * The answer is the caller's to give back with answer_done, whatever its kind.
 */
enum answer_kind client_call(struct client *c, const char *method, json_t *params,
			     struct answer *ret_answer);
void answer_done(struct answer *a);

#endif
