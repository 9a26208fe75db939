/*
 * utf8.c - programs print any bytes, JSON and XML take only text. The ranges are those of the
 * Unicode standard's table of well-formed sequences: no overlong forms, no surrogates.
 */
#include "base/utf8.h"

#include <stdint.h>
#include <string.h>

#include "base/macro.h"

struct form {
	unsigned char first, last;		/* of the lead byte */
	unsigned char len;
	unsigned char second_min, second_max;	/* of the byte after it */
};

static const struct form forms[] = {
	{ 0x00, 0x7f, 1, 0,    0 },	{ 0xc2, 0xdf, 2, 0x80, 0xbf },
	{ 0xe0, 0xe0, 3, 0xa0, 0xbf },	{ 0xe1, 0xec, 3, 0x80, 0xbf },
	{ 0xed, 0xed, 3, 0x80, 0x9f },	{ 0xee, 0xef, 3, 0x80, 0xbf },
	{ 0xf0, 0xf0, 4, 0x90, 0xbf },	{ 0xf1, 0xf3, 4, 0x80, 0xbf },
	{ 0xf4, 0xf4, 4, 0x80, 0x8f },
};

static const struct form *form_of(unsigned char lead)
{
	for (size_t i = 0; i < ARRAY_LEN(forms); i++)
		if (lead >= forms[i].first && lead <= forms[i].last)
			return &forms[i];
	return NULL;
}

/* Do these n bytes have that form, as far as they go? */
static bool fits(const struct form *f, const unsigned char *u, size_t n)
{
	if (n > 1 && (u[1] < f->second_min || u[1] > f->second_max))
		return false;
	for (size_t i = 2; i < n; i++)
		if (u[i] < 0x80 || u[i] > 0xbf)
			return false;
	return true;
}

size_t utf8_len(const char *s, size_t n)
{
	const unsigned char *u = (const unsigned char *)s;
	const struct form *f = form_of(u[0]);

	return f && f->len <= n && fits(f, u, f->len) ? f->len : 0;
}

/* Most of what programs print is ASCII, and there may be much of it. */
static size_t ascii_len(const char *s, size_t n)
{
	static const uint64_t HIGH_BITS = 0x8080808080808080;
	size_t i = 0;
	uint64_t word;

	for (; n - i >= sizeof(word); i += sizeof(word)) {
		memcpy(&word, s + i, sizeof(word));
		if (word & HIGH_BITS)
			break;
	}
	while (i < n && !(s[i] & 0x80))
		i++;
	return i;
}

bool utf8_is_valid(const char *s, size_t n)
{
	size_t len;

	for (size_t i = ascii_len(s, n); i < n; i += len + ascii_len(s + i + len, n - i - len)) {
		len = utf8_len(s + i, n - i);
		if (!len)
			return false;
	}
	return true;
}

size_t utf8_cut(const char *s, size_t n)
{
	for (size_t back = 1; back <= 3 && back <= n; back++) {
		const unsigned char *u = (const unsigned char *)s + n - back;
		const struct form *f = form_of(*u);

		if (f)
			return f->len > back && fits(f, u, back) ? back : 0;
	}
	return 0;
}
