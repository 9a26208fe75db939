/*
 * fuzz_pairs.c - any text as a value of environment=. The pairs that come out of it, each half in
 * quotes, must be the same pairs again, and no key may be there twice.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/shwords.h"
#include "base/strbuf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void add_quoted(struct strbuf *sb, const char *text, size_t n)
{
	strbuf_addc(sb, '\'');
	for (; n > 0; n--, text++)
		strbuf_adds(sb, *text == '\'' ? "'\\''" : (char[]){ *text, '\0' });
	strbuf_addc(sb, '\'');
}

static void read_again(char *const *pairs)
{
	struct strbuf line = { 0 };
	char **again;
	size_t i;

	for (i = 0; pairs[i]; i++) {
		size_t n = strcspn(pairs[i], "=");

		if (!pairs[i][n])
			abort();
		add_quoted(&line, pairs[i], n);
		strbuf_addc(&line, '=');
		add_quoted(&line, pairs[i] + n + 1, strlen(pairs[i] + n + 1));
		strbuf_addc(&line, ',');
	}
	if (shwords_pairs(strbuf_str(&line), &again, NULL) < 0)
		abort();
	for (i = 0; pairs[i] && again[i]; i++)
		if (strcmp(pairs[i], again[i]) != 0)
			abort();
	if (pairs[i] || again[i])
		abort();
	shwords_free(again);
	strbuf_done(&line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	char *text = strndup((const char *)data, n), **pairs;
	struct err err = { 0 };
	int r;

	if (!text)
		return 0;
	r = shwords_pairs(text, &pairs, &err);
	if (r == 0) {
		read_again(pairs);
		shwords_free(pairs);
	} else if (r != -EINVAL || err.code != r || !err.text[0]) {
		abort();
	}
	free(text);
	return 0;
}
