/*
 * environment.c - environment= and the names that it makes. A program's list is complete, with
 * [supervisord]'s variables in it, but the strings of those are shared by all programs.
 */
#include "conf/environment.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/shwords.h"
#include "conf/load.h"

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct expand_var *)a)->name, ((const struct expand_var *)b)->name);
}

static size_t count(const char *const *list)
{
	size_t n = 0;

	while (list && list[n])
		n++;
	return n;
}

/* "ENV_KEY" of a KEY of n bytes. NULL: no memory. */
static const char *env_name(struct arena *arena, const char *key, size_t n)
{
	static const char prefix[] = "ENV_";
	char *name = arena_alloc(arena, sizeof(prefix) + n);

	if (!name)
		return NULL;
	memcpy(name, prefix, sizeof(prefix) - 1);
	memcpy(name + sizeof(prefix) - 1, key, n);
	return name;
}

int environment_scope(struct load *ld, const char *const *list, struct expand_scope *scope)
{
	struct expand_var *vars = arena_alloc(ld->ini.arena, count(list) * sizeof(*vars));
	size_t n = 0;

	if (!vars)
		return -ENOMEM;
	for (; *list; list++) {
		const char *equals = strchr(*list, '=');

		if (!equals)
			continue;
		vars[n].text = equals + 1;
		vars[n].name = env_name(ld->ini.arena, *list, (size_t)(equals - *list));
		if (!vars[n++].name)
			return -ENOMEM;
	}
	qsort(vars, n, sizeof(*vars), by_name);
	scope->vars = vars;
	scope->n = n;
	return 0;
}

const char *program_getenv(const struct program_config *program, const char *name)
{
	const char *value = getenv(name);
	size_t n = strlen(name);

	for (const char *const *e = program->environment; e && *e; e++)
		if (strncmp(*e, name, n) == 0 && (*e)[n] == '=')
			value = *e + n + 1;
	return value;
}

static bool has_key_of(const char *const *list, const char *pair)
{
	size_t n = strcspn(pair, "=") + 1;

	for (; *list; list++)
		if (strncmp(*list, pair, n) == 0)
			return true;
	return false;
}

/* All of base that is not in pairs, then pairs. NULL: no memory. */
static const char *const *merge(struct arena *arena, const char *const *base,
				const char *const *pairs)
{
	const char **list = arena_alloc(arena, (count(base) + count(pairs) + 1) * sizeof(*list));
	size_t n = 0;

	for (; list && base && *base; base++)
		if (!has_key_of(pairs, *base))
			list[n++] = *base;
	for (; list && *pairs; pairs++) {
		list[n] = arena_strdup(arena, *pairs);
		if (!list[n++])
			return NULL;
	}
	return list;
}

int environment_set(struct load *ld, const char *text, const char *const **ret_list,
		    struct err *err)
{
	const char *const *list, *const *own;
	char **pairs;
	size_t n;
	int r = shwords_pairs(text, &pairs, err);

	if (r < 0)
		return r;
	n = count((const char *const *)pairs);
	list = merge(ld->config->arena, ld->config->environment, (const char *const *)pairs);
	shwords_free(pairs);
	if (!list)
		return no_memory(err);
	own = list + count(list) - n;
	if (environment_scope(ld, own, &ld->own) < 0)
		return no_memory(err);
	*ret_list = list;
	return 0;
}
