/* colour.h - colours of a terminal, where it has some and nobody objects */
#ifndef SVD_SVCTL_COLOUR_H
#define SVD_SVCTL_COLOUR_H

#include <stdbool.h>
#include <stddef.h>

/* Is standard output a terminal with colours, and is NO_COLOR not set? */
bool colour_wanted(void);

#define COLOUR_RESET "\033[0m"

/* One of a few that are easily told apart. */
const char *colour_of_number(size_t i);

/* That of a process in this state (enum state_code): good, under way, bad; "": none. */
const char *colour_of_state(int state);

#endif
