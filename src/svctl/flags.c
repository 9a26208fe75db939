/*
 * flags.c - flags stand anywhere among the words of a verb that knows them. What a verb does not
 * know is an ordinary word, since names of processes may look like anything.
 */
#include "svctl/flags.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "svctl/words.h"

const struct flag_info flag_infos[FLAG_N] = {
#define FLAG(id, letter, name, takes, help) [FLAG_##id] = { letter, name, takes, help },
#include "svctl/flags.def"
#undef FLAG
};
_Static_assert(FLAG_N <= 32, "a set of flags has 32 bits");

static enum flag find_name(unsigned set, const char *word, const char **ret_value)
{
	size_t n = strcspn(word, "=");

	*ret_value = word[n] ? word + n + 1 : NULL;
	for (int i = 0; i < FLAG_N; i++) {
		const char *name = flag_infos[i].name;

		if ((set & 1u << i) && strlen(name) == n && memcmp(name, word, n) == 0)
			return (enum flag)i;
	}
	return FLAG_N;
}

/* The word is a letter, and its value may follow at once. */
static enum flag find_letter(unsigned set, const char *word, const char **ret_value)
{
	*ret_value = *word && word[1] ? word + 1 : NULL;
	for (int i = 0; *word && i < FLAG_N; i++) {
		bool fits = flag_infos[i].takes != FLAG_TAKES_NOTHING || !*ret_value;

		if ((set & 1u << i) && flag_infos[i].letter == *word && fits)
			return (enum flag)i;
	}
	return FLAG_N;
}

/* The flag of the set that the word is, or FLAG_N. *ret_value: what it says itself, or NULL. */
static enum flag find(unsigned set, const char *word, const char **ret_value)
{
	if (strncmp(word, "--", 2) == 0)
		return find_name(set, word + 2, ret_value);
	return *word == '-' ? find_letter(set, word + 1, ret_value) : FLAG_N;
}

static bool is_number(const char *text)
{
	return *text && !text[strspn(text, "0123456789")] && strlen(text) < 10;
}

static bool is_seconds(const char *text)
{
	char *end;
	double seconds = strtod(text, &end);

	return *text && !*end && isfinite(seconds) && seconds >= 0;
}

static int check(enum flag flag, const char *value, struct err *err)
{
	const struct flag_info *info = &flag_infos[flag];

	if (info->takes == FLAG_TAKES_NOTHING && value)
		return err_set(err, -EINVAL, "--%s takes no value", info->name);
	if (info->takes != FLAG_TAKES_NOTHING && (!value || !*value))
		return err_set(err, -EINVAL, "--%s requires a value", info->name);
	if (info->takes == FLAG_TAKES_SECONDS && !is_seconds(value))
		return err_set(err, -EINVAL, "--%s requires a number of seconds, not %s",
			       info->name, value);
	if (info->takes == FLAG_TAKES_NUMBER && !is_number(value))
		return err_set(err, -EINVAL, "--%s requires a number, not %s", info->name, value);
	return 0;
}

static int set_value(struct flags *f, enum flag flag, const char *value, struct err *err)
{
	int r = check(flag, value, err);

	if (r < 0)
		return r;
	free(f->value[flag]);
	f->value[flag] = value ? strdup(value) : NULL;
	f->given |= 1u << flag;
	return value && !f->value[flag] ? err_set(err, -ENOMEM, "%s", strerror(ENOMEM)) : 0;
}

static int take_from(unsigned set, const struct words *words, struct flags *f,
		     struct strbuf *ret_rest, struct err *err)
{
	int r = 0;

	for (size_t i = 0; i < words->n && r == 0; i++) {
		const char *value = NULL;
		enum flag flag = find(set, words->list[i], &value);

		if (flag == FLAG_N) {
			strbuf_adds(ret_rest, ret_rest->len ? " " : "");
			strbuf_adds(ret_rest, words->list[i]);
			continue;
		}
		if (!value && flag_infos[flag].takes != FLAG_TAKES_NOTHING && i + 1 < words->n)
			value = words->list[++i];
		r = set_value(f, flag, value, err);
	}
	return r;
}

int flags_take(unsigned set, const char *arg, struct flags *ret_flags, struct strbuf *ret_rest,
	       struct err *err)
{
	struct words words = { 0 };
	struct flags f = { 0 };
	int r = words_split(&words, arg);

	if (r == 0)
		r = take_from(set, &words, &f, ret_rest, err);
	if (r == 0 && !f.given) {
		strbuf_reset(ret_rest);
		strbuf_adds(ret_rest, arg);
	}
	if (r == -ENOMEM || !strbuf_str(ret_rest))
		r = err_set(err, -ENOMEM, "%s", strerror(ENOMEM));
	words_done(&words);
	*ret_flags = f;
	return r;
}

void flags_done(struct flags *f)
{
	for (int i = 0; i < FLAG_N; i++)
		free(f->value[i]);
	*f = (struct flags){ 0 };
}

bool flags_have(const struct flags *f, enum flag flag)
{
	return f->given & 1u << flag;
}

const char *flags_word(const struct flags *f, enum flag flag, const char *otherwise)
{
	return f->value[flag] ? f->value[flag] : otherwise;
}

double flags_seconds(const struct flags *f, enum flag flag, double otherwise)
{
	return f->value[flag] ? strtod(f->value[flag], NULL) : otherwise;
}

unsigned flags_number(const struct flags *f, enum flag flag, unsigned otherwise)
{
	return f->value[flag] ? (unsigned)strtoul(f->value[flag], NULL, 10) : otherwise;
}
