/* chan.h - what svd keeps about one channel of svd-logd */
#ifndef SVD_SVD_CHAN_H
#define SVD_SVD_CHAN_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/burst.h"
#include "base/macro.h"
#include "svd/counts.h"
#include "svd/record.h"

struct chan {
	struct chan *prev, *next;	/* of all, in the order of opening */
	struct chan *next_in_bucket;
	unsigned     number;
	int          fd;		/* owned; the read end */
	struct speaker speaker;		/* owned; of the activity log it has no name */
	char        *path;		/* owned */
	struct config *config;		/* counted: that of conf; NULL: it is svd's own log */
	const struct logfile_config *conf;	/* borrowed: what becomes of the output */
	bool         echo, tell;
	bool         captures;		/* messages of capture mode come from it */
	bool         heard;		/* svd has read it itself, and writes a copy there */
	bool         closing;		/* `close` was asked for; `closed` has not come yet */
	struct printed *printed;		/* counted: where its counts are summed up */
	struct counts told;		/* by this svd-logd, so far */
	struct burst losses;		/* of output that came too fast, told in the log */
};

/*
 * names and path are copied, printed is counted up, fd is the channel's, also without memory for
 * one: then it is closed, and NULL comes back.
 */
must_check struct chan *chan_new(const char *group, const char *name, const char *path,
				 struct printed *printed, int fd);
void chan_free(struct chan *chan);

/* From now on conf holds, in config, which is counted up (NULL: conf outlives the channel). */
void chan_configure(struct chan *chan, struct config *config, const struct logfile_config *conf);

/* Does svd-logd tell us what comes from it, or some of that? */
bool chan_has_news(const struct chan *chan);

/* Its counts are `now` those of this svd-logd. */
void chan_take_counts(struct chan *chan, struct counts now);

/* A piece of output came. lost: so many bytes before it did not, since svd was too slow. */
void chan_take_output(struct chan *chan, const char *data, size_t n, uint64_t lost);

/* Frames for svd-logd, see ipc/frame.h. NULL: no memory. */
json_t *chan_frame_open(const struct chan *chan);
json_t *chan_frame_change(const struct chan *chan);
json_t *chan_frame_close(const struct chan *chan);

#endif
