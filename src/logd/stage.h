/* stage.h - pipes of our own, in which bytes stand between a program's pipe and a file */
#ifndef SVD_LOGD_STAGE_H
#define SVD_LOGD_STAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/macro.h"
#include "logd/slate.h"

/*
 * splice(2) holds the locks of both its ends. So nothing is ever spliced from a program's pipe to a
 * file: it goes into a stage first, which costs hardly anything, since only references are moved.
 * When a disk hangs now, only a stage is locked, and programs neither wait nor notice. svd keeps
 * the stages and the slate for our successor, who finishes what stands in them.
 */
enum {
	STAGES_MAX = SLATE_LINES,
	STAGE_BYTES = 256 * 1024,	/* of each, where we may */
};

struct source;

/* Where does a file end, or what is in a stage? */
enum sink_end {
	END_UNKNOWN,	/* ask the file */
	END_LINE,	/* after a newline, or it is empty */
	END_INSIDE,	/* inside a line, which belongs to the owner if there is one */
};

struct stage {
	struct stage      *next;	/* in the list of those that are empty, or of a sink */
	struct slate_line *line;	/* borrowed */
	struct source     *src;		/* borrowed; its user's: whose bytes are in it */
	int    in, out;			/* owned; write and read end, non-blocking; -1: not made */
	size_t size;			/* bytes that it takes for sure */
	size_t n;			/* bytes in it */
	enum sink_end end;		/* its user's: how they end */
	size_t part;			/* its user's: so many of them go next */
};

struct stage_ops {
	/* Have svd keep fd, which stays the caller's, under this name. 0 or -errno. */
	int (*keep)(void *user, const char *name, int fd);
	/* Has all that is to be kept left for svd? What is in a stage is safe then. */
	bool (*is_kept)(void *user);
};

struct stages {
	struct slate  slate;
	struct stage  all[STAGES_MAX];
	struct stage *empty;		/* list */
	size_t        size;		/* bytes that each of them takes */
	int           drain[2];		/* owned; see stage_write */
	int           null;		/* owned; /dev/null */
	int           kept_slate;	/* owned; came before stages_begin */
	bool          safe;		/* is_kept, since the last one was made */
	bool          short_of;		/* somebody has asked for one in vain */
	const struct stage_ops *ops;	/* borrowed */
	void         *user;
};

void stages_init(struct stages *all, const struct stage_ops *ops, void *user);
void stages_done(struct stages *all);

/* svd hands back what our predecessor had it keep. fd is taken. Only before stages_begin. */
void stages_adopt(struct stages *all, const char *name, int fd);

/*
 * Nothing more comes: make what is missing. In some of them our predecessor may have left bytes,
 * of the channel that stands in the line; these are in no list. 0 or -errno.
 */
must_check int stages_begin(struct stages *all);
bool stage_is_left(const struct stage *st);

/* ... and take out of that channel's pipe what it had not yet taken out; before anything else. */
void stage_recover(struct stages *all, struct stage *st, int fd);

/*
 * An empty stage for a channel's bytes; NULL: there is none now. fresh: they begin a line of their
 * own, so when the file ends inside another one, that must be ended first.
 */
struct stage *stage_get(struct stages *all, int64_t channel, bool fresh);

/* Is it a fresh one of which nothing has gone to the file? */
bool stage_is_fresh(const struct stage *st);

/* It is empty again, or is made so. */
void stage_put_back(struct stages *all, struct stage *st);

/* Up to n bytes of the pipe fd into an empty stage. Bytes, 0 at the end of the pipe, or -errno. */
ssize_t stage_move(struct stage *st, int fd, size_t n);

/*
 * The text, which `input` bytes in the pipe fd have become, into an empty stage, and these bytes
 * out of the pipe: all or nothing, also when we are killed in here. They go by another pipe that is
 * kept, the drain, so that our successor can count how many have gone already. 0 or -errno;
 * -EMSGSIZE: it does not fit.
 */
must_check int stage_write(struct stages *all, struct stage *st, const char *text, size_t n, int fd,
			   size_t input);

/* So many bytes have gone to the file. */
void stage_went(struct stage *st, size_t n);

/* It cannot go anywhere, nor shall our successor try. */
void stage_give_up(struct stage *st);
bool stage_is_given_up(const struct stage *st);

/* Was it written, and not moved? */
bool stage_is_text(const struct stage *st);

#endif
