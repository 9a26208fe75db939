/* follow.h - what the server sends as it comes: logs that grow, events */
#ifndef SVD_SVCTL_FOLLOW_H
#define SVD_SVCTL_FOLLOW_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/macro.h"
#include "base/strbuf.h"

struct client;
struct follow;

enum { FOLLOW_MAX = 512 };	/* streams at once */

/* Who takes what comes. */
struct follow_reader {
	/* A piece; false: there shall be no more of this stream. */
	bool (*take)(void *arg, const char *data, size_t n);
	/* A header of the answer, not terminated; NULL: they do not matter. */
	void (*header)(void *arg, const char *line, size_t n);
	/* That was all. http_status 0: there was no answer, and why says why not. */
	void (*end)(void *arg, long http_status, const char *why);
	void *arg;
};

/* NULL: no memory. The client is borrowed. */
struct follow *follow_new(struct client *c);
void follow_free(struct follow *f);	/* NULL is allowed */

/*
 * One stream more, by its path at the server, not encoded, and a query that is, or NULL. reader is
 * copied. NULL: what comes goes to standard output as it is; what goes wrong with it later is said
 * on standard error, in Supervisor's words, and is the end of this one only. 0, or -errno with err.
 */
must_check int follow_add(struct follow *f, const char *path, const char *query,
			  const struct follow_reader *reader, struct err *err);

/* Appends the text as a part of a path or, with its slashes encoded, of a query. */
void follow_encode(struct strbuf *sb, const char *text, bool is_path);

enum follow_news {
	FOLLOW_ENDED,	/* all streams have; only without an input_fd */
	FOLLOW_INPUT,	/* input_fd can be read */
	FOLLOW_STOPPED,	/* interrupt_seen(), nobody takes our output any more, or no memory */
};

/* Copies what is there. */
void follow_look(struct follow *f);

/* Copies what comes until there is news. input_fd may be -1. Belongs behind interrupt_catch. */
enum follow_news follow_wait(struct follow *f, int input_fd);

#endif
