/* outlet.h - a channel's lines for those who want lines: syslog here or elsewhere, the journal */
#ifndef SVD_LOGD_OUTLET_H
#define SVD_LOGD_OUTLET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/macro.h"
#include "ipc/loop.h"
#include "logd/devlog.h"
#include "logd/journal.h"
#include "logd/remote.h"

struct channel_spec;
struct helpers;
struct outlet;

/* The receivers, which all channels share. */
struct outlets {
	struct loop   *loop;	/* borrowed */
	struct devlog  devlog;
	struct remotes remotes;
	struct journal journal;
};

/* devlog_path, borrowed: NULL means /dev/log. helpers, news and user are borrowed. */
void outlets_init(struct outlets *all, struct loop *loop, const char *devlog_path,
		  struct helpers *helpers, const struct sink_news *news, void *user);
void outlets_done(struct outlets *all);

/* The program ends and the loop does not run: run it until all is sent, at most so long. */
void outlets_drain(struct outlets *all, double seconds);

/*
 * What the spec wants of one channel, made, changed or freed; *outlet is the caller's, NULL:
 * nothing is wanted. The texts of the spec's speaker are borrowed for as long as the outlet lives.
 * 0, or -ENOMEM: then it is as it was.
 */
must_check int outlet_set(struct outlet **outlet, struct outlets *all,
			  const struct channel_spec *spec);
void outlet_free(struct outlet *o);	/* an unfinished line goes as it is; NULL is allowed */

/* Text as it comes. Lines go as they end, and the beginning of one that has waited for a second. */
void outlet_take(struct outlet *o, const char *p, size_t n);

#endif
