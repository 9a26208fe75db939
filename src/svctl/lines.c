/* lines.c - logs of several programs are shown together, and what is shown together is lines */
#include "svctl/lines.h"

#include <errno.h>
#include <string.h>

/* What a server puts into the stream of a log that was cleared, in the middle of a line maybe. */
static const char truncated[] = "==> File truncated <==";

static void give(struct lines *l, const char *line, size_t n)
{
	size_t mark = sizeof(truncated) - 1;

	if (n > mark && memcmp(line + n - mark, truncated, mark) == 0) {
		l->take(l->arg, line, n - mark);
		line += n - mark;
		n = mark;
	}
	l->take(l->arg, line, n);
}

static void give_kept(struct lines *l)
{
	give(l, l->rest.s, l->rest.len);
	strbuf_reset(&l->rest);
}

static int keep(struct lines *l, const char *data, size_t n)
{
	strbuf_add(&l->rest, data, n);
	if (l->rest.oom)
		return -ENOMEM;
	if (l->rest.len >= LINES_LONGEST)
		give_kept(l);
	return 0;
}

int lines_feed(struct lines *l, const char *data, size_t n)
{
	while (n > 0) {
		const char *newline = memchr(data, '\n', n);
		size_t len = newline ? (size_t)(newline - data) : n;

		if (!newline)
			return keep(l, data, n);
		if (l->rest.len == 0) {
			give(l, data, len);
		} else {
			strbuf_add(&l->rest, data, len);
			if (l->rest.oom)
				return -ENOMEM;
			give_kept(l);
		}
		data += len + 1;
		n -= len + 1;
	}
	return 0;
}

void lines_end(struct lines *l)
{
	if (l->rest.len > 0)
		give_kept(l);
	strbuf_done(&l->rest);
}

const char *lines_last(const char *text, size_t n, size_t max, bool more)
{
	const char *end = text + n, *begin = end, *p = end;

	if (max == 0)
		return end;
	if (n > 0 && p[-1] == '\n')
		p--;
	while ((p = memrchr(text, '\n', (size_t)(p - text)))) {
		begin = p + 1;
		if (--max == 0)
			return begin;
	}
	return more ? begin : text;
}
