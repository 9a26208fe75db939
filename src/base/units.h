/* units.h - numbers, sizes and switches as people write them */
#ifndef SVD_BASE_UNITS_H
#define SVD_BASE_UNITS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/macro.h"

/*
 * All return 0; -EINVAL when the text is no such thing; -ERANGE when it is, but too large or too
 * small. *ret_x is written on success only. Blanks around a number do not matter, and digits may
 * be grouped with single underscores, as in Python's int().
 */

must_check int unit_integer(const char *text, int64_t min, int64_t max, int64_t *ret_number);

/* "022", "22" or "0o22": permission bits, 0 to 07777. */
must_check int unit_octal(const char *text, unsigned *ret_bits);

/* "1024", "50MB", "1 GB", "64k": bytes. KB, MB, GB are powers of 1024; the B may be missing. */
must_check int unit_bytes(const char *text, int64_t *ret_bytes);

/* "90", "90s", "15m", "12h", "7d", "4w": seconds, none below zero. */
must_check int unit_duration(const char *text, int64_t *ret_seconds);

/* yes true on 1, no false off 0, in any case of letters. */
must_check int unit_bool(const char *text, bool *ret_on);

#endif
