/* plugins.c - plug-ins in Python cannot be loaded; some are so common that svd does their work. */
#include "conf/plugins.h"

#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/commas.h"
#include "conf/load.h"
#include "conf/values.h"

static const char *const factories[] = {
	[PLUGIN_MAIN] = "supervisor.rpcinterface:make_main_rpcinterface",
	[PLUGIN_TWIDDLER] = "supervisor_twiddler.rpcinterface:make_twiddler_rpcinterface",
	[PLUGIN_CACHE] = "supervisor_cache.rpcinterface:make_cache_rpcinterface",
};
_Static_assert(ARRAY_LEN(factories) == PLUGIN_N, "a plug-in has no factory");

static enum plugin_kind find(const char *factory)
{
	unsigned kind = 0;

	while (kind < PLUGIN_N && strcmp(factories[kind], factory) != 0)
		kind++;
	return (enum plugin_kind)kind;
}

/* "a, b" as {"a", "b", NULL}; NULL: no memory. */
static const char *const *split(struct arena *arena, const char *text)
{
	const char *name, **list = arena_alloc(arena, (strlen(text) + 2) * sizeof(*list));
	size_t n, i = 0;

	if (!*text)
		text = NULL;
	while (list && (name = commas_next(&text, &n))) {
		list[i] = arena_strndup(arena, name, n);
		if (!list[i++])
			return NULL;
	}
	return list;
}

/* There are few of them. */
static int append(struct config *config, const struct plugin_config *plugin)
{
	size_t n = config->n_plugins;
	struct plugin_config *more = arena_alloc(config->arena, (n + 1) * sizeof(*more));

	if (!more)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		more[i] = config->plugins[i];
	more[n] = *plugin;
	config->plugins = more;
	config->n_plugins++;
	return 0;
}

int plugin_read(struct load *ld, const struct values *v, struct err *err)
{
	struct arena *arena = ld->config->arena;
	const struct ini_option *list = ini_find_option(&ld->ini, v->section, "whitelist");
	struct plugin_config plugin = {
		.kind = find(v->set[OPT_RPCINTERFACE_factory]->value),
	};

	if (plugin.kind == PLUGIN_MAIN || plugin.kind == PLUGIN_N)
		return plugin.kind == PLUGIN_N;
	plugin.name = arena_strdup(arena, strchr(v->section->name, ':') + 1);
	plugin.whitelist = split(arena, list && plugin.kind == PLUGIN_TWIDDLER ? list->value : "");
	if (!plugin.name || !plugin.whitelist || append(ld->config, &plugin) < 0)
		return no_memory(err);
	return 0;
}
