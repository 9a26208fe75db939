/*
 * expand.c - %(name)s in the values of a configuration. printf() cannot do it: the format comes
 * from a file, it has names, and Python pads, signs and refuses in its own way.
 */
#include "base/expand.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/repr.h"
#include "base/utf8.h"

enum { LARGEST = 65536 };	/* width or precision: more is a slip, and memory */

struct conversion {
	bool        left, plus, space, alternate, zero;
	int         width, precision;	/* precision -1: none */
	char        letter;
	const struct expand_var *var;	/* NULL: no (name) was given */
};

struct parser {
	const char *text, *p;
	const struct expand_scope *scope;
	const char *what;
	struct err *err;
};

/* The name in parentheses, n bytes, against a variable's. */
static int compare_name(const char *name, size_t n, const char *other)
{
	int r = strncmp(name, other, n);

	return r == 0 && other[n] ? -1 : r;
}

static const struct expand_var *find_in(const struct expand_scope *scope, const char *name,
					size_t n)
{
	size_t low = 0, high = scope->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int r = compare_name(name, n, scope->vars[mid].name);

		if (r == 0)
			return &scope->vars[mid];
		if (r < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return NULL;
}

static const struct expand_var *find(const struct expand_scope *scope, const char *name, size_t n)
{
	const struct expand_var *var = NULL;

	for (; scope && !var; scope = scope->outer)
		var = find_in(scope, name, n);
	return var;
}

static int bad_format(const struct parser *p, const char *fmt, ...) printf_like(2, 3);

static int bad_format(const struct parser *p, const char *fmt, ...)
{
	struct strbuf sb = { 0 };
	char why[128];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	strbuf_adds(&sb, "Format string ");
	repr_add(&sb, p->text);
	strbuf_addf(&sb, " for '%s' is badly formatted: %s", p->what, why);
	err_set(p->err, -EINVAL, "%s", sb.oom ? why : strbuf_str(&sb));
	strbuf_done(&sb);
	return -EINVAL;
}

static int unknown_name(const struct parser *p, const char *name, size_t n)
{
	const char *comma = "";
	struct strbuf sb = { 0 };

	strbuf_adds(&sb, "Format string ");
	repr_add(&sb, p->text);
	strbuf_addf(&sb, " for '%s' contains names ('%.*s') which cannot be expanded. "
		    "Available names: ", p->what, (int)n, name);
	for (const struct expand_scope *s = p->scope; s; s = s->outer)
		for (size_t i = 0; i < s->n && sb.len < sizeof(p->err->text); i++) {
			strbuf_addf(&sb, "%s%s", comma, s->vars[i].name);
			comma = ", ";
		}
	err_set(p->err, -EINVAL, "%s", sb.oom ? "unknown name" : strbuf_str(&sb));
	strbuf_done(&sb);
	return -EINVAL;
}

/* "(name)", which may contain pairs of parentheses. */
static int parse_name(struct parser *p, struct conversion *c)
{
	const char *name = p->p + 1;
	int depth = 1;

	for (p->p = name; *p->p; p->p++) {
		depth += (*p->p == '(') - (*p->p == ')');
		if (depth == 0)
			break;
	}
	if (!*p->p)
		return bad_format(p, "incomplete format key");
	c->var = find(p->scope, name, (size_t)(p->p - name));
	if (!c->var)
		return unknown_name(p, name, (size_t)(p->p - name));
	p->p++;
	return 0;
}

static int parse_number(struct parser *p, const char *what, int *ret_number)
{
	int number = 0;

	for (; isdigit((unsigned char)*p->p); p->p++) {
		number = number * 10 + (*p->p - '0');
		if (number > LARGEST)
			return bad_format(p, "%s too big", what);
	}
	if (*p->p == '*')
		return bad_format(p, "* wants int");
	*ret_number = number;
	return 0;
}

static void parse_flags(struct parser *p, struct conversion *c)
{
	for (;; p->p++) {
		switch (*p->p) {
		case '-': c->left = true; break;
		case '+': c->plus = true; break;
		case ' ': c->space = true; break;
		case '#': c->alternate = true; break;
		case '0': c->zero = true; break;
		default: return;
		}
	}
}

/* From behind the % to behind the letter. */
static int parse_conversion(struct parser *p, struct conversion *c)
{
	int r = 0;

	if (*p->p == '(')
		r = parse_name(p, c);
	if (r == 0) {
		parse_flags(p, c);
		r = parse_number(p, "width", &c->width);
	}
	if (r == 0 && *p->p == '.') {
		p->p++;
		r = parse_number(p, "precision", &c->precision);
	}
	if (r < 0)
		return r;
	if (*p->p == 'h' || *p->p == 'l' || *p->p == 'L')
		p->p++;
	if (!*p->p)
		return bad_format(p, "incomplete format; a percent sign is written %%%%");
	c->letter = *p->p++;
	return 0;
}

static size_t count_chars(const char *s)
{
	size_t chars = 0, left = strlen(s), n;

	for (; left > 0; s += n, left -= n, chars++) {
		n = utf8_len(s, left);
		if (n == 0)
			n = 1;
	}
	return chars;
}

/* sign and prefix, padding, body; zeros go between, blanks outside. */
static void put(struct strbuf *out, const struct conversion *c, const char *head, const char *body,
		bool zeros)
{
	size_t used = count_chars(head) + count_chars(body), width = (size_t)c->width;
	size_t pad = width > used ? width - used : 0;

	for (; pad > 0 && !c->left && !zeros; pad--)
		strbuf_addc(out, ' ');
	strbuf_adds(out, head);
	for (; pad > 0 && !c->left; pad--)
		strbuf_addc(out, '0');
	strbuf_adds(out, body);
	for (; pad > 0; pad--)
		strbuf_addc(out, ' ');
}

/* put() for a body that was put together; takes it. */
static void put_built(struct strbuf *out, const struct conversion *c, const char *head,
		      struct strbuf *body, bool zeros)
{
	if (strbuf_str(body))
		put(out, c, head, strbuf_str(body), zeros);
	else
		out->oom = true;
	strbuf_done(body);
}

/* The precision of a text is the most characters that it may have. */
static void put_text(struct strbuf *out, const struct conversion *c, const char *text)
{
	size_t left = strlen(text), end = 0, n;
	struct strbuf cut = { 0 };

	for (int i = 0; end < left && (c->precision < 0 || i < c->precision); i++) {
		n = utf8_len(text + end, left - end);
		end += n ? n : 1;
	}
	strbuf_add(&cut, text, end);
	put_built(out, c, "", &cut, false);
}

static void put_repr(struct strbuf *out, const struct conversion *c, const char *text)
{
	struct strbuf quoted = { 0 };

	repr_add(&quoted, text);
	if (strbuf_str(&quoted))
		put_text(out, c, strbuf_str(&quoted));
	else
		out->oom = true;
	strbuf_done(&quoted);
}

static const char *sign_of(const struct conversion *c, bool negative)
{
	return negative ? "-" : c->plus ? "+" : c->space ? " " : "";
}

static void put_integer(struct strbuf *out, const struct conversion *c)
{
	uint64_t n = (uint64_t)c->var->number;
	bool negative = c->var->number < 0;
	char digits[32], head[8], prefix[3] = "";
	struct strbuf body = { 0 };
	int len;

	if (negative)
		n = 0 - n;
	if (c->letter == 'o')
		len = snprintf(digits, sizeof(digits), "%jo", (uintmax_t)n);
	else if (c->letter == 'x' || c->letter == 'X')
		len = snprintf(digits, sizeof(digits), c->letter == 'x' ? "%jx" : "%jX",
			       (uintmax_t)n);
	else
		len = snprintf(digits, sizeof(digits), "%ju", (uintmax_t)n);
	if (c->alternate && strchr("oxX", c->letter))
		snprintf(prefix, sizeof(prefix), "0%c", c->letter);
	snprintf(head, sizeof(head), "%s%s", sign_of(c, negative), prefix);
	for (; len < c->precision; len++)
		strbuf_addc(&body, '0');
	strbuf_adds(&body, digits);
	put_built(out, c, head, &body, c->zero);
}

static void put_real(struct strbuf *out, const struct conversion *c)
{
	double number = c->var->number < 0 ? -(double)c->var->number : (double)c->var->number;
	int precision = c->precision < 0 ? 6 : c->precision;
	struct strbuf body = { 0 };

	switch (c->letter) {
	case 'e': strbuf_addf(&body, "%.*e", precision, number); break;
	case 'E': strbuf_addf(&body, "%.*E", precision, number); break;
	case 'g': strbuf_addf(&body, "%.*g", precision, number); break;
	case 'G': strbuf_addf(&body, "%.*G", precision, number); break;
	default: strbuf_addf(&body, "%.*f", precision, number); break;
	}
	put_built(out, c, sign_of(c, c->var->number < 0), &body, c->zero);
}

/* %c: the character with that number, or a text that is one character. */
static int put_char(const struct parser *p, struct strbuf *out, const struct conversion *c)
{
	char text[2] = { 0 };

	if (c->var->text) {
		if (count_chars(c->var->text) != 1)
			return bad_format(p, "%%c requires int or char");
		put(out, c, "", c->var->text, false);
		return 0;
	}
	if (c->var->number < 1 || c->var->number > 0x7f)
		return bad_format(p, "%%c arg not in range(128)");
	text[0] = (char)c->var->number;
	put(out, c, "", text, false);
	return 0;
}

static void put_as_text(struct strbuf *out, const struct conversion *c)
{
	char digits[32];

	if (c->var->text && c->letter == 'r') {
		put_repr(out, c, c->var->text);
	} else if (c->var->text) {
		put_text(out, c, c->var->text);
	} else {
		snprintf(digits, sizeof(digits), "%jd", (intmax_t)c->var->number);
		put_text(out, c, digits);
	}
}

static int bad_letter(const struct parser *p, const char *letter)
{
	unsigned code = (unsigned char)*letter;
	size_t n = utf8_len(letter, strlen(letter));

	if (n > 1)
		code &= 0x7fU >> n;
	for (size_t i = 1; i < n; i++)
		code = code << 6 | ((unsigned char)letter[i] & 0x3f);
	return bad_format(p, "unsupported format character '%.*s' (0x%x) at index %zu; "
			  "a percent sign is written %%%%", n ? (int)n : 1, letter, code,
			  (size_t)(letter - p->text));
}

static int put_conversion(const struct parser *p, struct strbuf *out, const struct conversion *c)
{
	if (!strchr("diuoxXeEfFgGcrs", c->letter))
		return bad_letter(p, p->p - 1);
	if (!c->var)
		return bad_format(p, "%%%c without a name; a percent sign is written %%%%",
				  c->letter);
	if (c->letter == 'c')
		return put_char(p, out, c);
	if (c->letter == 's' || c->letter == 'r')
		put_as_text(out, c);
	else if (c->var->text)
		return bad_format(p, "%%%c format: a real number is required, not str", c->letter);
	else if (strchr("eEfFgG", c->letter))
		put_real(out, c);
	else
		put_integer(out, c);
	return 0;
}

int expand(const char *text, const struct expand_scope *scope, const char *what,
	   struct strbuf *out, struct err *err)
{
	struct parser p = { .text = text, .p = text, .scope = scope, .what = what, .err = err };
	int r = 0;

	while (*p.p && r == 0) {
		struct conversion c = { .precision = -1 };
		size_t plain = strcspn(p.p, "%");

		strbuf_add(out, p.p, plain);
		p.p += plain;
		if (!*p.p)
			break;
		if (*++p.p == '%') {
			strbuf_addc(out, *p.p++);
			continue;
		}
		r = parse_conversion(&p, &c);
		if (r == 0)
			r = put_conversion(&p, out, &c);
	}
	if (r == 0 && out->oom)
		return err_set(err, -ENOMEM, "%s", strerror(ENOMEM));
	return r;
}
