/* hook_post.h - webhooks: svd's side of svd-webhook */
#ifndef SVD_SVD_HOOK_POST_H
#define SVD_SVD_HOOK_POST_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/macro.h"
#include "svd/hook.h"

struct engine;
struct poster;

/*
 * For all hooks of the kind, one svd-webhook: it is started for the first post and leaves when it
 * has been idle for a while. When it dies, its successor gets what was under way: that is no
 * failed try, but what a server has got may be posted to it again.
 */
extern const struct hook_ops hook_post_ops;

must_check struct poster *poster_new(struct engine *e);		/* NULL: no memory */
void poster_free(struct poster *poster);	/* NULL is allowed; nothing is under way any more */

/* A child of svd died: true if it was svd-webhook. */
bool poster_reaped(struct poster *poster, pid_t pid, int wait_status);

/* The end: what is under way gets a moment. Waits for at most twice `seconds`. */
void poster_stop(struct poster *poster, double seconds);

#endif
