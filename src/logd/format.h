/* format.h - a line of a program as it stands in the file: with time and name, or as JSON */
#ifndef SVD_LOGD_FORMAT_H
#define SVD_LOGD_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "base/logwords.h"
#include "base/macro.h"
#include "base/strbuf.h"
#include "logd/spec.h"

/*
 *	2026-11-23T12:34:56.789Z group:name[pid] stdout: the line
 *	2026-11-23T12:34:56.789Z group:name[pid] stdout+ a part of a line, more of it follows
 *	{"time":"2026-11-23T12:34:56.789Z","program":"name","group":"group","pid":1,
 *	 "channel":"stdout","message":"the line"}		(in one line)
 *	{..., "partial":true}					a part, more of it follows
 *
 * Time is UTC: it means the same on each host and in the night when the clocks go back, and it
 * sorts as text. A group that is named as its program does not stand in the prefix.
 */
struct format {
	enum log_format kind;
	struct strbuf prefix, json;	/* what stands before the text, but for the time */
	char   stamp[32];		/* the time, in that second */
	time_t second;
};

/* speaker is copied. 0 or -ENOMEM. */
must_check int format_init(struct format *f, enum log_format kind,
			   const struct speaker_spec *speaker);
void format_done(struct format *f);

/* How many bytes can a line have more than its text, whose own n bytes become `factor` each? */
size_t format_overhead(const struct format *f, unsigned *ret_factor);

/*
 * Appends a line, its newline too. text: without newline. now: wall clock. Not for FORMAT_RAW.
 * In JSON what is no UTF-8 becomes U+FFFD.
 */
void format_line(struct format *f, double now, const char *text, size_t n, bool partial,
		 struct strbuf *out);

#endif
