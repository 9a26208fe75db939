/*
 * fuzz_split.c - any text as a command line. The words that come out of it, each in quotes, must
 * be the same words again.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/shwords.h"
#include "base/strbuf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void add_quoted(struct strbuf *sb, const char *word)
{
	strbuf_addc(sb, '\'');
	for (; *word; word++)
		strbuf_adds(sb, *word == '\'' ? "'\\''" : (char[]){ *word, '\0' });
	strbuf_addc(sb, '\'');
}

static void split_again(char *const *words)
{
	struct strbuf line = { 0 };
	char **again;
	size_t i;

	for (i = 0; words[i]; i++) {
		add_quoted(&line, words[i]);
		strbuf_addc(&line, ' ');
	}
	if (shwords_split(strbuf_str(&line), &again, NULL) < 0)
		abort();
	for (i = 0; words[i] && again[i]; i++)
		if (strcmp(words[i], again[i]) != 0)
			abort();
	if (words[i] || again[i])
		abort();
	shwords_free(again);
	strbuf_done(&line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	char *text = strndup((const char *)data, n), **words;
	struct err err = { 0 };
	int r;

	if (!text)
		return 0;
	r = shwords_split(text, &words, &err);
	if (r == 0) {
		split_again(words);
		shwords_free(words);
	} else if (r != -EINVAL || err.code != r || !err.text[0]) {
		abort();
	}
	free(text);
	return 0;
}
