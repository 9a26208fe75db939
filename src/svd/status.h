/* status.h - what the service manager is told: how it goes, and that we are alive */
#ifndef SVD_SVD_STATUS_H
#define SVD_SVD_STATUS_H

#include <stdbool.h>

#include "ipc/loop.h"

struct engine;

/*
 * Messages of sd_notify(3): STATUS= when the counts have changed, RELOADING=1 or STOPPING=1 when a
 * life of svd begins to end, and WATCHDOG=1 if somebody waits for it. All of them are sent by the
 * turn, so a svd that no longer comes to its turns falls silent. Without $NOTIFY_SOCKET there is
 * nothing to do and no timer.
 */
struct status {
	struct engine *engine;		/* borrowed */
	struct timer   watchdog;	/* armed until the next sign of life is due */
	struct timer   pause;		/* armed after each STATUS=, until the next may be sent */
	bool           changed;		/* since the last STATUS= */
	int            mood;		/* that was told; see enum mood */
	unsigned       running, failed;	/* that were told */
};

void status_init(struct status *s, struct engine *engine);

/* Some process has another state, or has come or gone; costs nothing. */
void status_changed(struct status *s);

/* Tell what is due; at the end of each turn. */
void status_step(struct status *s);

void status_stop(struct status *s);

#endif
