/* follow.h - logs that the server sends as they grow, copied to standard output */
#ifndef SVD_SVCTL_FOLLOW_H
#define SVD_SVCTL_FOLLOW_H

#include "base/err.h"
#include "base/macro.h"

struct client;
struct follow;

enum { FOLLOW_MAX = 2 };	/* logs at once */

/* NULL: no memory. The client is borrowed. */
struct follow *follow_new(struct client *c);
void follow_free(struct follow *f);	/* NULL is allowed */

/*
 * One log more, by its path at the server, not encoded. What goes wrong with it later is said on
 * standard error, in Supervisor's words, and is the end of this log only. 0, or -errno with err.
 */
must_check int follow_add(struct follow *f, const char *path, struct err *err);

enum follow_news {
	FOLLOW_ENDED,	/* all logs have; only without an input_fd */
	FOLLOW_INPUT,	/* input_fd can be read */
	FOLLOW_STOPPED,	/* interrupt_seen(), nobody takes our output any more, or no memory */
};

/* Copies what is there. */
void follow_look(struct follow *f);

/* Copies what comes until there is news. input_fd may be -1. Belongs behind interrupt_catch. */
enum follow_news follow_wait(struct follow *f, int input_fd);

#endif
