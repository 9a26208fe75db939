/* capture.h - capture mode: messages for svd in the middle of a program's output */
#ifndef SVD_LOGD_CAPTURE_H
#define SVD_LOGD_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/macro.h"

#define CAPTURE_BEGIN "<!--XSUPERVISOR:BEGIN-->"
#define CAPTURE_END "<!--XSUPERVISOR:END-->"

/* Where are we? All zero: outside of a message and of a token. */
struct capture_place {
	bool     inside;	/* a message */
	unsigned matched;	/* bytes of the token that would end this */
};

enum capture_kind { CAPTURE_NOTHING, CAPTURE_TEXT, CAPTURE_BEGINS, CAPTURE_ENDS };

struct capture_piece {
	enum capture_kind kind;
	const char *p;		/* CAPTURE_TEXT, borrowed from the input or static */
	size_t      n;
};

/*
 * The next piece of the n > 0 bytes at in. Returns how many of them are done with, which can be 0.
 * CAPTURE_NOTHING: they were the beginning of what may become a token, and are in the place.
 */
size_t capture_next(struct capture_place *place, const char *in, size_t n,
		    struct capture_piece *ret);

/* Nothing comes any more: the beginning of a token was text. As capture_next without input. */
void capture_rest(struct capture_place *place, struct capture_piece *ret);

/* A message while it comes: the last `max` bytes of it, as a ring. */
struct capture {
	struct capture_place place;
	size_t max;	/* bytes; 0: no capture mode */
	char  *buf;	/* owned; NULL: no message has begun yet */
	size_t cap, len, at;	/* bytes; at: the oldest one, when the ring is full */
	bool   cut;	/* something was lost */
};

void capture_done(struct capture *c);

/* Keeps the bytes; without memory for them the message is cut. */
void capture_add(struct capture *c, const char *p, size_t n);

/* The message in one piece, until the next call. */
const char *capture_text(struct capture *c, size_t *ret_len);

/* Forget the message, keep the memory. */
void capture_reset(struct capture *c);

#endif
