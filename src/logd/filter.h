/* filter.h - what becomes of a channel's bytes on their way to the file */
#ifndef SVD_LOGD_FILTER_H
#define SVD_LOGD_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/macro.h"
#include "base/strbuf.h"
#include "logd/ansi.h"
#include "logd/capture.h"
#include "logd/format.h"
#include "logd/spec.h"

/*
 * THE CHAIN: capture mode, strip, (seen,) format. Nothing in here knows of descriptors. What comes
 * out does not depend on how the bytes were cut into calls, only on time: a line of a format that
 * does not end for `linesecs` goes in parts.
 *
 * WHAT IS INSIDE. Bytes that are in the pipe outlive us, bytes that are in here do not. So a caller
 * that can wait is told to leave in the pipe what is unfinished (FILTER_PATIENT): a message of
 * capture mode without its end, the beginning of a token or of an escape sequence, with a format a
 * line without its end. When it has to be taken all the same (FILTER_EAGER: the pipe is full, or
 * nobody will write to it any more), or has waited for a second, the filter holds it: at most
 * capture bytes of a message, linemax bytes of a line, 24 of a token. Of an escape sequence only
 * its kind is held.
 */
enum filter_how { FILTER_PATIENT, FILTER_EAGER };

struct filter_time {
	double wall, mono;
};

/* Called from within filter_run and filter_end. p is borrowed until they return. */
struct filter_ops {
	/*
	 * Text without tokens and escape sequences and before its format, in order. captured: it
	 * is part of a message of capture mode (which are only said to those to whom Supervisor
	 * says them: listeners of PROCESS_LOG events and the debug log).
	 */
	void (*on_seen)(void *user, const char *p, size_t n, bool captured);
	/* A whole message of capture mode. cut: just its end, the beginning was too much. */
	void (*on_captured)(void *user, const char *p, size_t n, bool cut);
};

enum { FILTER_ROOM = 256 * 1024 };

/* What all filters share. */
struct filters {
	const struct filter_ops *ops;	/* borrowed */
	size_t room;	/* bytes that one call may append, unless it is one line; FILTER_ROOM */
	struct strbuf text;		/* owned; of one call: text without sequences */
};

void filters_init(struct filters *all, const struct filter_ops *ops);
void filters_done(struct filters *all);

struct filter {
	struct filters *all;	/* borrowed */
	void           *user;	/* for the ops */
	struct filter_spec spec;
	struct capture  capture;
	bool            captures;	/* what comes is a part of a message */
	enum ansi_state ansi;
	struct format   format;
	struct strbuf   line;	/* with a format: a line whose end has not come */
	bool            inside;	/* a part of that line has gone before */
	double          since;	/* monotonic; something waits for its end; 0: nothing */
	double          due;	/* see filter_run */
	uint64_t        lines;	/* read, if filter_counts */
};

/*
 * One for each channel, also for one whose bytes pass as they are, as this may change. speaker is
 * copied. 0 or -ENOMEM.
 */
must_check int filter_new(struct filters *all, const struct filter_spec *spec,
			  const struct speaker_spec *speaker, void *user, struct filter **ret);
void filter_free(struct filter *f);	/* with what it holds; NULL is allowed */

/* Is what goes to the file anything but what came? Otherwise there is only filter_see. */
bool filter_changes(const struct filter *f);

/* Are lines to be counted? -1 stands for a number that nobody knows. */
bool filter_counts(const struct filter *f);

/* These bytes go to the file as they are (not filter_changes): count them and show them. */
void filter_see(struct filter *f, const char *in, size_t n);

/*
 * Appends to out what the file is to get of the n bytes at in. Returns how many of these are done
 * with: they have to leave the pipe, and what is behind them comes again, first, at the next call.
 * Unless that is 0, there may be more to do at once. out->oom afterwards: they are lost.
 *
 * f->due is 0, or the moment at which the caller wants to call again, with whatever is in the pipe
 * then (n may be 0), though nothing new has come: that is how lines that do not end get out.
 */
size_t filter_run(struct filter *f, const char *in, size_t n, enum filter_how how,
		  const struct filter_time *now, struct strbuf *out);

/*
 * Nothing comes any more: appends what is held. A message of capture mode without its end is
 * forgotten, as by Supervisor. The filter is as new.
 */
void filter_end(struct filter *f, const struct filter_time *now, struct strbuf *out);

/* From now on as spec says. What is held goes to out in its old form. */
void filter_change(struct filter *f, const struct filter_spec *spec,
		   const struct filter_time *now, struct strbuf *out);

#endif
