/*
 * sse.c - the part of the format that svd's stream has: the data of an event says all, also what
 * "id" and "event" say. Lines end with LF or CRLF. What was begun when the stream ends is no event.
 */
#include "svctl/sse.h"

#include <errno.h>
#include <string.h>

enum { SSE_FIELD_MAX = 8 };	/* bytes of "data: ", and more */

static void add_data(struct sse *s, const char *text, size_t n)
{
	/* What lines.c gives out in parts is that long at least. */
	if (s->data.len + n + SSE_FIELD_MAX > SSE_DATA_MAX) {
		s->too_long = true;
		strbuf_reset(&s->data);
	}
	if (s->too_long)
		return;
	if (s->has_data)
		strbuf_addc(&s->data, '\n');
	s->has_data = true;
	strbuf_add(&s->data, text, n);
}

static void finish(struct sse *s)
{
	const char *data = strbuf_str(&s->data);

	if (s->has_data && !s->too_long && data)
		s->take(s->arg, data, s->data.len);
	strbuf_reset(&s->data);
	s->has_data = s->too_long = false;
}

/* "data: text", "data:text", "data"; another field; ": a comment", which keeps connections alive */
static void on_line(void *arg, const char *line, size_t n)
{
	static const char data[] = "data";
	struct sse *s = arg;
	size_t field = sizeof(data) - 1;

	if (n > 0 && line[n - 1] == '\r')
		n--;
	if (n == 0) {
		finish(s);
		return;
	}
	if (n < field || memcmp(line, data, field) != 0 || (n > field && line[field] != ':'))
		return;
	if (n > field)
		field++;
	if (n > field && line[field] == ' ')
		field++;
	add_data(s, line + field, n - field);
}

void sse_init(struct sse *s, void (*take)(void *arg, const char *data, size_t n), void *arg)
{
	*s = (struct sse){ .take = take, .arg = arg, .lines = { .take = on_line, .arg = s } };
}

void sse_done(struct sse *s)
{
	strbuf_done(&s->lines.rest);
	strbuf_done(&s->data);
}

int sse_feed(struct sse *s, const char *bytes, size_t n)
{
	return lines_feed(&s->lines, bytes, n) < 0 || s->data.oom ? -ENOMEM : 0;
}
