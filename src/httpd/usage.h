/* usage.h - what programs use of this machine, with all that they have started */
#ifndef SVD_HTTPD_USAGE_H
#define SVD_HTTPD_USAGE_H

#include <jansson.h>

#include "base/macro.h"

struct usage;

/* proc: where /proc is, borrowed. NULL: no memory. Nothing is read before somebody asks. */
must_check struct usage *usage_new(const char *proc);
void usage_free(struct usage *u);	/* NULL is allowed */

/*
 * To each object in value, at any depth, that has a "pid" above 0: processes (how many there are),
 * cpu_seconds (of them and of those that they have reaped) and memory_bytes (pages that several
 * share count for each) of its process tree; where "alone" is true, of that process only. To the
 * tree belongs whoever descends from it, or is in its process group or session, unless another
 * pid in value is nearer. What cannot be seen is left out. /proc is read at most once a second.
 */
void usage_add(struct usage *u, json_t *value);

/* Monotonic time at which /proc was read last; 0: never. */
double usage_read_mono(const struct usage *u);

#endif
