/* plugins.c - plug-ins get their methods, under the names that they have in the configuration. */
#include "svd/plugins.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/config.h"
#include "svd/methods.h"

static const struct {
	enum plugin_kind kind;
	struct method    method;
} table[] = {
#define METHOD(plugin, n, r, p, f, fn, h) \
	{ PLUGIN_##plugin, { .name = n, .result = r, .parameters = p, .flags = f, .handler = fn, \
			     .help = h } },
#include "svd/plugins.def"
#undef METHOD
};

static char *full_name(const struct plugin *plugin, const char *name)
{
	char *full;

	return asprintf(&full, "%s.%s", plugin->conf->name, name) < 0 ? NULL : full;
}

static int add_methods(struct plugin *plugin)
{
	plugin->methods = calloc(ARRAY_LEN(table), sizeof(*plugin->methods));
	if (!plugin->methods)
		return -ENOMEM;
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		struct method *m = &plugin->methods[plugin->n_methods];

		if (table[i].kind != plugin->conf->kind)
			continue;
		*m = table[i].method;
		m->plugin = plugin;
		m->name = full_name(plugin, m->name);
		if (!m->name)
			return -ENOMEM;
		plugin->n_methods++;
	}
	return 0;
}

int plugins_new(const struct config *config, struct plugin **ret_list)
{
	struct plugin *list = NULL;

	for (size_t i = config->n_plugins; i-- > 0;) {
		struct plugin *plugin = calloc(1, sizeof(*plugin));

		if (plugin) {
			*plugin = (struct plugin){ .next = list, .conf = &config->plugins[i],
						   .kept = json_object() };
			list = plugin;
		}
		if (!plugin || !plugin->kept || add_methods(plugin) < 0) {
			plugins_free(list);
			return -ENOMEM;
		}
	}
	*ret_list = list;
	return 0;
}

void plugins_free(struct plugin *list)
{
	while (list) {
		struct plugin *plugin = list;

		list = plugin->next;
		for (size_t i = 0; i < plugin->n_methods; i++)
			free((char *)plugin->methods[i].name);
		free(plugin->methods);
		json_decref(plugin->kept);
		free(plugin);
	}
}

bool plugin_leaves_out(const struct method *m)
{
	const char *const *list = m->plugin ? m->plugin->conf->whitelist : NULL;
	const char *name;

	if (!list || !*list)
		return false;
	name = strrchr(m->name, '.') + 1;
	while (*list && strcmp(*list, name) != 0)
		list++;
	return !*list;
}
