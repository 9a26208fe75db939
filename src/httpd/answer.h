/* answer.h - the ways to answer a request */
#ifndef SVD_HTTPD_ANSWER_H
#define SVD_HTTPD_ANSWER_H

struct reply;
struct request;
struct strbuf;

/* libmicrohttpd changes its own name for this one from release to release. */
enum { HTTP_TOO_LARGE = 413 };

/*
 * Each prepares r->response and returns the status to answer with, which is 500 with no response
 * where memory is short.
 */

/* text, of that Content-Type, is stolen. */
unsigned answer_text(struct request *r, unsigned status, const char *type, struct strbuf *text);

/* No more words than the name of the status. */
unsigned answer_status(struct request *r, unsigned status);

/* A result or a fault as XML-RPC has it; a result in a file is read from there. */
unsigned answer_xmlrpc(struct request *r, struct reply *reply);

/* The status for a call that could not be sent; error: what rpc_start() returned. */
unsigned answer_unsent(int error);

#endif
