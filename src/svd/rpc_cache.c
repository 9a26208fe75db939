/* rpc_cache.c - what supervisor_cache does: programs leave each other notes here. */
#include <stdlib.h>
#include <string.h>

#include "svd/plugins.h"

enum { KEPT_MAX = 16 * 1024 * 1024 };	/* bytes of keys and data, about */

void rpc_cache_get_api_version(struct engine *e, struct call *call)
{
	(void)e;
	call_result(call, json_string("0.2"));
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void rpc_cache_get_keys(struct engine *e, struct call *call)
{
	json_t *kept = call->plugin->kept, *value;
	const char **list = calloc(json_object_size(kept) + 1, sizeof(*list)), *key;
	json_t *keys = list ? json_array() : NULL;
	size_t n = 0;

	(void)e;
	if (list) {
		json_object_foreach(kept, key, value)
			list[n++] = key;
		qsort(list, n, sizeof(*list), by_text);
	}
	for (size_t i = 0; i < n; i++)
		json_array_append_new(keys, json_string(list[i]));
	free(list);
	if (json_array_size(keys) < n) {	/* who misses one would take it for lost */
		json_decref(keys);
		keys = NULL;
	}
	call_result(call, keys);
}

void rpc_cache_get_count(struct engine *e, struct call *call)
{
	(void)e;
	call_result(call, json_integer((json_int_t)json_object_size(call->plugin->kept)));
}

/* The first parameter; NULL: the call is answered. */
static const char *wanted_key(struct call *call)
{
	const char *key = call_string(call, 0);

	if (*key)
		return key;
	call_fault(call, FAULT_BAD_NAME, "Cache key must be a non-empty string");
	return NULL;
}

/* What it costs to keep it; 0: nothing is kept. */
static size_t cost(const char *key, const json_t *value)
{
	enum { EACH = 100 };

	return value ? EACH + strlen(key) + json_dumpb(value, NULL, 0, JSON_ENCODE_ANY) : 0;
}

static void forget(struct plugin *plugin, const char *key)
{
	plugin->n_kept -= cost(key, json_object_get(plugin->kept, key));
	json_object_del(plugin->kept, key);
}

void rpc_cache_store(struct engine *e, struct call *call)
{
	struct plugin *plugin = call->plugin;
	json_t *data = json_array_get(call->params, 1);
	const char *key = wanted_key(call);
	size_t n;

	(void)e;
	if (!key)
		return;
	n = cost(key, data);
	if (plugin->n_kept - cost(key, json_object_get(plugin->kept, key)) + n > KEPT_MAX) {
		call_fault(call, FAULT_FAILED, "there is no room for %s", key);
		return;
	}
	forget(plugin, key);
	if (json_object_set(plugin->kept, key, data) < 0) {
		call_fault(call, FAULT_FAILED, "out of memory");
		return;
	}
	plugin->n_kept += n;
	call_result(call, json_true());
}

void rpc_cache_fetch(struct engine *e, struct call *call)
{
	const char *key = wanted_key(call);
	json_t *data;

	(void)e;
	if (!key)
		return;
	data = json_object_get(call->plugin->kept, key);
	if (!data || json_is_null(data))
		call_fault(call, FAULT_BAD_NAME, NULL);
	else
		call_result(call, json_incref(data));
}

void rpc_cache_delete(struct engine *e, struct call *call)
{
	const char *key = wanted_key(call);

	(void)e;
	if (!key)
		return;
	forget(call->plugin, key);
	call_result(call, json_true());
}

void rpc_cache_clear(struct engine *e, struct call *call)
{
	(void)e;
	json_object_clear(call->plugin->kept);
	call->plugin->n_kept = 0;
	call_result(call, json_true());
}
