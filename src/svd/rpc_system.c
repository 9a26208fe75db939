/* rpc_system.c - RPC methods about methods: what the table says, in three forms. */
#include <stdlib.h>
#include <string.h>

#include "svd/call.h"
#include "svd/methods.h"
#include "svd/params.h"

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void rpc_list_methods(struct engine *e, struct call *call)
{
	const struct method *m;
	const char **names;
	json_t *list;
	size_t n = 0;

	while (method_at(e, n))
		n++;
	names = calloc(n + 1, sizeof(*names));
	list = names ? json_array() : NULL;
	n = 0;
	while (names && (m = method_at(e, n)))
		names[n++] = m->name;
	if (n)
		qsort(names, n, sizeof(names[0]), by_text);
	for (size_t i = 0; i < n; i++)
		json_array_append_new(list, json_string(names[i]));
	free(names);
	call_result(call, list);
}

void rpc_method_help(struct engine *e, struct call *call)
{
	const struct method *m = method_find(e, call_string(call, 0), false);

	if (m)
		call_result(call, json_string(m->help));
	else
		call_fault(call, FAULT_SIGNATURE_UNSUPPORTED, NULL);
}

void rpc_method_signature(struct engine *e, struct call *call)
{
	const struct method *m = method_find(e, call_string(call, 0), false);
	const char *list, *type;
	struct param p;
	json_t *types;
	size_t n;

	if (!m) {
		call_fault(call, FAULT_SIGNATURE_UNSUPPORTED, NULL);
		return;
	}
	types = json_array();
	json_array_append_new(types, json_string(m->result));
	for (list = m->parameters; param_next(&list, &p);) {
		n = param_type_next(&p.types, &p.types_len, &type);
		json_array_append_new(types, json_stringn(type, n));
	}
	call_result(call, types);
}

/* --- for the description of the JSON API --- */

static json_t *describe_param(struct param *p)
{
	json_t *types = json_array();
	const char *type;
	size_t n;

	while ((n = param_type_next(&p->types, &p->types_len, &type)))
		json_array_append_new(types, json_stringn(type, n));
	return json_pack("{s:o, s:o, s:b}", "name", json_stringn(p->name, p->name_len), "types",
			 types, "optional", p->optional);
}

static json_t *describe_method(const struct method *m)
{
	enum role role = method_role(m);
	const char *list = m->parameters;
	json_t *params = json_array();
	struct param p;

	while (param_next(&list, &p))
		json_array_append_new(params, describe_param(&p));
	return json_pack("{s:s, s:s, s:o, s:s, s:b, s:s}", "name", m->name, "result", m->result,
			 "parameters", params, "role",
			 role == ROLE_NONE ? "any" : role_name(role), "safe", method_is_safe(m),
			 "help", m->help);
}

void rpc_describe(struct engine *e, struct call *call)
{
	json_t *list = json_array();
	const struct method *m;

	for (size_t i = 0; (m = method_at(e, i)); i++)
		json_array_append_new(list, describe_method(m));
	call_result(call, list);
}
