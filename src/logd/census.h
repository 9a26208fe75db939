/* census.h - svd is told how much was read, written and dropped: the frame `counted` */
#ifndef SVD_LOGD_CENSUS_H
#define SVD_LOGD_CENSUS_H

#include <stdint.h>

struct channel;
struct link;
struct sink;
struct sinks;

/*
 * All of them, for the question id; or, unasked (id 0), those of which svd does not know that
 * something was dropped, failed or rotated. channels: a hash. What could not be sent is told the
 * next time. link NULL: svd is gone.
 */
void census_tell(struct link *link, struct channel *channels, struct sinks *sinks, int64_t id);

/* The last numbers of a sink that goes, if there are any. */
void census_tell_last(struct link *link, struct sink *s);

#endif
