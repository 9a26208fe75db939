/*
 * result.c - the handlers of results that people name in result_handler=, which in Supervisor are
 * functions in Python: its own, and that of the package supervisor-stdout.
 */
#include "svd/result.h"

#include <stdbool.h>
#include <string.h>

#include "base/macro.h"
#include "base/strbuf.h"
#include "svd/printer.h"

typedef enum verdict handler_fn(const char *p, size_t n, struct printer *printer);

/* Mirrors supervisor.dispatchers.default_handler. */
static enum verdict judge(const char *p, size_t n, struct printer *printer)
{
	(void)printer;
	return n == 2 && memcmp(p, "OK", 2) == 0 ? VERDICT_DONE : VERDICT_REJECTED;
}

/* The value of a word "key:value" in a head of n bytes; NULL: there is none. */
static const char *value_of(const char *head, size_t n, const char *key, size_t *ret_n)
{
	size_t key_len = strlen(key);

	for (const char *p = head, *end = head + n, *word; p < end; p++) {
		word = p;
		while (p < end && *p != ' ')
			p++;
		if ((size_t)(p - word) <= key_len || memcmp(word, key, key_len) != 0)
			continue;
		*ret_n = (size_t)(p - word) - key_len;
		return word + key_len;
	}
	return NULL;
}

static void add_lines(struct strbuf *out, const struct strbuf *prefix, const char *p, size_t n)
{
	while (n > 0) {
		const char *newline = memchr(p, '\n', n);
		size_t len = newline ? (size_t)(newline - p) : n;

		strbuf_add(out, prefix->s, prefix->len);
		strbuf_add(out, p, len);
		strbuf_addc(out, '\n');
		len += newline != NULL;
		p += len;
		n -= len;
	}
}

/*
 * Mirrors supervisor_stdout: the result is the payload of a PROCESS_LOG event, and each of its
 * lines is printed as "PROCESS CHANNEL | line".
 */
static enum verdict print(const char *p, size_t n, struct printer *printer)
{
	const char *newline = n ? memchr(p, '\n', n) : NULL;
	struct strbuf prefix = { 0 }, out = { 0 };
	const char *process, *channel;
	size_t process_len, channel_len, head_len;
	bool oom;

	if (!newline)
		return VERDICT_ERROR;
	head_len = (size_t)(newline - p);
	process = value_of(p, head_len, "processname:", &process_len);
	channel = value_of(p, head_len, "channel:", &channel_len);
	if (!process || !channel)
		return VERDICT_ERROR;
	strbuf_addf(&prefix, "%.*s %.*s | ", (int)process_len, process, (int)channel_len, channel);
	add_lines(&out, &prefix, newline + 1, n - head_len - 1);
	oom = prefix.oom || out.oom;
	if (!oom)
		printer_print(printer, out.s, out.len);
	strbuf_done(&prefix);
	strbuf_done(&out);
	return oom ? VERDICT_REJECTED : VERDICT_DONE;
}

enum verdict result_judge(enum result_handler handler, const char *p, size_t n,
			  struct printer *printer)
{
	static handler_fn *const handlers[] = { [RESULTS_JUDGE] = judge, [RESULTS_PRINT] = print };

	_Static_assert(ARRAY_LEN(handlers) == RESULTS_N, "a handler has no function");
	return handlers[handler](p, n, printer);
}
