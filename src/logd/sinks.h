/* sinks.h - all sinks, by their path and by the file that is behind it */
#ifndef SVD_LOGD_SINKS_H
#define SVD_LOGD_SINKS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/macro.h"
#include "logd/look.h"
#include "logd/period.h"

struct baton;
struct closing_file;
struct file_id;
struct hours;
struct sink;
struct upkeep;
struct work;
struct stages;

/* News for svd. They return 0 when the news is on its way, or -errno: then it is told later. */
struct sink_news {
	int (*on_trouble)(void *user, const char *path, const char *text, uint64_t lost);
	int (*on_healed)(void *user, const char *path, uint64_t lost);
};

/* What all sinks share. */
struct sinks {
	struct sink *by_path;	/* hash of all; each is owned by its channels together */
	struct sink *by_file;	/* hash of those with an open file */
	struct sink *todo;	/* list of those that have something to do, see sink_want */
	struct stages *stages;	/* borrowed */
	struct baton *baton;	/* borrowed; NULL: nobody watches what may hang */
	struct closing_file *to_close;	/* list, owned; see sinks_close_files */
	struct work *work;	/* owned; for the next sink that needs one; NULL: in use */
	uint64_t     count;	/* of joins and closes, for their order */
	unsigned     enlarged;	/* pipes */
	unsigned     enlarged_max;
	struct look  look;
	double       started_at;	/* monotonic */
	struct period periods[ROTATE_N];	/* the hour and the day that it is */
	struct upkeep *upkeep;	/* borrowed; NULL: nobody looks after old files */
	struct hours *hours;	/* borrowed; NULL: quiet files are not rotated */
	const struct sink_news *news;	/* borrowed */
	void        *user;
	/* The tally of a sink has changed, or it goes. NULL: nobody wants to know. */
	void (*on_tally)(void *user, struct sink *s, bool goes);
};

/* 0 or -errno; on failure call sinks_done too. */
must_check int sinks_init(struct sinks *all, struct stages *stages, const struct sink_news *news,
			  void *user);
void sinks_done(struct sinks *all);	/* no sink may be left */

struct sink *sinks_by_path(const struct sinks *all, const char *path);
struct sink *sinks_by_file(const struct sinks *all, const struct file_id *id);

must_check int sinks_add(struct sinks *all, struct sink *s);	/* 0 or -ENOMEM */
void sinks_remove(struct sinks *all, struct sink *s);

/*
 * The file behind s is now that of s->target, or none when that is closed. When another sink has
 * the same file already, s is not found by it: lines of the two can mix then, no more.
 */
void sinks_note_file(struct sinks *all, struct sink *s);

#endif
