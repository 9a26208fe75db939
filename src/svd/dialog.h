/* dialog.h - what an event listener says, taken apart: the protocol, without any I/O */
#ifndef SVD_SVD_DIALOG_H
#define SVD_SVD_DIALOG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/macro.h"
#include "base/strbuf.h"

/*
 * The listener says "READY\n" and gets an event; it says "RESULT n\n" and n bytes, and we are
 * where we began. Anything else ends the understanding for the rest of its life. Mirrors
 * PEventListenerDispatcher.
 *
 * Who is `lenient` takes it by lines: those that are not the protocol's are ignored, where a READY
 * or a RESULT could stand. What is the protocol's but out of place is not: a READY without a result
 * and a RESULT without a number end it, since each would wait for the other for ever.
 */
enum dialog_state {
	DIALOG_ACKNOWLEDGED,	/* waits for READY */
	DIALOG_READY,		/* waits for an event */
	DIALOG_BUSY,		/* waits for a RESULT */
	DIALOG_UNKNOWN,		/* waits for nothing */
	DIALOG_N_STATES
};

enum dialog_said {
	SAID_NOTHING,		/* nothing that is complete */
	SAID_READY,		/* it is READY now */
	SAID_RESULT,		/* text: the result; it is ACKNOWLEDGED now */
	SAID_BAD_RESULT,	/* text: a line that should have been RESULT n; UNKNOWN now */
	SAID_NOISE,		/* it spoke out of turn; UNKNOWN now */
	SAID_IGNORED,		/* text: a line that is none of the protocol's; all is as it was */
};

enum {
	DIALOG_LINE_MAX = 4096,			/* bytes of a line; of a longer one is no text */
	DIALOG_RESULT_MAX = 1024 * 1024,	/* bytes of a result */
};

/* All zero is a new life. */
struct dialog {
	enum dialog_state state;
	bool        lenient;	/* the owner's to set, at any time */
	bool        is_skipping;	/* ... a line that was too long to be kept */
	struct strbuf in;	/* what was heard */
	size_t      at;		/* ... and how much of it is done with */
	bool        has_line;	/* BUSY: the RESULT line was there, */
	size_t      result_len;	/* ... it promised so many bytes */
	const char *text;	/* borrowed from `in` until dialog_hear; see enum dialog_said */
	size_t      text_len;
};

void dialog_done(struct dialog *d);	/* all zero again */

/* The listener wrote n bytes, any piece of what it has to say. */
void dialog_hear(struct dialog *d, const void *p, size_t n);

/* The next whole thing that it said, and the state after it; ask until SAID_NOTHING. */
enum dialog_said dialog_next(struct dialog *d);

/* It was READY and has been sent an event: it is BUSY. */
void dialog_sent(struct dialog *d);

/* What it says is of no use any more: it is UNKNOWN. */
void dialog_give_up(struct dialog *d);

/* Supervisor's name of a state: "READY". */
const char *dialog_state_name(enum dialog_state state);

#endif
