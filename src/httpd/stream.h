/* stream.h - an answer of server-sent events, which has no end */
#ifndef SVD_HTTPD_STREAM_H
#define SVD_HTTPD_STREAM_H

#include <stdbool.h>
#include <stddef.h>

#include "base/macro.h"
#include "base/strbuf.h"
#include "ipc/loop.h"

struct request;

/* Embedded in what tells something. */
struct stream {
	struct request *request;	/* borrowed */
	struct strbuf   out;		/* what is to be sent, */
	size_t          at;		/* ... and how much of it has been */
	bool            is_over;	/* nothing comes after that */
	struct timer    silence;
	/* All has been sent: may append to out; NULL: there is nothing to say. */
	void          (*on_drained)(struct stream *s);
};

void stream_init(struct stream *s, struct request *r, void (*on_drained)(struct stream *s));
void stream_done(struct stream *s);

/* The answer begins: prepares r->response and returns its status. */
unsigned stream_begin(struct stream *s);

/* Bytes that wait for the client. */
size_t stream_queued(const struct stream *s);

/* Append an event: data is one line; n bytes. */
void stream_add(struct stream *s, const char *event, const char *data, size_t n);

/* Append events that have their lines already. */
void stream_add_text(struct stream *s, const char *text, size_t n);

/* There is something to send, or is_over was set. */
void stream_go_on(struct stream *s);

/* No more comes: the answer ends when all of it has been sent. */
void stream_end(struct stream *s);

#endif
