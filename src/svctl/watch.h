/* watch.h - waiting for processes until they are what they shall be */
#ifndef SVD_SVCTL_WATCH_H
#define SVD_SVCTL_WATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/macro.h"
#include "svctl/goal.h"

struct ctl;
struct watched;

/* To be begun as { .goal, .on_verdict, .arg }. */
struct watch {
	const struct goal *goal;
	/*
	 * One of them is there or never will be; info NULL: it was removed. false: this is the end
	 * of the waiting.
	 */
	bool (*on_verdict)(struct ctl *ctl, void *arg, const char *name, enum verdict verdict,
			   const struct procinfo *info);
	void *arg;

	struct watched *list;	/* owned */
	size_t n, cap;
};

/* One process more, by name; as it was seen before, or NULL. 0 or -ENOMEM. */
must_check int watch_add(struct watch *w, const char *name, const struct procinfo *info);

/*
 * Waits until there is a verdict for each of them, ctl's deadline has come or somebody interrupts.
 * Who is late is said, "NAME: ERROR (timeout: STARTING)", and is status EXIT_GENERIC. false: it was
 * interrupted or could not look, which was said.
 */
bool watch_run(struct watch *w, struct ctl *ctl);

/* Says it of one. The status stays. */
void watch_tell_late(struct ctl *ctl, const struct procinfo *info);

void watch_done(struct watch *w);

/* Is there anybody without a verdict? */
bool watch_is_late(const struct watch *w);

#endif
