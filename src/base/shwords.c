/*
 * shwords.c - text split by shell rules, as Python's shlex does it: command lines into words, and
 * environment= into pairs. The two differ only in what ends a word, so there is one lexer.
 */
#include "base/shwords.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"

struct lexer {
	const char *p;		/* the rest */
	bool        pairs;	/* signs are tokens of their own, '#' starts a comment */
};

/* Words, each with its NUL, one behind the other. */
struct wordlist {
	struct strbuf text;
	size_t        n;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/*
 * Supervisor knows no letters but Latin ones here, and cuts a value at the first other one. We
 * take every byte of UTF-8 as part of a word.
 */
static bool is_sign(const struct lexer *lx, char c)
{
	unsigned char u = (unsigned char)c;

	return lx->pairs && u < 0x80 && !isalnum(u) && !strchr("_/.+-():'\"\\", c);
}

static void skip_blanks(struct lexer *lx)
{
	for (;;) {
		while (is_blank(*lx->p))
			lx->p++;
		if (!lx->pairs || *lx->p != '#')
			return;
		lx->p += strcspn(lx->p, "\n");
	}
}

static int take_escaped(struct lexer *lx, struct strbuf *out, struct err *err)
{
	if (!lx->p[1])
		return err_set(err, -EINVAL, "No escaped character");
	strbuf_addc(out, lx->p[1]);
	lx->p += 2;
	return 0;
}

/* Inside double quotes a backslash is itself, unless it protects a quote or a backslash. */
static int take_quoted(struct lexer *lx, struct strbuf *out, struct err *err)
{
	char quote = *lx->p++;

	for (; *lx->p != quote; lx->p++) {
		if (!*lx->p)
			return err_set(err, -EINVAL, "No closing quotation");
		if (quote == '"' && *lx->p == '\\') {
			lx->p++;
			if (!*lx->p)
				return err_set(err, -EINVAL, "No escaped character");
			if (*lx->p != '"' && *lx->p != '\\')
				strbuf_addc(out, '\\');
		}
		strbuf_addc(out, *lx->p);
	}
	lx->p++;
	return 0;
}

static int take_word(struct lexer *lx, struct strbuf *out, struct err *err)
{
	int r = 0;

	while (r == 0 && *lx->p && !is_blank(*lx->p) && !is_sign(lx, *lx->p)) {
		if (*lx->p == '\'' || *lx->p == '"')
			r = take_quoted(lx, out, err);
		else if (*lx->p == '\\')
			r = take_escaped(lx, out, err);
		else
			strbuf_addc(out, *lx->p++);
	}
	return r;
}

/* Everything to the end of the text, word by word. */
static int take_all(struct lexer *lx, struct wordlist *list, struct err *err)
{
	int r = 0;

	for (skip_blanks(lx); *lx->p && r == 0; skip_blanks(lx)) {
		if (is_sign(lx, *lx->p))
			strbuf_addc(&list->text, *lx->p++);
		else
			r = take_word(lx, &list->text, err);
		strbuf_addc(&list->text, '\0');
		list->n++;
	}
	if (r == 0 && list->text.oom)
		r = err_set(err, -ENOMEM, "%s", strerror(ENOMEM));
	return r;
}

/* One block for the array and its words: one free, and nothing to leak half-way. */
static int to_array(const struct wordlist *list, char ***ret_words, struct err *err)
{
	size_t array = (list->n + 1) * sizeof(char *);
	char **words = malloc(array + list->text.len);
	char *s = (char *)words + array;

	if (!words)
		return err_set(err, -ENOMEM, "%s", strerror(ENOMEM));
	if (list->text.len)
		memcpy(s, list->text.s, list->text.len);
	for (size_t i = 0; i < list->n; i++, s += strlen(s) + 1)
		words[i] = s;
	words[list->n] = NULL;
	*ret_words = words;
	return 0;
}

int shwords_split(const char *text, char ***ret_argv, struct err *err)
{
	struct lexer lx = { .p = text };
	struct wordlist list = { 0 };
	int r = take_all(&lx, &list, err);

	if (r == 0)
		r = to_array(&list, ret_argv, err);
	strbuf_done(&list.text);
	return r;
}

/* Where a pair with that key is, or n. A key in quotes may have a = of its own: it ends there. */
static size_t find_key(char *const *pairs, size_t n, const char *key)
{
	size_t len = strcspn(key, "=");

	for (size_t i = 0; i < n; i++)
		if (strncmp(pairs[i], key, len) == 0 && pairs[i][len] == '=')
			return i;
	return n;
}

/*
 * Tokens in fours: key, =, value, and whatever separates. The three are neighbours in memory, so
 * that closing the two gaps makes a pair of them in place.
 */
static int join_pairs(char **words, const char *text, struct err *err)
{
	size_t n = 0, at;

	for (char **w = words; *w; w = w[3] ? w + 4 : w + 3) {
		if (!w[1] || !w[2] || strcmp(w[1], "=") != 0)
			return err_set(err, -EINVAL,
				       "Unexpected end of key/value pairs in value '%s'", text);
		at = find_key(words, n, w[0]);
		memmove(w[0] + strlen(w[0]), "=", 2);
		memmove(w[0] + strlen(w[0]), w[2], strlen(w[2]) + 1);
		words[at] = w[0];
		n += at == n;
	}
	words[n] = NULL;
	return 0;
}

int shwords_pairs(const char *text, char ***ret_pairs, struct err *err)
{
	struct lexer lx = { .p = text, .pairs = true };
	struct wordlist list = { 0 };
	char **words = NULL;
	int r = take_all(&lx, &list, err);

	if (r == 0)
		r = to_array(&list, &words, err);
	if (r == 0)
		r = join_pairs(words, text, err);
	if (r == 0)
		*ret_pairs = words;
	else
		shwords_free(words);
	strbuf_done(&list.text);
	return r;
}

void shwords_free(char **words)
{
	free(words);
}
