/*
 * input.c - the one reader of standard input. The shell, its questions and `fg` take turns with it,
 * and what one of them read ahead is the next one's; stdio would not say whether it has something.
 */
#include "svctl/input.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/strbuf.h"

static struct strbuf ahead;	/* read, and nobody's yet */

static char *take(size_t line_len, size_t with_newline)
{
	char *line = strndup(strbuf_str(&ahead), line_len);

	strbuf_consume(&ahead, with_newline);
	return line;
}

char *in_line_at_hand(void)
{
	const char *newline = ahead.len > 0 ? memchr(ahead.s, '\n', ahead.len) : NULL;
	size_t n;

	if (!newline)
		return NULL;
	n = (size_t)(newline - ahead.s);
	return take(n, n + 1);
}

bool in_fill(void)
{
	char chunk[4096];
	ssize_t n;

	do {
		n = read(STDIN_FILENO, chunk, sizeof(chunk));
	} while (n < 0 && errno == EINTR);
	if (n <= 0)
		return false;
	strbuf_add(&ahead, chunk, (size_t)n);
	if (strbuf_str(&ahead))
		return true;
	strbuf_done(&ahead);
	return false;
}

char *in_rest(void)
{
	return ahead.len > 0 ? take(ahead.len, ahead.len) : NULL;
}

char *in_line(void)
{
	char *line;

	while (!(line = in_line_at_hand())) {
		if (!in_fill())
			return in_rest();
	}
	return line;
}
