/*
 * fuzz_headers.c - any text as headers= and as url= of a webhook. No header that comes out of it
 * has a byte that ends a line, and all of them, quoted, are the same headers again.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/strbuf.h"
#include "conf/load.h"
#include "conf/webhook.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void add_quoted(struct strbuf *sb, const char *text)
{
	strbuf_addc(sb, '"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			strbuf_addc(sb, '\\');
		if (*text != '\t' && (unsigned char)*text < ' ')
			abort();
		strbuf_addc(sb, *text);
	}
	strbuf_adds(sb, "\",");
}

static void read_again(struct load *ld, const char *const *headers)
{
	struct strbuf line = { 0 };
	const char *const *again;
	size_t i;

	for (i = 0; headers[i]; i++)
		add_quoted(&line, headers[i]);
	if (line.len > WEBHOOK_HEADERS_MAX) {
		strbuf_done(&line);
		return;
	}
	if (webhook_set_headers(ld, strbuf_str(&line), &again, &(struct err){ 0 }) < 0)
		abort();
	for (i = 0; headers[i] && again[i]; i++)
		if (strcmp(headers[i], again[i]) != 0)
			abort();
	if (headers[i] || again[i])
		abort();
	strbuf_done(&line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	char *text = strndup((const char *)data, n);
	struct config config = { .arena = arena_new() };
	struct load ld = { .config = &config, .ini = { .arena = config.arena } };
	struct hook_config hook = { 0 };
	struct err err = { 0 };

	if (text && config.arena) {
		if (webhook_set_headers(&ld, text, &hook.headers, &err) == 0)
			read_again(&ld, hook.headers);
		else if (!err.text[0])
			abort();
		if (webhook_set_url(&ld, text, &hook.url, &err) == 0 &&
		    (strlen(hook.shown) > strlen(text) + strlen("/***") || strchr(hook.shown, '@')))
			abort();
	}
	arena_free(config.arena);
	free(text);
	return 0;
}
