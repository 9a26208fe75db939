/* boardrows.h - the processes on a board, and what has changed of them */
#ifndef SVD_HTTPD_BOARDROWS_H
#define SVD_HTTPD_BOARDROWS_H

#include <jansson.h>

#include "base/macro.h"

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

struct row;

struct boardrows {
	struct row *rows;	/* owned; by name */
	json_t     *views;	/* owned; an array of them in svd's order, as pages get them */
};

/*
 * Takes the "processes" of svd's answer to getBoard, with what they use as it was read at
 * read_mono. change gets "set", the members that are not as before (of a new process all), and
 * "gone", the names of those that are there no more; neither if there are none.
 */
void boardrows_take(struct boardrows *b, const json_t *processes, double read_mono,
		    json_t *change);

/* The members of now that are not as in before; NULL: all are, or for want of memory. */
must_check json_t *boardrows_difference(const json_t *before, json_t *now);

void boardrows_done(struct boardrows *b);

#endif
