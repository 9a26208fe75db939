/* progress.h - a line on the terminal that tells how far a long operation is */
#ifndef SVD_SVCTL_PROGRESS_H
#define SVD_SVCTL_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>

struct client;
struct ctl;
struct goal;
struct procinfo;
struct words;

/*
 * It stands on standard error, is redrawn in place and gone before anything else is shown; so what
 * is shown is the same as without it. All zero is a valid one: nothing is going on.
 */
struct progress {
	double since_mono;		/* when the operation began; 0: none goes on */
	const struct words *names;	/* borrowed: what it does that to */
	const struct goal *goal;	/* borrowed: what they shall be */
	struct client *second;		/* owned: asks while a call waits */
	double looked_mono;		/* when it has asked last */
	bool drawn;
};

/* What there is to tell. */
struct progress_news {
	size_t there, all;
	const char *goal;		/* in a word: "running" */
	const struct procinfo *late;	/* one that is not there yet; NULL: none */
};

/*
 * An operation on processes of these names begins, or on all if there are none. Nothing is drawn in
 * its first second; then a call that waits draws it about once a second, until progress_end.
 */
void progress_begin(struct ctl *ctl, const struct words *names, const struct goal *goal);

/* Draws it if it is due, and if it has anybody to look at it. */
void progress_draw(struct ctl *ctl, const struct progress_news *news);

void progress_erase(struct ctl *ctl);
void progress_end(struct ctl *ctl);

#endif
