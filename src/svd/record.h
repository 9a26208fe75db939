/* record.h - what programs print, as far as svd itself has to hear of it */
#ifndef SVD_SVD_RECORD_H
#define SVD_SVD_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/macro.h"
#include "conf/config.h"

struct bus;

/* Whose output it is. The process itself may be gone when its last words come. */
struct speaker {
	char *group, *name;	/* owned */
	pid_t pid;
	enum channel channel;
	struct bus *bus;	/* borrowed; NULL: it is svd's own log */
	bool log_events;	/* listeners are to hear of all it prints */
};

/* Both names are copied; the rest is the caller's to set. 0 or -ENOMEM. */
must_check int speaker_init(struct speaker *s, const char *group, const char *name);
void speaker_done(struct speaker *s);

/* Supervisor's name of a channel: "stdout". */
const char *channel_name(enum channel channel);

/*
 * A piece of output came: into the activity log at level debug, and to who listens for events.
 * lost: so many bytes right before it did not come, since we were too slow.
 */
void record_output(const struct speaker *s, const char *data, size_t n, long long lost);

/* A message of capture mode came: to who listens for events. lost: messages before it, likewise. */
void record_captured(const struct speaker *s, const char *data, size_t n, long long lost);

#endif
