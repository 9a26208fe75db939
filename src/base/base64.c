/*
 * base64.c - passwords come in it (HTTP's basic authentication), and now and then a value of an
 * XML-RPC call.
 */
#include "base/base64.h"

#include <string.h>

/* 0..63, or -1. strchr() of the alphabet would find its NUL too. */
static int digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+')
		return 62;
	return c == '/' ? 63 : -1;
}

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* What follows the last digit: padding and space only, and it fills the group of four. */
static bool is_tail(const char *s, size_t n, size_t digits)
{
	size_t pads = 0;

	for (size_t i = 0; i < n; i++) {
		if (s[i] == '=')
			pads++;
		else if (!is_space(s[i]))
			return false;
	}
	if (digits % 4 == 1)
		return false;
	return pads == 0 || (digits + pads) % 4 == 0;
}

bool base64_decode(struct strbuf *sb, const char *s, size_t n)
{
	unsigned bits = 0;
	size_t i, digits = 0;

	for (i = 0; i < n; i++) {
		int d = digit(s[i]);

		if (d < 0 && is_space(s[i]))
			continue;
		if (d < 0)
			break;
		bits = bits << 6 | (unsigned)d;
		/* Of four digits the first completes no byte, each other one does. */
		if (digits++ % 4 != 0)
			strbuf_addc(sb, (char)(bits >> (6 - 2 * ((digits - 1) % 4))));
	}
	return is_tail(s + i, n - i, digits);
}
