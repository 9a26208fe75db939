/* sink_age.h - when a file is as old as it may get, and what becomes of the old ones */
#ifndef SVD_LOGD_SINK_AGE_H
#define SVD_LOGD_SINK_AGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/macro.h"
#include "logd/upkeep.h"

struct sink;
struct sinks;

/* The file was opened, or its rules are others now: is its age of interest? */
void sink_age_begin(struct sink *s);

/* Bytes were written to it. */
void sink_age_wrote(struct sink *s);

/*
 * Has a new hour or day begun since the last line, or does somebody want a new file? An empty file
 * is new.
 */
bool sink_is_due(const struct sink *s);

/* The file begins anew before it is larger than that, and takes so many bytes more; 0: no limit. */
uint64_t sink_limit(const struct sink *s);
uint64_t sink_room(const struct sink *s);

/* Have it rotated, unless it is empty; inside a line, as soon as that has ended. */
void sink_rotate_soon(struct sink *s);

/* Old files have come, or rules, or the file has grown beyond s->tend_above: see upkeep_ask. */
void sink_tend(struct sink *s);

/* With struct sinks as their user. */
extern const struct upkeep_ops sink_upkeep_ops;

#endif
