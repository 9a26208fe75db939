/* ends.h - how a process has ended so far: numbers for programs, and words for people */
#ifndef SVD_SVD_ENDS_H
#define SVD_SVD_ENDS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/macro.h"

struct program_config;

enum ending {
	ENDING_NONE,		/* it has not ended yet */
	ENDING_EXPECTED,	/* by itself, with one of its exitcodes, */
	ENDING_UNEXPECTED,	/* or another status or a signal, */
	ENDING_EARLY,		/* or whichever, but before startsecs had passed */
	ENDING_STOPPED,		/* it was asked to */
	ENDING_FAILED,		/* it could not be started, or not become the program */
};

/* Plain data. All zero: it has never run. */
struct ends {
	unsigned    n;		/* times that a child of it ended */
	unsigned    restarts;	/* times that svd itself started it again */
	double      at;		/* wall clock, the last one; 0: never */
	enum ending last;
	int         wait_status;	/* of the last one, unless it FAILED */
	bool        overdue;	/* this life was sent SIGKILL, as it did not stop in time */
	bool        killed;	/* ... and so was the one that ended last */
	bool        renewing;	/* the next start is svd's own doing */
	char       *why;	/* owned; why it FAILED */
};

void ends_done(struct ends *ends);

/* A life begins; another try of one that failed is `again`. */
void ends_begin(struct ends *ends, bool again);

/* A child ended. failure: why it never was the program; NULL: it was. */
void ends_note(struct ends *ends, enum ending how, int wait_status, const char *failure);

/* There was no child at all. */
void ends_note_failure(struct ends *ends, const char *why);

/* "SIGKILL"; "": none ended it, or that is not known. Lives until the next signame(). */
const char *ends_signal(const struct ends *ends);

/* "exit status 1; not expected". "" before the first end. */
void ends_reason(const struct ends *ends, const struct program_config *conf, char *buf,
		 size_t size);

#endif
