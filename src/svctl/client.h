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
	int     error;		/* ANSWER_FAILED: ETIMEDOUT; errno of connecting; or 0 */
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
 * The next call goes to that server. A login that was given apart goes along, the one that was part
 * of the old url does not. 0 or -ENOMEM.
 */
must_check int client_set_server(struct client *c, const char *serverurl);

/* Another one to the same server with the same login. NULL: no memory. */
struct client *client_clone(const struct client *c);

/* Calls fail from then on (clock_mono), with ETIMEDOUT as their error. INFINITY: never. */
void client_set_deadline(struct client *c, double deadline_mono);

/* Called about once a second while a call waits. It must not use this client. NULL: nothing is. */
void client_on_waiting(struct client *c, void (*on_waiting)(void *arg), void *arg);

/* Where the server is, as it was given; valid until client_set_server. */
const char *client_serverurl(const struct client *c);

/*
 * Calls the method and waits for its answer, however long that takes; only connecting has a limit,
 * unless there is a deadline. It fails within a second when interrupt_seen() becomes true.
 * params is an array and taken over, NULL means none. The connection is kept for the next call.
 * The answer is the caller's to give back with answer_done, whatever its kind.
 */
enum answer_kind client_call(struct client *c, const char *method, json_t *params,
			     struct answer *ret_answer);
void answer_done(struct answer *a);

/*
 * A libcurl handle that gets that path from the server, ready but for its receiver, the caller's to
 * perform and to clean up; no limit but that of connecting. NULL with err.
 */
void *client_get(struct client *c, const char *path, struct err *err);

#endif
