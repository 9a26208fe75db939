/*
 * strbuf.c - strings of unknown length (messages, environments, XML). utstring.h would do, but
 * it ends the program when memory is short, which the parent of other people's services may not.
 */
#include "base/strbuf.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void strbuf_done(struct strbuf *sb)
{
	free(sb->s);
	*sb = (struct strbuf){ 0 };
}

bool strbuf_reserve(struct strbuf *sb, size_t n)
{
	size_t need = sb->len + n + 1, cap = sb->cap ? sb->cap : 64;
	char *s;

	if (sb->oom || need < n)
		return false;
	if (need <= sb->cap)
		return true;
	while (cap < need)
		cap = cap > SIZE_MAX / 2 ? need : cap * 2;
	s = realloc(sb->s, cap);
	if (!s) {
		sb->oom = true;
		return false;
	}
	sb->s = s;
	sb->cap = cap;
	sb->s[sb->len] = '\0';
	return true;
}

void strbuf_add(struct strbuf *sb, const void *p, size_t n)
{
	if (!n || !strbuf_reserve(sb, n))
		return;
	memcpy(sb->s + sb->len, p, n);
	sb->len += n;
	sb->s[sb->len] = '\0';
}

void strbuf_adds(struct strbuf *sb, const char *s)
{
	strbuf_add(sb, s, strlen(s));
}

void strbuf_addc(struct strbuf *sb, char c)
{
	if (sb->oom || sb->len + 1 >= sb->cap) {
		strbuf_add(sb, &c, 1);
		return;
	}
	sb->s[sb->len++] = c;
	sb->s[sb->len] = '\0';
}

void strbuf_addf(struct strbuf *sb, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0 || !strbuf_reserve(sb, (size_t)n))
		return;
	va_start(ap, fmt);
	vsnprintf(sb->s + sb->len, (size_t)n + 1, fmt, ap);
	va_end(ap);
	sb->len += (size_t)n;
}

void strbuf_reset(struct strbuf *sb)
{
	sb->len = 0;
	sb->oom = false;
	if (sb->s)
		sb->s[0] = '\0';
}

void strbuf_consume(struct strbuf *sb, size_t n)
{
	if (!n)
		return;
	memmove(sb->s, sb->s + n, sb->len - n + 1);
	sb->len -= n;
}

const char *strbuf_str(const struct strbuf *sb)
{
	if (sb->oom)
		return NULL;
	return sb->s ? sb->s : "";
}

char *strbuf_steal(struct strbuf *sb)
{
	char *s = NULL;

	if (strbuf_reserve(sb, 0)) {
		s = sb->s;
		sb->s = NULL;
	}
	strbuf_done(sb);
	return s;
}
