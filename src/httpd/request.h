/* request.h - the life of one HTTP request */
#ifndef SVD_HTTPD_REQUEST_H
#define SVD_HTTPD_REQUEST_H

#include <microhttpd.h>
#include <stdbool.h>

#include "base/strbuf.h"
#include "httpd/client.h"
#include "httpd/rpc.h"
#include "httpd/server.h"
#include "ipc/loop.h"

struct route;

/* What makes an answer that takes more than one reply of svd. */
struct work_type {
	void (*free)(void *work);
	void (*end)(void *work);	/* the server is quiesced; NULL: it ends by itself */
};

struct request {
	struct server *server;		/* borrowed */
	struct client *client;		/* borrowed */
	struct MHD_Connection *connection;	/* borrowed */
	const struct route *route;	/* borrowed; NULL when refused */
	struct strbuf body;
	unsigned     status;		/* HTTP; 0: not decided yet */
	struct MHD_Response *response;	/* owned; NULL: the status says it all */
	bool         is_post;		/* its method is POST */
	bool         is_head;		/* its method is HEAD */
	char        *url;		/* owned; without the query */
	char        *user;		/* owned; who logged in; NULL: nobody did */
	struct call  call;
	const struct work_type *work_type;
	void        *work;		/* owned, as its type says; NULL: none */
	struct io    hangup;		/* while suspended: does the client still listen? */
	struct timer look;		/* until hangup is worth its system calls */
	struct timer grace;		/* it has stopped talking; how long it may still listen */
	bool         at_once;		/* refused, and the rest of it is not worth waiting for */
	bool         suspended;
	bool         aborted;		/* nobody will read an answer */
	struct request *prev, *next;	/* in server->requests */
};

/*
 * The headers have come. Decides what this request is; it is answered when its body has been
 * read, also when it is refused, or the client would still be sending and never see the answer;
 * unless it is to be answered at_once. NULL: no memory.
 */
struct request *request_new(struct server *server, struct client *client,
			    struct MHD_Connection *connection, const char *url, const char *method);

/* Takes a piece of the body. */
void request_feed(struct request *r, const char *p, size_t n);

/*
 * The body is complete, or the request was resumed: answers it or suspends it. MHD_NO: the
 * connection is to be closed.
 */
enum MHD_Result request_finish(struct request *r);

/* While it waits for something of ours its client may go away, which is all that is looked for. */
void request_suspend(struct request *r);
void request_resume(struct request *r);

/* work, of a type other than NULL, is the request's from now on. */
void request_work(struct request *r, const struct work_type *type, void *work);

/* Its answer has no end: a client that is silent, or reads slowly, is to be borne with. */
void request_be_patient(struct request *r);

/* Goes on with a suspended request so that its connection can be closed. */
void request_abort(struct request *r);

/* It has been answered, or its connection has ended. Tells svd if a call was under way. */
void request_free(struct request *r);

#endif
