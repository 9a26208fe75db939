/* ask.h - questions to the person at the terminal */
#ifndef SVD_SVCTL_ASK_H
#define SVD_SVCTL_ASK_H

#include <stdbool.h>

struct ctl;

/* Shows the prompt and reads a line, without its newline. NULL at the end; else the caller's. */
char *ask_line(const char *prompt);

/* Asks who the user is, on the terminal without echo, and tells the client. false: no answer. */
bool ask_login(struct ctl *ctl);

/*
 * From now on Ctrl-C ends the program at once with status 0, the terminal as it is now: in the
 * middle of a call, a question or a line.
 */
void ask_leave_on_interrupt(void);

#endif
