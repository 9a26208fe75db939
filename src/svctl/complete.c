/* complete.c - completion without a terminal: the shell asks, this answers */
#include "svctl/complete.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "svctl/client.h"
#include "svctl/flags.h"
#include "svctl/namespec.h"

enum completes complete_kind(const char *line, size_t n)
{
	const struct verb *verb;
	size_t begin = 0, len = 0;

	while (begin < n && strchr(BLANKS, line[begin]))
		begin++;
	if (begin == n)
		return COMPLETES_VERBS;
	while (begin + len < n && !strchr(BLANKS, line[begin + len]))
		len++;
	verb = verb_find(line + begin, len);
	return verb ? verb->completes : COMPLETES_NOTHING;
}

/* Appends it if it begins with text and is new. */
static int offer(struct words *w, const char *word, const char *text)
{
	if (!word)
		return -1;
	if (strncmp(word, text, strlen(text)) != 0 || words_have(w, word))
		return 0;
	return words_add(w, word, strlen(word));
}

static int offer_verbs(struct words *w, const char *text, bool compatible)
{
	int r = 0;

	for (size_t i = 0; i < n_verbs && r == 0; i++) {
		if (verb_is_there(&verbs[i]) && verbs[i].help &&
		    !(compatible && verbs[i].listed == LISTED_OURS))
			r = offer(w, verbs[i].name, text);
	}
	return r;
}

/* "cat" is offered as "cat:cat" once there is a colon: it is a group too. */
static int offer_process(struct words *w, const struct procinfo *info, const char *text,
			 struct strbuf *name)
{
	bool long_form = strchr(text, ':') || strcmp(info->group, info->name) != 0;
	int r;

	strbuf_reset(name);
	if (!long_form) {
		strbuf_adds(name, info->name);
		return offer(w, strbuf_str(name), text);
	}
	strbuf_addf(name, "%s:%s", info->group, info->name);
	r = offer(w, strbuf_str(name), text);
	if (r < 0)
		return r;
	strbuf_reset(name);
	strbuf_addf(name, "%s:*", info->group);
	return offer(w, strbuf_str(name), text);
}

static int offer_processes(struct words *w, const struct procinfo_list *infos, const char *text)
{
	struct strbuf name = { 0 };
	int r = 0;

	for (size_t i = 0; i < infos->n && r == 0; i++)
		r = offer_process(w, &infos->list[i], text, &name);
	strbuf_done(&name);
	return r;
}

static int offer_groups(struct words *w, const struct procinfo_list *infos, const char *text)
{
	int r = 0;

	for (size_t i = 0; i < infos->n && r == 0; i++)
		r = offer(w, infos->list[i].group, text);
	return r;
}

/* Pools are groups, but some have no process. */
static int read_pools(json_t *pools, struct procinfo_list *ret_infos)
{
	size_t n = json_array_size(pools), i;
	struct procinfo *list = calloc(n + 1, sizeof(*list));
	json_t *pool;

	if (!list)
		return -ENOMEM;
	json_array_foreach(pools, i, pool) {
		list[i].group = json_string_value(json_object_get(pool, "name"));
		list[i].name = list[i].group;
	}
	*ret_infos = (struct procinfo_list){ .answer = json_incref(pools), .list = list, .n = n };
	return 0;
}

void complete_ask(enum completes kind, struct client *client, struct procinfo_list *ret_infos)
{
	bool pools = kind == COMPLETES_POOLS;
	struct answer a;
	struct err err;
	int r = 0;

	if (!pools && kind != COMPLETES_PROCESSES && kind != COMPLETES_GROUPS)
		return;
	client_call(client, pools ? "svd.getPools" : "supervisor.getAllProcessInfo", NULL, &a);
	if (a.kind == ANSWER_RESULT)
		r = pools ? read_pools(a.result, ret_infos)
			  : procinfo_list_read(a.result, ret_infos, &err);
	if (r < 0)
		ret_infos->n = 0;
	answer_done(&a);
}

int complete_words(enum completes kind, const char *text, bool compatible,
		   const struct procinfo_list *infos, struct words *ret_words)
{
	switch (kind) {
	case COMPLETES_VERBS:
		return offer_verbs(ret_words, text, compatible);
	case COMPLETES_PROCESSES:
		return offer_processes(ret_words, infos, text);
	case COMPLETES_GROUPS:
	case COMPLETES_POOLS:
		return offer_groups(ret_words, infos, text);
	case COMPLETES_NOTHING:
		break;
	}
	return 0;
}

int complete_flags(const char *line, const char *text, struct words *ret_words)
{
	const char *arg;
	const struct verb *verb = verb_of_line(line, &arg);
	struct strbuf name = { 0 };
	int r = 0;

	for (int i = 0; verb && i < FLAG_N && r == 0; i++) {
		if (!(verb->flags & 1u << i))
			continue;
		strbuf_reset(&name);
		strbuf_addf(&name, "--%s", flag_infos[i].name);
		r = offer(ret_words, strbuf_str(&name), text);
	}
	strbuf_done(&name);
	return r;
}
