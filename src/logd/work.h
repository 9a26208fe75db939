/* work.h - what is done to a file in one go, and may take for ever */
#ifndef SVD_LOGD_WORK_H
#define SVD_LOGD_WORK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "logd/baton.h"
#include "logd/look.h"
#include "logd/spec.h"
#include "logd/stage.h"
#include "logd/target.h"

/*
 * Each kind is one group of system calls on one file. While they run, nothing but this struct and
 * the stage that is written is touched, and nobody else touches these; all that they need is copied
 * here before, and what came of it is applied afterwards. So whoever waits for a disk waits here.
 */
enum work_kind {
	WORK_NONE,
	WORK_OPEN,	/* close what is open, open path */
	WORK_END,	/* how long is it, and does it end inside a line? */
	WORK_CUT,	/* take an unfinished line off its end */
	WORK_ROTATE,	/* give it a number and begin a new one */
	WORK_WRITE,	/* n bytes of a stage; begin anew where others have removed the file */
};

struct work {
	struct risk  risk;
	struct sink *sink;	/* borrowed; whose it is */
	enum work_kind kind;

	/* before */
	const char *path;	/* borrowed; constant */
	struct sink_rules rules;
	int         stage;	/* borrowed; read end */
	size_t      n;		/* bytes in it */
	bool        newline;	/* a line of others is ended first, if there is one */

	/* before and after */
	struct target target;
	uint64_t    size;	/* of the file */
	enum sink_end end;

	/* after */
	int         ret;	/* 0 or -errno */
	const char *what;	/* static; what failed: "open", "write", "rotate" */
	size_t      moved;	/* bytes out of the stage, also when the rest failed */
	bool        rotated;	/* it was ours to rotate, and was */
	bool        closed;	/* the file that was open is not any more */
	time_t      written_at;	/* of a file that was opened: see target_written_at; -1: none was */

	struct look look;	/* owned; for bytes that must be copied; all zero: not needed yet */
};

/* Does it. kind is as before. */
void work_do(struct work *w);

/* It came too late: what it has opened nobody will know of. See undo in struct risk. */
void work_undo(struct work *w);

/* It was not tried. */
void work_cannot(struct work *w, int code);
void work_free(struct work *w);	/* the target stays its owner's; NULL is allowed */

#endif
