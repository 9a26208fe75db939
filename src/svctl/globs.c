/*
 * globs.c - the server knows names and groups only, and may be Supervisor: so patterns become names
 * here. Like a shell, we leave alone what matches nothing.
 */
#include "svctl/globs.h"

#include <errno.h>
#include <fnmatch.h>
#include <string.h>

#include "base/strbuf.h"
#include "svctl/ctl.h"
#include "svctl/namespec.h"
#include "svctl/screen.h"

static const char specials[] = "*?[]";

bool glob_is(const char *word)
{
	struct namespec ns = namespec_split(word);
	size_t n = strcspn(word, specials);

	return ns.process ? word[n] : n < ns.group_len;
}

bool globs_are_there(const struct words *words, size_t first)
{
	for (size_t i = first; i < words->n; i++) {
		if (glob_is(words->list[i]))
			return true;
	}
	return false;
}

static bool glob_matches(const char *glob, const struct procinfo *info)
{
	struct strbuf full = { 0 };
	bool matches;

	strbuf_addf(&full, "%s:%s", info->group, info->name);
	matches = strbuf_str(&full) && fnmatch(glob, strbuf_str(&full), 0) == 0;
	strbuf_done(&full);
	if (matches || strcmp(info->group, info->name) != 0)
		return matches;
	return fnmatch(glob, info->name, 0) == 0;
}

bool glob_means(const char *word, const struct procinfo *info)
{
	struct namespec ns = namespec_split(word);

	return strcmp(word, "all") == 0 || namespec_matches(&ns, info->group, info->name) ||
	       (glob_is(word) && glob_matches(word, info));
}

bool globs_mean(const struct words *words, size_t first, const struct procinfo *info)
{
	for (size_t i = first; i < words->n; i++) {
		if (glob_means(words->list[i], info))
			return true;
	}
	return false;
}

bool glob_means_any(const char *word, const struct procinfo_list *infos)
{
	for (size_t i = 0; i < infos->n; i++) {
		if (glob_means(word, &infos->list[i]))
			return true;
	}
	return false;
}

static bool is_name(const struct procinfo_list *infos, const char *word)
{
	struct namespec ns = namespec_split(word);

	for (size_t i = 0; i < infos->n; i++) {
		if (namespec_matches(&ns, infos->list[i].group, infos->list[i].name))
			return true;
	}
	return false;
}

/* Each once from the first one on: to start one twice is an error. */
static int add_once(struct words *words, size_t first, const char *name)
{
	for (size_t i = first; i < words->n; i++) {
		if (strcmp(words->list[i], name) == 0)
			return 0;
	}
	return words_add(words, name, strlen(name));
}

static int add_process(struct words *words, size_t first, const struct procinfo *info)
{
	struct strbuf name = { 0 };
	int r = -ENOMEM;

	namespec_add(&name, info->group, info->name);
	if (strbuf_str(&name))
		r = add_once(words, first, name.s);
	strbuf_done(&name);
	return r;
}

int globs_add(struct words *words, const struct procinfo *info)
{
	return add_process(words, 0, info);
}

static int expand(const struct procinfo_list *infos, const char *word, struct words *to,
		  size_t first)
{
	bool found = false;
	int r = 0;

	if (glob_is(word) && !is_name(infos, word)) {
		for (size_t i = 0; i < infos->n && r == 0; i++) {
			if (!glob_matches(word, &infos->list[i]))
				continue;
			found = true;
			r = add_process(to, first, &infos->list[i]);
		}
	}
	return found ? r : add_once(to, first, word);
}

int globs_expand(const struct procinfo_list *infos, struct words *words, size_t first)
{
	struct words to = { 0 };
	int r = 0;

	if (!globs_are_there(words, first))
		return 0;
	screen_use_utf8();
	for (size_t i = 0; i < words->n && r == 0; i++) {
		const char *word = words->list[i];

		r = i < first ? words_add(&to, word, strlen(word))
			      : expand(infos, word, &to, first);
	}
	if (r < 0) {
		words_done(&to);
		return r;
	}
	words_done(words);
	*words = to;
	return 0;
}

bool globs_resolve(struct ctl *ctl, struct words *words, size_t first)
{
	struct procinfo_list infos;
	int r;

	if (!globs_are_there(words, first))
		return true;
	if (!procinfo_list_get(ctl, &infos))
		return false;
	r = globs_expand(&infos, words, first);
	procinfo_list_done(&infos);
	if (r < 0)
		ctl_oom(ctl);
	return r == 0;
}
