/* utf8.h - is it UTF-8? */
#ifndef SVD_BASE_UTF8_H
#define SVD_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* What stands in for bytes that are no text: U+FFFD, three bytes. */
#define UTF8_REPLACEMENT "\xef\xbf\xbd"

/* Bytes of the valid UTF-8 sequence at s, looking at n > 0 bytes at most; 0 when there is none. */
size_t utf8_len(const char *s, size_t n);

/* Are all of the n bytes at s valid UTF-8? */
bool utf8_is_valid(const char *s, size_t n);

/* Bytes at the end of the n bytes at s that begin a character and do not end it: 0 to 3. */
size_t utf8_cut(const char *s, size_t n);

#endif
