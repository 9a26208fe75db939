/* html.c - names come from a configuration and logs from anywhere: nothing of it is trusted. */
#include "httpd/html.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/macro.h"
#include "base/strbuf.h"
#include "base/utf8.h"

static const char *entity(char c)
{
	switch (c) {
	case '&':  return "&amp;";
	case '<':  return "&lt;";
	case '>':  return "&gt;";
	case '"':  return "&quot;";
	case '\'': return "&#39;";
	default:   return NULL;
	}
}

static bool is_control(unsigned char c)
{
	return (c < 0x20 && c != '\t' && c != '\n') || c == 0x7f;
}

/* U+0080 to U+009F, and what Unicode has for the direction of text, which browsers obey. */
static bool is_deceiving(const char *s, size_t n)
{
	static const struct { uint32_t first, last; } ranges[] = {
		{ 0x80, 0x9f }, { 0x61c, 0x61c }, { 0x200e, 0x200f }, { 0x202a, 0x202e },
		{ 0x2066, 0x2069 },
	};
	uint32_t code = n == 2 ? (uint32_t)(s[0] & 0x1f) << 6 | (s[1] & 0x3f) :
				 (uint32_t)(s[0] & 0x0f) << 12 | (uint32_t)(s[1] & 0x3f) << 6 |
				 (s[2] & 0x3f);

	for (size_t i = 0; n < 4 && i < ARRAY_LEN(ranges); i++)
		if (code >= ranges[i].first && code <= ranges[i].last)
			return true;
	return false;
}

/* Appends the character at s and returns its bytes. */
static size_t add_one(struct strbuf *sb, const char *s, size_t n, bool is_shown)
{
	size_t len = utf8_len(s, n);
	const char *name = entity(*s);

	if (name)
		strbuf_adds(sb, name);
	else if (len == 0 || (is_shown && (is_control((unsigned char)*s) ||
					   (len > 1 && is_deceiving(s, len)))))
		strbuf_adds(sb, UTF8_REPLACEMENT);
	else
		strbuf_add(sb, s, len);
	return len ? len : 1;
}

/* Most characters are none of these, and go in one. */
static size_t plain_len(const char *s, size_t n)
{
	size_t i = 0;

	while (i < n && (unsigned char)s[i] < 0x7f && !entity(s[i]) &&
	       !is_control((unsigned char)s[i]))
		i++;
	return i;
}

static void add(struct strbuf *sb, const char *s, size_t n, bool is_shown)
{
	while (n > 0) {
		size_t len = plain_len(s, n);

		if (len > 0)
			strbuf_add(sb, s, len);
		else
			len = add_one(sb, s, n, is_shown);
		s += len;
		n -= len;
	}
}

void html_add(struct strbuf *sb, const char *s, size_t n)
{
	add(sb, s, n, true);
}

void html_add_value(struct strbuf *sb, const char *s)
{
	if (s)
		add(sb, s, strlen(s), false);
}

void html_adds(struct strbuf *sb, const char *s)
{
	if (s)
		html_add(sb, s, strlen(s));
}

void html_add_query(struct strbuf *sb, const char *s)
{
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (c < 0x80 && (isalnum(c) || strchr("-._~:", c)))
			strbuf_addc(sb, *s);
		else
			strbuf_addf(sb, "%%%02X", c);
	}
}
