/* sender.h - all posts that are under way, driven by our loop */
#ifndef SVD_WEBHOOK_SENDER_H
#define SVD_WEBHOOK_SENDER_H

#include <stdbool.h>

#include "base/macro.h"
#include "ipc/loop.h"
#include "webhook/post.h"

struct sender;

typedef void sender_ended_fn(void *arg, const struct outcome *outcome);

/* on_end(arg) is called from sender_begin and sender_turn. NULL: no memory. */
must_check struct sender *sender_new(struct loop *loop, sender_ended_fn *on_end, void *arg);
void sender_free(struct sender *s);	/* NULL is allowed; what is under way is given up */

/* Ends with on_end, once, unless it is cancelled. */
void sender_begin(struct sender *s, const struct order *order);
void sender_cancel(struct sender *s, json_int_t id);

/* Tell what has ended; before the loop sleeps. false: libcurl cannot go on. */
must_check bool sender_turn(struct sender *s);

bool sender_is_busy(const struct sender *s);

#endif
