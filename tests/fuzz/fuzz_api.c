/*
 * fuzz_api.c - any bytes as the body of a request to the JSON API, and as a pair of a query, cut in
 * two at the first "=".
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "httpd/apiparams.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static size_t depth_of(const json_t *value)
{
	json_t *v = (json_t *)(uintptr_t)value, *member;
	size_t deepest = 0, depth, i;
	const char *key;

	if (!json_is_object(v) && !json_is_array(v))
		return 0;
	json_object_foreach(v, key, member)
		deepest = (depth = depth_of(member)) > deepest ? depth : deepest;
	json_array_foreach(v, i, member)
		deepest = (depth = depth_of(member)) > deepest ? depth : deepest;
	return deepest + 1;
}

/* What is taken is within the limits and can be sent on as it is. */
static void take_body(const char *s, size_t n)
{
	json_t *params = NULL, *again;
	struct err err = { 0 };
	char *text;
	int ret = apiparams_parse(s, n, &params, &err);

	if (ret < 0) {
		if (params || !*err.text)
			abort();
		return;
	}
	if (!json_is_object(params) && !json_is_array(params))
		abort();
	if (depth_of(params) > APIPARAMS_DEPTH_MAX)
		abort();
	text = json_dumps(params, JSON_COMPACT);
	again = text ? json_loads(text, 0, NULL) : NULL;
	if (!again || !json_equal(params, again))
		abort();
	free(text);
	json_decref(again);
	json_decref(params);
}

static void take_query(const char *s, size_t n)
{
	const char *sign = memchr(s, '=', n);
	size_t name_len = sign ? (size_t)(sign - s) : n;
	const char *value = sign ? sign + 1 : "";
	size_t value_len = sign ? n - name_len - 1 : 0;
	json_t *params = json_object();
	struct err err;
	int ret = apiparams_add(params, s, name_len, value, value_len, &err);

	if (ret == 0 && json_object_size(params) != 1)
		abort();
	if (ret == 0 && apiparams_add(params, s, name_len, value, value_len, &err) == 0)
		abort();
	json_decref(params);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	take_body((const char *)data, n);
	take_query((const char *)data, n);
	return 0;
}
