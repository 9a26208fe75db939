/*
 * rpc.c - the method table: one list serves the dispatcher, the checks and system.*. What is not
 * in the table does not exist; nothing is looked up by name anywhere else.
 */
#include <stdlib.h>
#include <string.h>

#include "svd/access.h"
#include "svd/call.h"
#include "svd/engine.h"
#include "svd/log.h"

/* See methods.def. The roles are those of access.h. */
enum {
	ANY = ROLE_NONE,
	READ = ROLE_READ,
	OPERATE = ROLE_OPERATE,
	ADMIN = ROLE_ADMIN,
	ROLES = 3,		/* the bits of a role */
	NAMED = 1 << 2,
	SEEN = 1 << 3,
	FREE = 1 << 4,
	OWN = 1 << 5,
};

struct method {
	const char *name, *result, *parameters;
	unsigned    flags;
	rpc_handler_fn *handler;
	const char *help;
};

static const struct method methods[] = {
#define METHOD(...) { __VA_ARGS__ },
#include "svd/methods.def"
#undef METHOD
};

static const struct method *find(const char *name, bool own)
{
	for (size_t i = 0; i < ARRAY_LEN(methods); i++)
		if (strcmp(methods[i].name, name) == 0 && !(methods[i].flags & OWN) == !own)
			return &methods[i];
	return NULL;
}

/* The type of the next parameter in a list: its length without "?", 0 at the end. */
static size_t next_type(const char **list, const char **ret_type, bool *ret_optional)
{
	size_t n;

	*list += strcspn(*list, ":");
	*list += **list == ':';
	n = strcspn(*list, " ");
	*ret_type = *list;
	*list += n;
	*ret_optional = n && (*ret_type)[n - 1] == '?';
	return n - *ret_optional;
}

/* Of a type with alternatives, "int|string", the first is the one that clients are shown. */
static size_t shown_len(const char *type, size_t n)
{
	const char *bar = memchr(type, '|', n);

	return bar ? (size_t)(bar - type) : n;
}

/* Clients send 1 for true and, like Python's None, null for false. */
static bool fits_one(const json_t *value, const char *type, size_t n)
{
	if (strncmp(type, "string", n) == 0)
		return json_is_string(value);
	if (strncmp(type, "boolean", n) == 0)
		return json_is_boolean(value) || json_is_integer(value) || json_is_null(value);
	return strncmp(type, "int", n) == 0 && json_is_integer(value);
}

static bool fits(const json_t *value, const char *type, size_t n)
{
	size_t first = shown_len(type, n);

	return fits_one(value, type, first) ||
	       (first < n && fits(value, type + first + 1, n - first - 1));
}

static bool params_fit(const struct method *m, const json_t *params)
{
	const char *list = m->parameters, *type;
	size_t given = json_array_size(params), i = 0, n;
	bool optional;

	while ((n = next_type(&list, &type, &optional))) {
		if (i < given ? !fits(json_array_get(params, i), type, n) : !optional)
			return false;
		i++;
	}
	return given <= i;
}

static void dispatch(struct engine *e, struct call *call)
{
	const struct method *m = find(call->method, call->own);

	if (!m)
		call_fault(call, FAULT_UNKNOWN_METHOD, NULL);
	else if (!params_fit(m, call->params))
		call_fault(call, FAULT_INCORRECT_PARAMETERS, NULL);
	else if (e->mood != MOOD_RUNNING && !(m->flags & FREE))
		call_fault(call, FAULT_SHUTDOWN_STATE, NULL);
	else
		m->handler(e, call);
}

void rpc_dispatch(struct engine *e, struct call *call)
{
	if (call->own || call->step) {	/* a step: that it came was said */
		dispatch(e, call);
		return;
	}
	log_trace("XML-RPC method called: %s()", call->method);
	dispatch(e, call);
	if (call->fault)
		log_trace("XML-RPC method %s() returned fault: [%d] %s", call->method, call->fault,
			  call->text ? call->text : fault_name((enum fault)call->fault));
	else	/* Supervisor says so of one that waits, too. */
		log_trace("XML-RPC method %s() returned successfully", call->method);
}

/* --- system.* --- */

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void rpc_list_methods(struct engine *e, struct call *call)
{
	const char *names[ARRAY_LEN(methods)];
	json_t *list = json_array();
	size_t n = 0;

	(void)e;
	for (size_t i = 0; i < ARRAY_LEN(methods); i++)
		if (!(methods[i].flags & OWN))
			names[n++] = methods[i].name;
	qsort(names, n, sizeof(names[0]), by_text);
	for (size_t i = 0; i < n; i++)
		json_array_append_new(list, json_string(names[i]));
	call_result(call, list);
}

void rpc_method_help(struct engine *e, struct call *call)
{
	const struct method *m = find(call_string(call, 0), false);

	(void)e;
	if (m)
		call_result(call, json_string(m->help));
	else
		call_fault(call, FAULT_SIGNATURE_UNSUPPORTED, NULL);
}

void rpc_method_signature(struct engine *e, struct call *call)
{
	const struct method *m = find(call_string(call, 0), false);
	const char *list, *type;
	bool optional;
	json_t *types;
	size_t n;

	(void)e;
	if (!m) {
		call_fault(call, FAULT_SIGNATURE_UNSUPPORTED, NULL);
		return;
	}
	types = json_array();
	json_array_append_new(types, json_string(m->result));
	for (list = m->parameters; (n = next_type(&list, &type, &optional));)
		json_array_append_new(types, json_stringn(type, shown_len(type, n)));
	call_result(call, types);
}
