/* hook_body.h - what a webhook posts about an event */
#ifndef SVD_SVD_HOOK_BODY_H
#define SVD_SVD_HOOK_BODY_H

#include "base/macro.h"
#include "conf/config.h"
#include "svd/bus.h"

enum { HOOK_PAYLOAD_MAX = 64 * 1024 };	/* bytes of a payload that are posted */

/* All is borrowed. */
struct notice {
	const struct event *event;
	double      at;		/* wall clock, seconds */
	unsigned    count;	/* events that it stands for */
	const char *server;	/* the identifier of this svd */
	const char *host;
	const char *pool;	/* the name of the hook */
};

/*
 * WEBHOOK_JSON: an object with all that is known, "cut": true where the payload was too long.
 * WEBHOOK_SLACK: an object with "text", a sentence for people. In both, what is no UTF-8 becomes
 * U+FFFD. The text is the caller's to free; NULL: no memory.
 */
must_check char *hook_body(const struct notice *n, enum webhook_format format);

#endif
