/* arena.h - memory that is given back all at once */
#ifndef SVD_BASE_ARENA_H
#define SVD_BASE_ARENA_H

#include <stddef.h>

#include "base/macro.h"

struct arena;

/* NULL when there is no memory. The caller owns it. */
struct arena *arena_new(void);

/* Gives back the arena and all that came from it. NULL is allowed. */
void arena_free(struct arena *a);

/* n zeroed bytes, aligned for any type, valid until arena_free. NULL when there is no memory. */
void *arena_alloc(struct arena *a, size_t n);

/* A copy of the string, of at most n of its bytes, or of the formatted text. NULL: no memory. */
char *arena_strdup(struct arena *a, const char *s);
char *arena_strndup(struct arena *a, const char *s, size_t n);
char *arena_printf(struct arena *a, const char *fmt, ...) printf_like(2, 3);

#endif
