/* counts.h - how much programs have printed, over all their lives and all of svd-logd's */
#ifndef SVD_SVD_COUNTS_H
#define SVD_SVD_COUNTS_H

#include <jansson.h>
#include <stdint.h>

#include "base/macro.h"
#include "conf/config.h"

struct strbuf;

struct counts {
	uint64_t read;		/* bytes */
	uint64_t dropped;	/* bytes of these that are in no file */
	uint64_t lines;		/* ... and how many lines ended in them */
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
 * died had not told of yet is in no sum.
 */
void counts_take(struct counts *sum, struct counts *told, const struct counts *now);

/* What svd-logd says in `closed`, and of a channel in `counted`. */
struct counts counts_of_head(const json_t *head);
struct counts counts_of_array(const json_t *array);

/* Appends a member of an object, as JSON text: an object with read, dropped and lines. */
void counts_add(struct strbuf *sb, const char *key, const struct counts *counts);

#endif
