/*
 * tame.c - a program may log anything, and have any name: sequences that move the cursor, rename
 * the window or answer for the person at the keyboard must not reach the terminal.
 */
#include "svctl/tame.h"

#include <stdbool.h>
#include <string.h>
#include <wchar.h>

#include "base/utf8.h"

static const char reset[] = "\033[0m";

/* Bytes of the sequence at text that changes colours, 0 if it is none: ESC [ digits ; m. */
static size_t colour_len(const char *text, size_t n)
{
	size_t i = 2;

	if (n < 3 || text[0] != '\033' || text[1] != '[')
		return 0;
	while (i < n && ((text[i] >= '0' && text[i] <= '9') || text[i] == ';'))
		i++;
	return i < n && text[i] == 'm' ? i + 1 : 0;
}

static void add_control(struct strbuf *sb, unsigned char c, unsigned flags)
{
	if ((c == '\t' && (flags & TAME_TABS)) || (flags & TAME_CONTROLS))
		strbuf_addc(sb, (char)c);
	else
		strbuf_addf(sb, "^%c", c ^ 0x40);
}

static bool is_control(unsigned char c)
{
	return c < 0x20 || c == 0x7f;
}

/* U+0080 to U+009F: the control characters of eight bits. */
static bool is_high_control(const char *text, size_t len)
{
	return len == 2 && (unsigned char)text[0] == 0xc2 && (unsigned char)text[1] < 0xa0;
}

/* One character that is no colour. Returns its bytes. */
static size_t add_char(struct strbuf *sb, const char *text, size_t n, unsigned flags)
{
	size_t len = utf8_len(text, n);

	if (len == 0 || (is_high_control(text, len) && !(flags & TAME_CONTROLS)))
		strbuf_adds(sb, UTF8_REPLACEMENT);
	else if (is_control((unsigned char)*text))
		add_control(sb, (unsigned char)*text, flags);
	else
		strbuf_add(sb, text, len);
	return len ? len : 1;
}

void tame_add(struct strbuf *sb, const char *text, size_t n, unsigned flags)
{
	bool coloured = false;

	while (n > 0) {
		size_t len = flags & TAME_COLOURS ? colour_len(text, n) : 0;

		if (len > 0) {
			strbuf_add(sb, text, len);
			coloured = true;
		} else {
			len = add_char(sb, text, n, flags);
		}
		text += len;
		n -= len;
	}
	if (coloured)
		strbuf_adds(sb, reset);
}

/* Columns of the character of len bytes; what the locale does not know takes one. */
static size_t char_width(const char *text, size_t len)
{
	static const unsigned char lead_bits[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	wchar_t c = (unsigned char)text[0] & lead_bits[len];
	int width;

	for (size_t i = 1; i < len; i++)
		c = (c << 6) | ((unsigned char)text[i] & 0x3f);
	width = wcwidth(c);
	return width < 0 ? 1 : (size_t)width;
}

/* Bytes of the first character of what is tame. */
static size_t char_len(const char *text, size_t n)
{
	size_t len = utf8_len(text, n);

	return len ? len : 1;
}

size_t tame_width(const char *text, size_t n)
{
	size_t width = 0;

	for (size_t i = 0, len; i < n; i += len) {
		len = char_len(text + i, n - i);
		width += char_width(text + i, len);
	}
	return width;
}

size_t tame_cut(const char *text, size_t columns)
{
	size_t n = strlen(text), i = 0, len;

	for (; i < n; i += len) {
		size_t width;

		len = char_len(text + i, n - i);
		width = char_width(text + i, len);
		if (width > columns)
			break;
		columns -= width;
	}
	return i;
}
