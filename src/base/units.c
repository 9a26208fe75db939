/*
 * units.c - numbers, sizes and switches as people write them. Python's int() is the model, since
 * every number in a Supervisor file goes through it; strtol() would take "12abc" and "0x10".
 */
#include "base/units.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

static const char blanks[] = " \t\n\v\f\r";

/* The text without the blanks around it. */
static const char *trim(const char *text, size_t *n)
{
	size_t lead = strspn(text, blanks);

	if (lead > *n)
		lead = *n;
	text += lead;
	*n -= lead;
	while (*n > 0 && strchr(blanks, text[*n - 1]))
		(*n)--;
	return text;
}

/* Only digits of the base, with single underscores between them. */
static int digits(const char *s, size_t n, int base, bool negative, int64_t *ret_number)
{
	int64_t number = 0;

	if (n == 0)
		return -EINVAL;
	for (size_t i = 0; i < n; i++) {
		int digit = s[i] - '0';

		if (s[i] == '_' && i > 0 && i + 1 < n && s[i - 1] != '_')
			continue;
		if (digit < 0 || digit >= base)
			return -EINVAL;
		if (__builtin_mul_overflow(number, base, &number) ||
		    __builtin_sub_overflow(number, digit, &number))
			return -ERANGE;
	}
	/* Counted downwards, since the smallest number has no positive counterpart. */
	if (!negative && __builtin_sub_overflow(0, number, &number))
		return -ERANGE;
	*ret_number = number;
	return 0;
}

static int integer(const char *text, size_t n, int base, int64_t *ret_number)
{
	const char *s = trim(text, &n);
	bool negative = n > 0 && *s == '-';

	if (n > 0 && (*s == '-' || *s == '+')) {
		s++;
		n--;
	}
	if (base == 8 && n > 2 && strncasecmp(s, "0o", 2) == 0) {
		s += 2;
		n -= 2;
	}
	return digits(s, n, base, negative, ret_number);
}

int unit_integer(const char *text, int64_t min, int64_t max, int64_t *ret_number)
{
	int64_t number;
	int r = integer(text, strlen(text), 10, &number);

	if (r < 0)
		return r;
	if (number < min || number > max)
		return -ERANGE;
	*ret_number = number;
	return 0;
}

int unit_octal(const char *text, unsigned *ret_bits)
{
	int64_t bits;
	int r = integer(text, strlen(text), 8, &bits);

	if (r < 0)
		return r;
	if (bits < 0 || bits > 07777)
		return -ERANGE;
	*ret_bits = (unsigned)bits;
	return 0;
}

/* The power of 1024 that the letter before the end stands for; *n without the suffix. */
static int64_t multiplier(const char *s, size_t *n)
{
	static const char letters[] = "kmg";
	size_t len = *n;
	const char *found;

	if (len > 1 && (s[len - 1] == 'b' || s[len - 1] == 'B'))
		len--;
	found = len > 0 ? strchr(letters, s[len - 1] | 0x20) : NULL;
	if (!found || !*found)
		return 1;
	*n = len - 1;
	return (int64_t)1024 << (10 * (found - letters));
}

int unit_bytes(const char *text, int64_t *ret_bytes)
{
	size_t n = strlen(text);
	const char *s = trim(text, &n);
	int64_t factor = multiplier(s, &n), bytes;
	int r = integer(s, n, 10, &bytes);

	if (r < 0)
		return r;
	if (__builtin_mul_overflow(bytes, factor, &bytes))
		return -ERANGE;
	*ret_bytes = bytes;
	return 0;
}

int unit_duration(const char *text, int64_t *ret_seconds)
{
	static const char letters[] = "smhdw";
	static const int lengths[] = { 1, 60, 60 * 60, 24 * 60 * 60, 7 * 24 * 60 * 60 };
	size_t n = strlen(text);
	const char *s = trim(text, &n), *unit;
	int64_t seconds;
	int r;

	unit = n > 0 ? memchr(letters, s[n - 1] | 0x20, ARRAY_LEN(lengths)) : NULL;
	r = integer(s, unit ? n - 1 : n, 10, &seconds);
	if (r < 0)
		return r;
	if (seconds < 0 ||
	    __builtin_mul_overflow(seconds, unit ? lengths[unit - letters] : 1, &seconds))
		return -ERANGE;
	*ret_seconds = seconds;
	return 0;
}

int unit_bool(const char *text, bool *ret_on)
{
	static const char *const words[] = { "no", "yes", "false", "true", "off", "on", "0", "1" };

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strcasecmp(text, words[i]) == 0) {
			*ret_on = i % 2;
			return 0;
		}
	return -EINVAL;
}
