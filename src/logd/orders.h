/* orders.h - the frames from svd, see ipc/frame.h */
#ifndef SVD_LOGD_ORDERS_H
#define SVD_LOGD_ORDERS_H

#include <stdint.h>

#include "logd/jobs.h"

struct link_ops;

/* For a link whose user is a struct logd. */
extern const struct link_ops orders_link_ops;

/* The answer to `clear` or `rotate`, as struct jobs wants it; user is a struct logd. */
void orders_job_done(void *user, enum job_kind kind, int64_t id, int ret);

#endif
