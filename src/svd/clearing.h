/* clearing.h - the log files that one call has cleared, or rotated, by svd-logd */
#ifndef SVD_SVD_CLEARING_H
#define SVD_SVD_CLEARING_H

#define HASH_NONFATAL_OOM 1

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <uthash.h>

#include "base/macro.h"
#include "conf/config.h"

struct clearing;
struct logs;

/* A file on its way: see logs_clear. */
struct clear_file {
	UT_hash_handle hh;	/* of those of one call, by path */
	const struct clear_file *same;	/* that is asked already for this path; or NULL */
	struct clear_file *prev, *next;	/* of those that svd-logd has not answered */
	unsigned id;		/* 0: unused */
	const char *order;	/* static; what is to be done with it: "clear", "rotate" */
	char    *path;		/* owned */
	bool     done;
	bool     failed;
	char    *why;		/* owned; it failed; NULL: there was no memory to say why */
};

/* The frame that asks svd-logd for it. NULL: no memory. */
must_check json_t *clear_frame(const struct clear_file *file);

/* svd-logd has answered with this header for one of the list, which is taken out of it. */
void clear_answered(struct clear_file **list, const json_t *head);

/* For n rows of a file per channel. logs is borrowed and outlives it, order as above. NULL: no
 * memory. */
must_check struct clearing *clearing_new(struct logs *logs, const char *order, size_t n);
void clearing_free(struct clearing *clearing);	/* NULL is allowed */

/*
 * Ask for this file of that row. Once for each; where several write to one file it is not done
 * again. 0 or -ENOMEM.
 */
must_check int clearing_ask(struct clearing *clearing, size_t row, enum channel channel,
			    const char *path);

size_t clearing_rows(const struct clearing *clearing);

/* Has svd-logd answered for all of them? */
bool clearing_is_done(const struct clearing *clearing);

/* The first file of that row with which it was not done; NULL: there is none. */
const struct clear_file *clearing_failed(const struct clearing *clearing, size_t row);

#endif
