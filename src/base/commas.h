/* commas.h - lists of names with commas between them */
#ifndef SVD_BASE_COMMAS_H
#define SVD_BASE_COMMAS_H

#include <stddef.h>

/*
 * The first name in *text, without the blanks around it, and its length; *text goes on behind its
 * comma, and is NULL after the last name. NULL when *text is NULL. Names may be empty: "a," are
 * two, and "" is one. Mirrors supervisor.datatypes.list_of_strings, where "" is none.
 */
const char *commas_next(const char **text, size_t *ret_n);

#endif
