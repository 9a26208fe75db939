/*
 * apiparams.c - what a client sends is held against limits before anything is made of it: jansson
 * follows any nesting with its own stack, and a megabyte of "[],[],..." would be fifty in memory.
 */
#include "httpd/apiparams.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

static int check_limits(const char *s, size_t n, struct err *err)
{
	size_t depth = 0, values = 1;
	bool in_string = false;

	for (size_t i = 0; i < n; i++) {
		if (s[i] == '"')
			in_string = !in_string;
		if (in_string) {
			i += s[i] == '\\';
			continue;
		}
		values += s[i] == ',' || s[i] == '[' || s[i] == '{';
		depth += s[i] == '[' || s[i] == '{';
		depth -= depth > 0 && (s[i] == ']' || s[i] == '}');
		if (depth > APIPARAMS_DEPTH_MAX || values > APIPARAMS_VALUES_MAX)
			return err_set(err, -EBADMSG, "byte %zu: more than %d %s", i,
				       depth > APIPARAMS_DEPTH_MAX ? APIPARAMS_DEPTH_MAX :
								     APIPARAMS_VALUES_MAX,
				       depth > APIPARAMS_DEPTH_MAX ? "levels" : "values");
	}
	return 0;
}

int apiparams_parse(const char *s, size_t n, json_t **ret_params, struct err *err)
{
	json_error_t why;
	json_t *params;
	int ret = check_limits(s, n, err);

	if (ret < 0)
		return ret;
	params = n ? json_loadb(s, n, JSON_REJECT_DUPLICATES, &why) : json_object();
	if (params) {
		*ret_params = params;
		return 0;
	}
	if (n == 0 || json_error_code(&why) == json_error_out_of_memory)
		return -ENOMEM;
	return err_set(err, -EBADMSG, "line %d, column %d: %s", why.line, why.column, why.text);
}

int apiparams_add(json_t *params, const char *name, size_t name_len, const char *value,
		  size_t value_len, struct err *err)
{
	json_t *text = json_stringn(value, value_len), *key = json_stringn(name, name_len);
	bool is_text = text && key && !memchr(name, '\0', name_len) &&
		       !memchr(value, '\0', value_len);
	int ret = 0;

	if (!is_text)
		ret = err_set(err, -EBADMSG, "the query is not UTF-8");
	else if (json_object_get(params, json_string_value(key)))
		ret = err_set(err, -EBADMSG, "%s is there twice", json_string_value(key));
	else if (json_object_set(params, json_string_value(key), text) < 0)
		ret = -ENOMEM;
	json_decref(text);
	json_decref(key);
	return ret;
}
