/* sse.h - server-sent events, out of the stream that brings them */
#ifndef SVD_SVCTL_SSE_H
#define SVD_SVCTL_SSE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/macro.h"
#include "base/strbuf.h"
#include "svctl/lines.h"

/* An event's data that is longer is left out, and so is one with a line that is. */
#define SSE_DATA_MAX LINES_LONGEST

struct sse {
	/* An event that is complete; the data of n bytes is terminated. */
	void (*take)(void *arg, const char *data, size_t n);
	void *arg;
	struct lines lines;
	struct strbuf data;	/* of the event that comes */
	bool has_data, too_long;
};

void sse_init(struct sse *s, void (*take)(void *arg, const char *data, size_t n), void *arg);
void sse_done(struct sse *s);

/* Gives out the events that are complete now. 0 or -ENOMEM. */
must_check int sse_feed(struct sse *s, const char *bytes, size_t n);

#endif
