/* slate.h - what a successor has to know of the stages, in memory that outlives us */
#ifndef SVD_LOGD_SLATE_H
#define SVD_LOGD_SLATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/macro.h"

enum { SLATE_LINES = 16 };

/*
 * A page that svd keeps for our successor. We may be killed between any two system calls, so each
 * line is written before the call that makes it true; of an empty stage it says nothing.
 */
enum slate_kind {
	SLATE_RAW,	/* moved: what is in the stage is in the program's pipe no more */
	SLATE_DRAFT,	/* text, not written to its end: in the pipe is all that it is made of */
	SLATE_TEXT,	/* text that stands for `input` bytes of the pipe: see stage_write */
	SLATE_DEAD,	/* given up: it goes to nowhere */
};

struct slate_line {
	int64_t  channel;	/* svd's number for it */
	uint64_t input;		/* bytes that are still to be taken out of the pipe */
	uint64_t size;		/* bytes that were put in; 0: not known yet, all are still there */
	uint32_t kind;		/* enum slate_kind */
	uint32_t fresh;		/* see stage_get */
};

struct slate_page {
	uint64_t magic;
	struct slate_line lines[SLATE_LINES];
};

struct slate {
	int fd;				/* owned; of the memory */
	struct slate_page *page;	/* owned; mapped */
};

/*
 * An empty slate, where fd is -1, or that of our predecessor; then fd is the slate's from now on,
 * also on failure. 0 or -errno; -EPROTO: it is that of another version.
 */
must_check int slate_init(struct slate *slate, int fd);
void slate_done(struct slate *slate);

/* All members at once: of an empty stage, before it is filled. */
void slate_set(struct slate_line *line, enum slate_kind kind, int64_t channel, uint64_t input);

/* One of them, after what was done before and before what is done next. */
void slate_set_kind(struct slate_line *line, enum slate_kind kind);
void slate_set_input(struct slate_line *line, uint64_t input);
void slate_set_size(struct slate_line *line, uint64_t size, bool fresh);

#endif
