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
#include "logd/work.h"

struct source;
struct stage;

/* What is to be done to a file as soon as it can be, see sink_want. */
enum sink_todo { TODO_OPEN = 1, TODO_ROTATE = 2 };

struct sink {
	UT_hash_handle path_hh, file_hh;
	struct sink   *prev, *next;	/* of those that have something to do */
	char          *path;	/* owned; as it is in the configuration */
	struct sinks  *all;	/* borrowed */
	struct target  target;
	struct file_id file_id;	/* key of file_hh; target.id at the time */
	struct sink_rules rules;
	struct source *list;	/* who writes here, in the order of joining */
	unsigned       sources;	/* how many */
	unsigned       closing;	/* how many of these are to end */
	struct stage  *staged;	/* list, owned; on their way to the file; mostly one or none */
	struct work   *work;	/* owned; under way; NULL: none */
	unsigned       todo;	/* enum sink_todo */
	bool           queued;	/* in all->todo */
	bool           shared;	/* there were several at a time: whole lines only */
	bool           torn;	/* the line at the end will never be finished */
	bool           overtaken;	/* the rest of the line in it was dropped before */
	dev_t          dev;	/* of the file that was open last; 0: there was none */
	enum sink_end  end;
	uint64_t       size;	/* of the file, when it was looked at last */
	struct source *owner;	/* borrowed; who wrote last, NULL: not known or gone */
	struct source *marked;	/* borrowed; who has MARK_OWNER; NULL: nobody */
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
	TAKEN_WORK,	/* sink_work has to be called */
};

/*
 * Find or make the sink of a path and add a source to it; the latest rules count. The file is
 * opened later, see sink_want. 0 or -ENOMEM.
 */
must_check int sink_join(struct sinks *all, const char *path, const struct sink_rules *rules,
			 struct source *src);

/* Other rules for the file; what is there stays as it is until the next one is made. */
void sink_set_rules(struct sink *s, const struct sink_rules *rules);

/* No more is wanted of that source. Who joins later waits until it has left. */
void sink_closes(struct source *src);

/* The source goes. The last one takes the sink with it. */
void sink_leave(struct source *src);

/*
 * HOW A GO GOES. sink_take moves bytes of the source, at most a stage-full, or says what has to be
 * done to the file before: TAKEN_WORK. Then sink_work does it, which may take for ever and touches
 * nothing but s->work, and sink_apply makes what came of it true. These two are called from the
 * top of the turn only, with all that is shared in order; between them anything may happen but that
 * the sink goes. sink_apply may change src->sink: two paths can turn out to be one file.
 */
enum taken sink_take(struct sink *s, struct source *src);
bool sink_work(struct sink *s);

/*
 * A file that does not answer is away: sink_work does not return, and when it does so in the end,
 * the sink applies that itself. Or sink_work returns false: somebody else does it, elsewhere.
 */
bool sink_is_away(const struct sink *s);

/* Away, or another file of its device is: not even an unfinished line can be taken off its end. */
bool sink_is_dead(const struct sink *s);

/* Returns 0: take again; 1: a stage was written, which is enough for one go; -errno: it failed. */
int sink_apply(struct sink *s);

/* It failed: drop some, or wait. As sink_take. */
enum taken sink_cannot(struct sink *s, struct source *src);

/* What a predecessor has left in this stage is src's, which has joined. Before any sink_take. */
void sink_adopt(struct source *src, struct stage *st);

/* --- what is done to the file without any bytes --- */

/* Have it done: the sink stands in all->todo then. */
void sink_want(struct sink *s, enum sink_todo what);

/*
 * The next thing to do to the file, as sink_take: TAKEN_WORK, call sink_work and sink_apply and ask
 * again; or TAKEN_NONE, that was all, and it stands in all->todo no more.
 */
enum taken sink_do(struct sink *s);

/* Close and open every file. */
void sinks_reopen(struct sinks *all);

/* --- between sink.c, sink_take.c and sink_apply.c --- */

void sink_free(struct sink *s);		/* no source may be left */
void sink_tallied(struct sink *s);	/* its tally has changed */

/* A line that src may not finish at once is about to be written: see MARK_OWNER. */
void sink_mark_owner(struct sink *s, struct source *src);

/* Let sink_work do that. Always TAKEN_WORK. */
enum taken sink_ask(struct sink *s, enum work_kind kind);

/* An attempt to do something ("write") failed, or worked again; bytes were dropped. */
void sink_failed(struct sink *s, const char *what, int code);
void sink_complain(struct sink *s, const char *what, int code);	/* bytes go on all the same */
bool sink_does_not_answer(struct sink *s);	/* is it away? That is trouble too */
void sink_healed(struct sink *s);
void sink_lost(struct sink *s, uint64_t bytes);

#endif
