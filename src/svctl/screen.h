/* screen.h - what standard output is shown on */
#ifndef SVD_SVCTL_SCREEN_H
#define SVD_SVCTL_SCREEN_H

#include <stdbool.h>
#include <stddef.h>

/* Is it a terminal that can do more than print lines? */
bool screen_is_there(void);

/* Likewise standard error. */
bool screen_is_behind_errors(void);

/* How many columns the terminal of that descriptor has; 80 where nobody knows. */
size_t screen_width(int fd);

/* From now on a character is one of UTF-8, whatever the locale says: names and logs are. */
void screen_use_utf8(void);

#endif
