/* parts.h - results of a multicall that are in files */
#ifndef SVD_HTTPD_PARTS_H
#define SVD_HTTPD_PARTS_H

#include <jansson.h>
#include <stdint.h>

/* What has come for one call, by `part` frames. All zero: nothing. */
struct parts {
	json_t *values;		/* owned; an array, by their numbers */
	int64_t bytes;		/* of files in them */
};

/* Reads the n-th: value as in svd/rpc_logs.c; fd is borrowed. What fails becomes a fault. */
void parts_take(struct parts *parts, json_int_t n, const json_t *value, int fd);

/* Puts them into the result of the reply, and is all zero again. */
void parts_place(struct parts *parts, json_t *result);

void parts_done(struct parts *parts);

#endif
