/*
 * methods.c - one list serves the dispatcher, the checks and system.*. What is not in the table
 * does not exist; nothing is looked up by name anywhere else.
 */
#include "svd/methods.h"

#include <string.h>

#include "svd/engine.h"
#include "svd/plugins.h"

static const struct method methods[] = {
#define METHOD(n, r, p, f, fn, h) \
	{ .name = n, .result = r, .parameters = p, .flags = f, .handler = fn, .help = h },
#include "svd/methods.def"
#undef METHOD
};

static const struct method *find_in(const struct method *list, size_t n, const char *name, bool own)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i].name, name) == 0 && !(list[i].flags & OWN) == !own)
			return &list[i];
	return NULL;
}

const struct method *method_find(const struct engine *e, const char *name, bool own)
{
	const struct method *m = find_in(methods, ARRAY_LEN(methods), name, own);

	for (const struct plugin *plugin = e->plugins; plugin && !m; plugin = plugin->next)
		m = find_in(plugin->methods, plugin->n_methods, name, own);
	return m;
}

const struct method *method_at(const struct engine *e, size_t i)
{
	for (size_t k = 0; k < ARRAY_LEN(methods); k++)
		if (!(methods[k].flags & OWN) && i-- == 0)
			return &methods[k];
	for (const struct plugin *plugin = e->plugins; plugin; plugin = plugin->next) {
		if (i < plugin->n_methods)
			return &plugin->methods[i];
		i -= plugin->n_methods;
	}
	return NULL;
}

enum role method_role(const struct method *m)
{
	return (enum role)(m->flags & ROLES);
}

bool method_is_safe(const struct method *m)
{
	return method_role(m) <= ROLE_READ;
}
