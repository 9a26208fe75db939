/* input.h - lines of standard input */
#ifndef SVD_SVCTL_INPUT_H
#define SVD_SVCTL_INPUT_H

#include <stdbool.h>

/*
 * The next line, without its newline, the caller's; waits for it. NULL at the end. A terminal may
 * go on after its end.
 */
char *in_line(void);

/* For those who wait for other things as well: a line that is here already, or NULL. */
char *in_line_at_hand(void);

/* Reads once. false: this is the end. */
bool in_fill(void);

/* At the end: the line that lacks its newline, or NULL. */
char *in_rest(void);

#endif
