/* cmd_cache.c - the verbs of supervisor_cache: a few values that the server keeps for anybody */
#include <stdlib.h>
#include <string.h>

#include "base/repr.h"
#include "base/shwords.h"
#include "base/strbuf.h"
#include "svctl/cmd.h"
#include "svctl/ctl.h"
#include "svctl/output.h"
#include "svctl/verbs.h"

enum { LINE_WIDTH = 79 };

static void show_help(const char *verb)
{
	out_line("%s", verb_find(verb, strlen(verb))->help);
}

/* A value as Python writes it. */
static void add_value(struct strbuf *sb, const json_t *value)
{
	char *text;

	if (json_is_string(value)) {
		repr_add(sb, json_string_value(value));
		return;
	}
	text = json_dumps(value, JSON_ENCODE_ANY);
	strbuf_adds(sb, text ? text : "None");
	free(text);
}

/* One on a line where all together are too long for one. */
static void add_list(struct strbuf *sb, const json_t *list, const char *separator)
{
	const json_t *value;
	size_t i;

	strbuf_reset(sb);
	strbuf_addc(sb, '[');
	json_array_foreach(list, i, value) {
		strbuf_adds(sb, i ? separator : "");
		add_value(sb, value);
	}
	strbuf_addc(sb, ']');
}

static void show(struct ctl *ctl, const json_t *value)
{
	struct strbuf sb = { 0 };

	if (json_is_array(value)) {
		add_list(&sb, value, ", ");
		if (sb.len > LINE_WIDTH)
			add_list(&sb, value, ",\n ");
	} else {
		add_value(&sb, value);
	}
	if (strbuf_str(&sb))
		out_line("%s", strbuf_str(&sb));
	else
		ctl_oom(ctl);
	strbuf_done(&sb);
}

static json_t *params_of(char *const *words)
{
	json_t *params = json_array();

	/* Not checked for UTF-8: what it is not, the codec replaces. */
	for (; *words; words++)
		(void)json_array_append_new(params, json_string_nocheck(*words));
	return params;
}

/* Calls with the words of arg, if there are so many as the method takes. */
static void cache(struct ctl *ctl, const char *verb, const char *method, const char *arg,
		  size_t n_wanted, bool shows)
{
	struct err err;
	char **words;
	size_t n = 0;
	json_t *result;

	if (shwords_split(arg, &words, &err) < 0) {
		ctl_error(ctl, "%s", err.text);
		return;
	}
	while (words[n])
		n++;
	if (n != n_wanted) {
		show_help(verb);
	} else {
		result = ctl_ask(ctl, method, params_of(words));
		if (result && shows)
			show(ctl, result);
		json_decref(result);
	}
	shwords_free(words);
}

void cmd_cache_clear(struct ctl *ctl, const char *arg)
{
	cache(ctl, "cache_clear", "cache.clear", arg, 0, false);
}

void cmd_cache_count(struct ctl *ctl, const char *arg)
{
	cache(ctl, "cache_count", "cache.getCount", arg, 0, true);
}

void cmd_cache_delete(struct ctl *ctl, const char *arg)
{
	cache(ctl, "cache_delete", "cache.delete", arg, 1, false);
}

void cmd_cache_fetch(struct ctl *ctl, const char *arg)
{
	cache(ctl, "cache_fetch", "cache.fetch", arg, 1, true);
}

void cmd_cache_keys(struct ctl *ctl, const char *arg)
{
	cache(ctl, "cache_keys", "cache.getKeys", arg, 0, true);
}

void cmd_cache_store(struct ctl *ctl, const char *arg)
{
	cache(ctl, "cache_store", "cache.store", arg, 2, false);
}
