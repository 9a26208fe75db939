/* keys.h - what a person presses, out of what the terminal sends */
#ifndef SVD_SVCTL_KEYS_H
#define SVD_SVCTL_KEYS_H

#include <stddef.h>

/* Other keys are their character. */
enum { KEY_NONE = 0, KEY_ESCAPE = 27, KEY_UP = 256, KEY_DOWN, KEY_PAGE_UP, KEY_PAGE_DOWN, KEY_HOME,
       KEY_END, KEY_OTHER };

/*
 * The first key in the n bytes at text; *ret_used: how many of them it is. KEY_NONE: there is none.
 * What one read() brings is whole keys: an escape at the end is the key of that name.
 */
int key_next(const char *text, size_t n, size_t *ret_used);

#endif
