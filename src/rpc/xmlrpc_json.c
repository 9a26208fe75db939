/*
 * xmlrpc_json.c - JSON text to an XML-RPC result in one pass, without the tree of values between
 * them: that of a thousand processes is 15,000 allocations. What comes out is, byte for byte, what
 * xmlrpc_write.c makes of the tree.
 */
#include "rpc/xmlrpc.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

/* Where we are. Each function below leaves p behind what it has taken, or fails. */
struct text {
	const char    *p, *end;
	struct strbuf *xml;	/* borrowed */
	unsigned       depth;
};

/* Characters of a string that are the same in JSON and in XML. */
static const bool is_plain[256] = {
	[' '] = true, ['!'] = true, ['#' ... '%'] = true, ['\'' ... ';'] = true, ['='] = true,
	['?' ... '['] = true, [']' ... 0x7f] = true,
};

/* What numbers are made of. */
static const bool is_numeric[256] = {
	['0' ... '9'] = true, ['+'] = true, ['-'] = true, ['.'] = true, ['e'] = true, ['E'] = true,
};

static void skip_space(struct text *t)
{
	while (t->p < t->end && (*t->p == ' ' || *t->p == '\t' || *t->p == '\n' || *t->p == '\r'))
		t->p++;
}

/* Takes c, and white space before it, if it comes next. */
static bool take(struct text *t, char c)
{
	skip_space(t);
	if (t->p == t->end || *t->p != c)
		return false;
	t->p++;
	return true;
}

/* --- strings --- */

/* The four digits behind "\u"; -1: they are none. */
static int32_t take_hex(struct text *t)
{
	int32_t code = 0;

	if (t->end - t->p < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		static const char digits[] = "0123456789abcdef0123456789ABCDEF";
		const char *found = *t->p ? strchr(digits, *t->p) : NULL;

		if (!found)
			return -1;
		code = code << 4 | (int32_t)((found - digits) & 15);
		t->p++;
	}
	return code;
}

/* Two of them make one character beyond U+FFFF; one alone is none. */
static int32_t take_code(struct text *t)
{
	int32_t high = take_hex(t), low;

	if (high < 0xd800 || high > 0xdfff)
		return high;
	if (high > 0xdbff || t->end - t->p < 2 || t->p[0] != '\\' || t->p[1] != 'u')
		return -1;
	t->p += 2;
	low = take_hex(t);
	if (low < 0xdc00 || low > 0xdfff)
		return -1;
	return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
}

static size_t utf8_put(char buf[4], int32_t code)
{
	static const int32_t limits[] = { 0x80, 0x800, 0x10000 };
	static const unsigned char marks[] = { 0, 0xc0, 0xe0, 0xf0 };
	size_t n = 1;

	while (n < 4 && code >= limits[n - 1])
		n++;
	for (size_t i = n - 1; i > 0; i--, code >>= 6)
		buf[i] = (char)(0x80 | (code & 0x3f));
	buf[0] = (char)(marks[n - 1] | code);
	return n;
}

static int take_escape(struct text *t)
{
	static const char names[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
	char c = t->p < t->end ? *t->p++ : '\0', buf[4];
	const char *found = c ? strchr(names, c) : NULL;
	int32_t code;

	if (found) {
		xmlrpc_add_text(t->xml, &meanings[found - names], 1);
		return 0;
	}
	code = c == 'u' ? take_code(t) : -1;
	if (code < 0)
		return -EPROTO;
	xmlrpc_add_text(t->xml, buf, utf8_put(buf, code));
	return 0;
}

/* A character that is not plain, nor the end of the string. */
static int take_other(struct text *t)
{
	size_t n;

	if (*t->p == '\\') {
		t->p++;
		return take_escape(t);
	}
	n = utf8_len(t->p, (size_t)(t->end - t->p));
	if (!n || (unsigned char)*t->p < ' ')
		return -EPROTO;
	xmlrpc_add_text(t->xml, t->p, n);
	t->p += n;
	return 0;
}

/* What follows a quotation mark, as the text of an element. */
static int take_text(struct text *t)
{
	for (;;) {
		const char *run = t->p;

		while (t->p < t->end && is_plain[(unsigned char)*t->p])
			t->p++;
		strbuf_add(t->xml, run, (size_t)(t->p - run));
		if (t->p == t->end)
			return -EPROTO;
		if (*t->p == '"')
			break;
		if (take_other(t) < 0)
			return -EPROTO;
	}
	t->p++;
	return 0;
}

static int take_string(struct text *t)
{
	int ret;

	t->p++;
	strbuf_add_lit(t->xml, "<string>");
	ret = take_text(t);
	strbuf_add_lit(t->xml, "</string>");
	return ret;
}

/* --- other values --- */

static int take_value(struct text *t);

static int take_real(struct text *t, const char *s, size_t n)
{
	char copy[64], *end;
	double value;

	if (n >= sizeof(copy))
		return -EPROTO;
	memcpy(copy, s, n);
	copy[n] = '\0';
	value = strtod(copy, &end);
	if (*end || !isfinite(value))
		return -EPROTO;
	strbuf_add_lit(t->xml, "<double>");
	strbuf_add(t->xml, s, n);
	strbuf_add_lit(t->xml, "</double>");
	return 0;
}

static int take_number(struct text *t)
{
	const char *s = t->p, *digits = s + (*s == '-');
	int64_t value = 0;
	size_t n;

	while (t->p < t->end && is_numeric[(unsigned char)*t->p])
		t->p++;
	n = (size_t)(t->p - digits);
	if (!n || *digits < '0' || *digits > '9')
		return -EPROTO;
	for (size_t i = 0; i < n; i++) {
		if (digits[i] < '0' || digits[i] > '9')
			return take_real(t, s, (size_t)(t->p - s));
		if (value <= INT32_MAX)		/* it is capped there anyway */
			value = value * 10 + (digits[i] - '0');
	}
	xmlrpc_add_int(t->xml, *s == '-' ? -value : value);
	return 0;
}

static int take_literal(struct text *t)
{
	static const struct {
		const char *json, *xml;
	} literals[] = {
		{ "true", "<boolean>1</boolean>" },
		{ "false", "<boolean>0</boolean>" },
		{ "null", "<nil/>" },
	};

	for (size_t i = 0; i < ARRAY_LEN(literals); i++) {
		size_t n = strlen(literals[i].json);

		if ((size_t)(t->end - t->p) >= n && memcmp(t->p, literals[i].json, n) == 0) {
			t->p += n;
			strbuf_adds(t->xml, literals[i].xml);
			return 0;
		}
	}
	return -EPROTO;
}

static int take_array(struct text *t)
{
	t->p++;
	strbuf_add_lit(t->xml, "<array><data>\n");
	if (!take(t, ']')) {
		do {
			if (take_value(t) < 0)
				return -EPROTO;
		} while (take(t, ','));
		if (!take(t, ']'))
			return -EPROTO;
	}
	strbuf_add_lit(t->xml, "</data></array>");
	return 0;
}

static int take_member(struct text *t)
{
	if (!take(t, '"'))
		return -EPROTO;
	strbuf_add_lit(t->xml, "<member>\n<name>");
	if (take_text(t) < 0 || !take(t, ':'))
		return -EPROTO;
	strbuf_add_lit(t->xml, "</name>\n");
	if (take_value(t) < 0)
		return -EPROTO;
	strbuf_add_lit(t->xml, "</member>\n");
	return 0;
}

static int take_struct(struct text *t)
{
	t->p++;
	strbuf_add_lit(t->xml, "<struct>\n");
	if (!take(t, '}')) {
		do {
			if (take_member(t) < 0)
				return -EPROTO;
		} while (take(t, ','));
		if (!take(t, '}'))
			return -EPROTO;
	}
	strbuf_add_lit(t->xml, "</struct>");
	return 0;
}

static int take_typed(struct text *t)
{
	switch (*t->p) {
	case '{':		return take_struct(t);
	case '[':		return take_array(t);
	case '"':		return take_string(t);
	case '-':
	case '0' ... '9':	return take_number(t);
	default:		return take_literal(t);
	}
}

static int take_value(struct text *t)
{
	int ret;

	skip_space(t);
	if (t->p == t->end || t->depth > XMLRPC_DEPTH_MAX)
		return -EPROTO;
	t->depth++;
	strbuf_add_lit(t->xml, "<value>");
	ret = take_typed(t);
	strbuf_add_lit(t->xml, "</value>\n");
	t->depth--;
	return ret;
}

int xmlrpc_build_result_of(struct strbuf *sb, const char *json, size_t n)
{
	struct text t = { .p = json, .end = json + n, .xml = sb };
	int ret;

	strbuf_add_lit(sb, XMLRPC_RESULT_HEAD);
	ret = take_value(&t);
	skip_space(&t);
	if (ret < 0 || t.p != t.end)
		return -EPROTO;
	strbuf_add_lit(sb, XMLRPC_RESULT_TAIL);
	return sb->oom ? -ENOMEM : 0;
}
