/* goal.h - what a process may be waited for to become */
#ifndef SVD_SVCTL_GOAL_H
#define SVD_SVCTL_GOAL_H

#include <jansson.h>
#include <stdbool.h>

#include "svctl/procinfo.h"

enum verdict { NOT_YET, REACHED, NEVER };

/* How a process was when the waiting began. */
struct sight {
	long pid;
	json_int_t stop;	/* when it ended last, as the server says it */
};

struct goal {
	const char *word;	/* "running" */
	/* now NULL: the process has been removed. */
	enum verdict (*judge)(const struct goal *goal, const struct sight *first,
			      const struct procinfo *now);
	const char *statename;	/* of a goal that is no more than a state */
};

/* What start and stop wait for; and the end of all that is under way. */
extern const struct goal goal_started, goal_stopped, goal_settled;

/* What people call it: running, stopped, exited or the name of a state. false: there is none. */
bool goal_find(const char *word, struct goal *ret_goal);

/* info NULL: it is not there yet. */
struct sight goal_look(const struct procinfo *info);

#endif
