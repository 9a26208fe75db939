/* counts.h - how much programs have printed, over all their lives and all of svd-logd's */
#ifndef SVD_SVD_COUNTS_H
#define SVD_SVD_COUNTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/macro.h"
#include "conf/config.h"

struct strbuf;

struct counts {
	uint64_t read;		/* bytes */
	uint64_t dropped;	/* bytes of these that are in no file */
	uint64_t dropped_lines;	/* ... and how many lines ended in them */
	uint64_t lines;		/* lines that ended in what was read, */
	bool     has_lines;	/* ... if somebody counts them */
	uint64_t untold;	/* bytes that svd should have been told of: no events were made */
};

/*
 * The sums of a process. Its channels hold on to them as well: svd-logd tells of the last bytes
 * when the process may be gone.
 */
struct printed {
	unsigned      refs;
	struct counts sums[CHANNEL_N];
};

must_check struct printed *printed_new(void);	/* NULL: no memory */
struct printed *printed_ref(struct printed *printed);
void printed_unref(struct printed *printed);	/* NULL is allowed */

/*
 * A channel has come to `now`, and had been at *told when it was told of last. What a svd-logd that
 * died had not told of yet is in no sum. What is untold svd counts itself.
 */
void counts_take(struct counts *sum, struct counts *told, const struct counts *now);

/* What svd-logd says in `closed`, and of a channel in `counted`. */
struct counts counts_of_head(const json_t *head);
struct counts counts_of_array(const json_t *array);

/* Appends members of an object: bytes, dropped, dropped_lines; lines, untold if there are any. */
void counts_add(struct strbuf *sb, const struct counts *counts);

#endif
