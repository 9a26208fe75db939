/* sink.h - a destination that several channels may share */
#ifndef SVD_LOGD_SINK_H
#define SVD_LOGD_SINK_H

#define HASH_NONFATAL_OOM 1

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <uthash.h>

#include "base/macro.h"
#include "logd/sinks.h"
#include "logd/spec.h"
#include "logd/tally.h"
#include "logd/target.h"
#include "logd/trouble.h"

struct source;

/* Where does the file end? */
enum sink_end {
	END_UNKNOWN,	/* ask the file */
	END_LINE,	/* after a newline, or it is empty */
	END_INSIDE,	/* inside a line, which belongs to the owner if there is one */
};

struct sink {
	UT_hash_handle path_hh, file_hh;
	char          *path;	/* owned; as it is in the configuration */
	struct sinks  *all;	/* borrowed */
	struct target  target;
	struct file_id file_id;	/* key of file_hh; target.id at the time */
	struct sink_rules rules;
	unsigned       sources;	/* channels that write here */
	bool           shared;	/* there were several at a time: whole lines only */
	bool           torn;	/* the line at the end will never be finished */
	enum sink_end  end;
	uint64_t       size;	/* of the file, when it was looked at last */
	struct source *owner;	/* borrowed; who wrote last, NULL: not known or gone */
	double         written_at;	/* monotonic; 0: nobody will finish the line at the end */
	double         rotate_at;	/* after a rotation failed: not before; 0: any time */
	bool           rotate_wanted;	/* by somebody, when the line has ended */
	bool           press_failed;	/* old files cannot be compressed, and that was said */
	time_t         wrote_at;	/* wall clock; the last line, where that matters */
	uint64_t       tend_above;	/* a longer file leaves less of the budget to old ones */
	struct trouble trouble;
	struct tally   tally;
};

enum taken {
	TAKEN_SOME,	/* ask again, there may be more */
	TAKEN_NONE,	/* the pipe is empty */
	TAKEN_LATER,	/* bytes are there and cannot go yet: ask again in a while */
	TAKEN_END,	/* the pipe is empty and has no writer */
};

/*
 * Find or make the sink of a path and add a source to it; the latest rules count. A file that
 * cannot be opened is no failure: it is told as trouble and tried again. 0 or -ENOMEM.
 */
must_check int sink_join(struct sinks *all, const char *path, const struct sink_rules *rules,
			 struct source *src, struct sink **ret_sink);

/* Other rules for the file; what is there stays as it is until the next one is made. */
void sink_set_rules(struct sink *s, const struct sink_rules *rules);

/* The source goes. The last one takes the sink with it. */
void sink_leave(struct sink *s, struct source *src);

/* Take at most one pipe-full out of the source and to the file, or drop it if it must be. */
enum taken sink_take(struct sink *s, struct source *src);

/* Nothing more of the source is wanted: write what its filter holds, or lose it. */
void sink_end(struct sink *s, struct source *src);

/* Close and open every file. */
void sinks_reopen(struct sinks *all);

/*
 * Remove the file of a path and, if channels write there, let them go on in a new one. What is no
 * regular file stays. 0, also when there was no file, or -errno.
 */
must_check int sinks_clear(struct sinks *all, const char *path);

/*
 * Begin a new file at this path now, whatever the size of the old one. 0, also where no channel
 * writes to a regular file there or it is empty, or -errno.
 */
must_check int sinks_rotate(struct sinks *all, const char *path);

/* --- between sink.c and sink_take.c --- */

/* Open what is closed or was removed, ask for the size. 0, or -errno: it cannot be written to. */
must_check int sink_prepare(struct sink *s);

/* Give the full file a number and begin a new one. 0, or -errno: it cannot be written to. */
must_check int sink_rotate(struct sink *s);

bool sink_ends_inside_line(struct sink *s);

/* An attempt to do something ("write") failed, or worked again; bytes were dropped. */
void sink_failed(struct sink *s, const char *what, int code);
void sink_complain(struct sink *s, const char *what, int code);	/* bytes go on all the same */
void sink_healed(struct sink *s);
void sink_lost(struct sink *s, uint64_t bytes);

#endif
