/* recent.h - what happened last, for people who come and wonder */
#ifndef SVD_SVD_RECENT_H
#define SVD_SVD_RECENT_H

#include <stddef.h>

#include "conf/events.h"

struct process;

enum { RECENT_MAX = 300 };

struct recent_row {
	double at;		/* wall clock */
	enum event_type type;
	char  *group;		/* owned; "": all of svd. Then, each behind a NUL: */
	const char *process;	/* "": all of the group */
	const char *reason;	/* why it ended so; "": it did not end */
};

/* A ring, in which the oldest makes room for the next. All zero: nothing has happened. */
struct recent {
	struct recent_row rows[RECENT_MAX];
	size_t n;		/* that there ever were */
};

/* What there is no memory for is left out. */
void recent_add(struct recent *recent, enum event_type type, const char *group,
		const char *process, const char *reason);

/* A process has come into the state that it is in now. */
void recent_state(struct recent *recent, enum event_type type, const struct process *p);

/* The i-th, 0 the newest; NULL: there are no more. */
const struct recent_row *recent_at(const struct recent *recent, size_t i);

void recent_done(struct recent *recent);

#endif
