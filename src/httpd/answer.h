/* answer.h - the ways to answer a request */
#ifndef SVD_HTTPD_ANSWER_H
#define SVD_HTTPD_ANSWER_H

#include <jansson.h>

struct piece_form;
struct reply;
struct request;
struct strbuf;

/* libmicrohttpd changes its own name for this one from release to release. */
enum { HTTP_TOO_LARGE = 413 };

#define ANSWER_JSON "application/json"

/* Supervisor's, word by word: it is what browsers keep a password for. */
#define ANSWER_CHALLENGE "Basic realm=\"default\""

/*
 * Each prepares r->response and returns the status to answer with, which is 500 with no response
 * where memory is short.
 */

/* A header more; nothing happens without a response. */
void answer_header(struct request *r, const char *name, const char *value);

/* text, of that Content-Type, is stolen. */
unsigned answer_text(struct request *r, unsigned status, const char *type, struct strbuf *text);

/* No more words than the name of the status. */
unsigned answer_status(struct request *r, unsigned status);

/* A value of JSON, which nobody may keep; NULL is for want of memory. Or its text, stolen. */
unsigned answer_json(struct request *r, unsigned status, const json_t *value);
unsigned answer_json_text(struct request *r, unsigned status, struct strbuf *text);

/* A fault as the JSON API tells it, see httpd/apifault.h. */
unsigned answer_fault(struct request *r, unsigned status, int code, const char *text);

/* A result in a file, in a message of that form and type. */
unsigned answer_piece(struct request *r, struct reply *reply, const struct piece_form *form,
		      const char *type);

/* A result or a fault as XML-RPC has it; a result in a file is read from there. */
unsigned answer_xmlrpc(struct request *r, struct reply *reply);

/* The status for a call that could not be sent; error: what rpc_start() returned. */
unsigned answer_unsent(int error);

#endif
