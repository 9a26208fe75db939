/* sinkstats.h - what svd-logd has told of the files that it writes, and of other receivers */
#ifndef SVD_SVD_SINKSTATS_H
#define SVD_SVD_SINKSTATS_H

#define HASH_NONFATAL_OOM 1

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <uthash.h>

#include "base/macro.h"

struct strbuf;

enum { SINKSTATS_MAX = 10000 };	/* files; then those of which was told first are forgotten */

struct sinkstat {
	UT_hash_handle hh;	/* by path */
	char    *path;		/* owned */
	uint64_t size;		/* bytes, when svd-logd looked last */
	uint64_t rotations, dropped;	/* since svd was started; dropped: bytes */
	uint64_t rotations_told, dropped_told;	/* by this svd-logd, since it has the file open */
	char    *error;		/* owned; the last one; NULL: there was none */
	int64_t  error_at;	/* wall clock, seconds */
	bool     over;		/* it has worked again since */
	uint64_t healing;	/* of a receiver: bytes dropped since it worked last */
};

/* All zero is an empty one. */
struct sinkstats {
	struct sinkstat *by_path;	/* hash, owned */
};

void sinkstats_done(struct sinkstats *all);

/* `sinks` of a frame `counted`. What there is no memory for is not known. */
void sinkstats_take(struct sinkstats *all, const json_t *sinks);

/*
 * The header of `trouble` or `healed`, which is logged, too. Of files `counted` says more; of other
 * receivers ("syslog", "journal", a url) this is all that is told.
 */
void sinkstats_news(struct sinkstats *all, const json_t *head);

/* A svd-logd begins, which counts at nothing. Trouble of its predecessor it would find again. */
void sinkstats_begin(struct sinkstats *all);

/* NULL: nothing was told of it, or path is NULL. */
const struct sinkstat *sinkstats_find(const struct sinkstats *all, const char *path);

/*
 * Appends members of an object: rotations, last_error ("": there was none), and if there was one
 * last_error_at and last_error_over.
 */
void sinkstat_add(struct strbuf *sb, const struct sinkstat *stat);	/* NULL: all nothing */

#endif
