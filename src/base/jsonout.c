/*
 * jsonout.c - a list of a thousand processes is asked for now and then, and svd must not be late
 * for its programs meanwhile: text is a fifth of the work of a tree of values and its text.
 */
#include "base/jsonout.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "base/utf8.h"

/* Characters that stand for themselves in a string. */
static const bool is_plain[256] = {
	[' '] = true, ['!'] = true, ['#' ... '['] = true, [']' ... 0x7f] = true,
};

static void add_other(struct strbuf *sb, const char *s, size_t n)
{
	static const char digits[] = "0123456789abcdef";
	unsigned char c = (unsigned char)*s;
	char escape[] = "\\u00xx";

	if (c >= 0x80) {
		strbuf_add(sb, n ? s : UTF8_REPLACEMENT, n ? n : strlen(UTF8_REPLACEMENT));
	} else if (c == '"' || c == '\\') {
		strbuf_addc(sb, '\\');
		strbuf_addc(sb, (char)c);
	} else {
		escape[4] = digits[c >> 4];
		escape[5] = digits[c & 15];
		strbuf_adds(sb, escape);
	}
}

void json_out_bytes(struct strbuf *sb, const char *s, size_t len)
{
	const char *end = s + len;

	strbuf_addc(sb, '"');
	while (s < end) {
		const char *run = s;
		size_t n;

		while (s < end && is_plain[(unsigned char)*s])
			s++;
		strbuf_add(sb, run, (size_t)(s - run));
		if (s == end)
			break;
		n = utf8_len(s, (size_t)(end - s));
		add_other(sb, s, n);
		s += n ? n : 1;
	}
	strbuf_addc(sb, '"');
}

void json_out_string(struct strbuf *sb, const char *s)
{
	json_out_bytes(sb, s, strlen(s));
}

void json_out_int(struct strbuf *sb, int64_t n)
{
	char digits[24], *p = digits + sizeof(digits);
	uint64_t rest = n < 0 ? -(uint64_t)n : (uint64_t)n;

	do {
		*--p = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest > 0);
	if (n < 0)
		*--p = '-';
	strbuf_add(sb, p, (size_t)(digits + sizeof(digits) - p));
}

void json_out_comma(struct strbuf *sb)
{
	char last = sb->len ? sb->s[sb->len - 1] : '[';

	if (last != '[' && last != '{')
		strbuf_addc(sb, ',');
}

void json_out_key(struct strbuf *sb, const char *key)
{
	json_out_comma(sb);
	strbuf_addc(sb, '"');
	strbuf_adds(sb, key);
	strbuf_add(sb, "\":", 2);
}

void json_out_member(struct strbuf *sb, const char *key, const char *s)
{
	json_out_key(sb, key);
	json_out_string(sb, s);
}

void json_out_member_int(struct strbuf *sb, const char *key, int64_t n)
{
	json_out_key(sb, key);
	json_out_int(sb, n);
}

void json_out_member_large(struct strbuf *sb, const char *key, uint64_t n)
{
	json_out_key(sb, key);
	strbuf_addf(sb, "%" PRIu64 ".0", n);
}

void json_out_member_bool(struct strbuf *sb, const char *key, bool value)
{
	json_out_key(sb, key);
	strbuf_adds(sb, value ? "true" : "false");
}
