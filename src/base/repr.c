/*
 * repr.c - texts of other people in our messages: quoted, and on one line whatever is in them.
 * Supervisor's messages are full of Python's %r, and some clients look for them.
 */
#include "base/repr.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "base/utf8.h"

static void add_escaped(struct strbuf *out, unsigned char c)
{
	static const char named[] = "\tt\nn\rr\\\\";
	const char *row = named;

	while (*row && (unsigned char)*row != c)
		row += 2;
	if (*row)
		strbuf_addf(out, "\\%c", row[1]);
	else
		strbuf_addf(out, "\\x%02x", c);
}

void repr_add(struct strbuf *out, const char *text)
{
	char quote = strchr(text, '\'') && !strchr(text, '"') ? '"' : '\'';
	size_t left = strlen(text), n;

	strbuf_addc(out, quote);
	for (; left > 0; text += n, left -= n) {
		unsigned char c = (unsigned char)*text;

		n = utf8_len(text, left);
		if (c == quote)
			strbuf_addf(out, "\\%c", c);
		else if (n == 0 || c < ' ' || c == 0x7f || c == '\\')
			add_escaped(out, c);
		else
			strbuf_add(out, text, n);
		if (n == 0)
			n = 1;
	}
	strbuf_addc(out, quote);
}

/* Letters beyond ASCII are not: some look like others, some turn the line around. */
static bool is_plain(const char *text)
{
	static const char signs[] = "_-.:*@+/,=%";

	for (const char *c = text; *c; c++)
		if (!isascii((unsigned char)*c) ||
		    (!isalnum((unsigned char)*c) && !strchr(signs, *c)))
			return false;
	return *text != '\0';
}

void repr_add_word(struct strbuf *out, const char *text)
{
	char begin[REPR_WORD_MAX + 1];
	size_t n = strnlen(text, sizeof(begin));

	if (n == sizeof(begin)) {
		n = REPR_WORD_MAX - utf8_cut(text, REPR_WORD_MAX);
		memcpy(begin, text, n);
		begin[n] = '\0';
		repr_add(out, begin);
		strbuf_adds(out, "...");
	} else if (is_plain(text)) {
		strbuf_adds(out, text);
	} else {
		repr_add(out, text);
	}
}

void repr_add_bytes(struct strbuf *out, const char *p, size_t n)
{
	char quote = memchr(p, '\'', n) && !memchr(p, '"', n) ? '"' : '\'';

	strbuf_addc(out, 'b');
	strbuf_addc(out, quote);
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)p[i];

		if (c == quote)
			strbuf_addf(out, "\\%c", c);
		else if (c < ' ' || c >= 0x7f || c == '\\')
			add_escaped(out, c);
		else
			strbuf_addc(out, p[i]);
	}
	strbuf_addc(out, quote);
}
