/* state.h - all that svd-logd has; between logd.c and orders.c */
#ifndef SVD_LOGD_STATE_H
#define SVD_LOGD_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/macro.h"
#include "ipc/loop.h"
#include "logd/baton.h"
#include "logd/channel.h"
#include "logd/echo.h"
#include "logd/helper.h"
#include "logd/hours.h"
#include "logd/jobs.h"
#include "logd/outlet.h"
#include "logd/pace.h"
#include "logd/sink.h"
#include "logd/stage.h"
#include "logd/upkeep.h"

struct link;

struct logd {
	struct loop    *loop;	/* owned */
	struct link    *link;	/* owned; NULL: svd is gone */
	struct baton    baton;
	struct sinks    sinks;
	struct upkeep   upkeep;
	struct hours    hours;
	struct helpers  helpers;
	struct outlets  outlets;
	struct taps     taps;
	struct channel_home home;
	struct channel *channels;	/* hash, owned */
	struct stages   stages;
	struct jobs     jobs;
	struct pace     pace;
	struct echo_maker echo_maker;
	int64_t         last_copy;	/* its number; svd's are not negative */
	struct timer    tally;		/* tells svd of losses, unasked */
	struct timer    resend;		/* of `closed`, when the link was too full for it */
	unsigned        alive;		/* channels with a descriptor */
	unsigned        syncing;	/* of these, those that have not read all of sync_id yet */
	int64_t         sync_id;
	bool            quitting;
	bool            over;		/* the loop was stopped, and runs for the last lines only */
	struct timer    again;		/* there is more to do: the loop must not sleep */
	int             failed;		/* -errno: it cannot go on */
};

/* Nobody but us knows of it; it ends when that of which it is a copy ends. */
static inline bool is_copy(const struct channel *c)
{
	return c->id < 0;
}

/* Begins with the next turn, or with `begin`. 0 or -errno; spec->fd is taken in any case. */
must_check int logd_add_channel(struct logd *d, const struct channel_spec *spec,
				struct channel **ret_channel);

/* svd wants no more of it: it ends, and svd is told. It may be freed in here. */
void logd_close_channel(struct logd *d, struct channel *c);

/* Nobody has to be told any more. */
void logd_forget(struct logd *d, struct channel *c);

#endif
