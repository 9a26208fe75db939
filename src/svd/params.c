/*
 * params.c - parameters come as an array from XML-RPC, whose clients are sloppy with types, and by
 * name from the JSON API, where a query in a URL has nothing but text. Handlers see one form.
 */
#include "svd/params.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "base/units.h"

bool param_next(const char **list, struct param *ret_param)
{
	const char *s = *list + strspn(*list, " ");
	struct param p = { .name = s, .name_len = strcspn(s, ":") };

	if (!*s)
		return false;
	p.types = s + p.name_len + 1;
	p.types_len = strcspn(p.types, " ");
	*list = p.types + p.types_len;
	p.optional = p.types[p.types_len - 1] == '?';
	p.types_len -= p.optional;
	*ret_param = p;
	return true;
}

size_t param_type_next(const char **types, size_t *types_len, const char **ret_type)
{
	const char *bar = memchr(*types, '|', *types_len);
	size_t n = bar ? (size_t)(bar - *types) : *types_len;

	*ret_type = *types;
	*types += n + !!bar;
	*types_len -= n + !!bar;
	return n;
}

/* --- what fits --- */

static bool is_text(const json_t *value)
{
	return json_is_string(value);
}

/* Clients send 1 for true and, like Python's None, null for false; an untyped value is text. */
static bool has_truth(const json_t *value)
{
	return !json_is_array(value) && !json_is_object(value);
}

/* Python's int() takes all of these. */
static bool is_number(const json_t *value)
{
	return json_is_number(value) || json_is_boolean(value);
}

static bool is_struct(const json_t *value)
{
	return json_is_object(value);
}

static bool is_list(const json_t *value)
{
	return json_is_array(value);
}

static const struct {
	const char *name;
	bool      (*fits)(const json_t *value);
} kinds[] = {
	{ "string", is_text }, { "boolean", has_truth }, { "int", is_number },
	{ "struct", is_struct }, { "array", is_list },
};

static bool is_word(const char *word, const char *s, size_t n)
{
	return strncmp(word, s, n) == 0 && !word[n];
}

static bool fits(const json_t *value, const struct param *p)
{
	const char *types = p->types, *type;
	size_t left = p->types_len, n;

	while ((n = param_type_next(&types, &left, &type)))
		for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
			if (is_word(kinds[i].name, type, n) && kinds[i].fits(value))
				return true;
	return false;
}

static bool takes(const struct param *p, const char *kind)
{
	const char *types = p->types, *type;
	size_t left = p->types_len, n;

	while ((n = param_type_next(&types, &left, &type)))
		if (is_word(kind, type, n))
			return true;
	return false;
}

static int settle_array(const char *list, const json_t *params)
{
	size_t given = json_array_size(params), i = 0;
	struct param p;

	for (; param_next(&list, &p); i++)
		if (i < given ? !fits(json_array_get(params, i), &p) : !p.optional)
			return -EINVAL;
	return given <= i ? 0 : -EINVAL;
}

/* --- by name --- */

static json_t *truth_of(const char *s)
{
	if (strcmp(s, "true") == 0 || strcmp(s, "1") == 0)
		return json_true();
	return strcmp(s, "false") == 0 || strcmp(s, "0") == 0 ? json_false() : NULL;
}

/* A new reference: the value, or what its text means. NULL: it does not fit. */
static json_t *meant(json_t *value, const struct param *p)
{
	const char *s = json_string_value(value);
	int64_t number;

	if (s && !takes(p, "string")) {
		if (takes(p, "boolean"))
			return truth_of(s);
		if (takes(p, "int") && unit_integer(s, INT64_MIN, INT64_MAX, &number) == 0)
			return json_integer(number);
		return NULL;
	}
	return fits(value, p) ? json_incref(value) : NULL;
}

static bool is_known(const char *list, const char *name)
{
	struct param p;

	while (param_next(&list, &p))
		if (strlen(name) == p.name_len && memcmp(p.name, name, p.name_len) == 0)
			return true;
	return false;
}

static int check_names(const char *list, json_t *object, struct err *err)
{
	const char *name;
	json_t *value;

	json_object_foreach(object, name, value)
		if (!is_known(list, name))
			return err_set(err, -EINVAL, "there is no parameter %s", name);
	return 0;
}

static json_t *get(const json_t *object, const struct param *p)
{
	char name[64];

	if (p->name_len >= sizeof(name))
		return NULL;
	memcpy(name, p->name, p->name_len);
	name[p->name_len] = '\0';
	return json_object_get(object, name);
}

/* In the order of the list: behind one that is left out there can be none. */
static int add_param(json_t *array, const json_t *object, const struct param *p, bool *left_out,
		     struct err *err)
{
	json_t *value = get(object, p), *settled;

	if (!value && p->optional) {
		*left_out = true;
		return 0;
	}
	if (!value || *left_out)
		return err_set(err, -EINVAL, "%s%.*s is missing", value ? "what comes before " : "",
			       (int)p->name_len, p->name);
	settled = meant(value, p);
	if (!settled)
		return err_set(err, -EINVAL, "%.*s is not of type %.*s", (int)p->name_len, p->name,
			       (int)p->types_len, p->types);
	return json_array_append_new(array, settled) < 0 ? -ENOMEM : 0;
}

static int settle_object(const char *list, json_t **params, struct err *err)
{
	json_t *array = json_array();
	bool left_out = false;
	int ret = array ? check_names(list, *params, err) : -ENOMEM;
	struct param p;

	while (ret == 0 && param_next(&list, &p))
		ret = add_param(array, *params, &p, &left_out, err);
	if (ret < 0) {
		json_decref(array);
		return ret;
	}
	json_decref(*params);
	*params = array;
	return 0;
}

int params_settle(const char *list, json_t **params, struct err *err)
{
	*err = (struct err){ 0 };
	if (json_is_object(*params))
		return settle_object(list, params, err);
	return json_is_array(*params) ? settle_array(list, *params) : -EINVAL;
}
