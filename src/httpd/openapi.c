/*
 * openapi.c - what has no entry in the method table is written down in openapi.def, as the document
 * has it; all else is made of the table. OpenAPI 3.0 and not 3.1: that is what most generators of
 * clients take.
 */
#include "httpd/openapi.h"

#include <string.h>

#include "config.h"

/* The preprocessor puts quotes around it, and backslashes before those inside. Not by way of
 * another macro: then "true" becomes "1". */
#define JSON(...) #__VA_ARGS__

#define OPENAPI(...) static const char base[] = #__VA_ARGS__;
#include "httpd/openapi.def"
#undef OPENAPI

/* --- types --- */

static const struct {
	const char *name, *schema;
} types[] = {
	{ "string", JSON({ "type": "string" }) },
	{ "int", JSON({ "type": "integer" }) },
	{ "boolean", JSON({ "type": "boolean" }) },
	{ "array", JSON({ "type": "array", "items": {} }) },
	{ "struct", JSON({ "type": "object" }) },
};

/* Anything, where the type is not in the list. */
static json_t *schema_of(const json_t *type)
{
	for (size_t i = 0; json_is_string(type) && i < ARRAY_LEN(types); i++)
		if (strcmp(types[i].name, json_string_value(type)) == 0)
			return json_loads(types[i].schema, 0, NULL);
	return json_object();
}

static json_t *schema_of_any(const json_t *names)
{
	json_t *schemas;

	if (json_array_size(names) == 1)
		return schema_of(json_array_get(names, 0));
	schemas = json_array();
	for (size_t i = 0; i < json_array_size(names); i++)
		json_array_append_new(schemas, schema_of(json_array_get(names, i)));
	return json_pack("{s:o}", "anyOf", schemas);
}

/* --- methods --- */

bool openapi_has_get(const json_t *method)
{
	json_t *param, *type;
	size_t i, k;

	if (!json_is_true(json_object_get(method, "safe")))
		return false;
	json_array_foreach(json_object_get(method, "parameters"), i, param)
		json_array_foreach(json_object_get(param, "types"), k, type)
			if (!json_is_string(type) ||
			    strcmp(json_string_value(type), "array") == 0 ||
			    strcmp(json_string_value(type), "struct") == 0)
				return false;
	return true;
}

static json_t *query_of(const json_t *params)
{
	json_t *query = json_array(), *param;
	size_t i;

	json_array_foreach(params, i, param)
		json_array_append_new(query, json_pack("{s:O, s:s, s:b, s:o}", "name",
				      json_object_get(param, "name"), "in", "query", "required",
				      !json_is_true(json_object_get(param, "optional")), "schema",
				      schema_of_any(json_object_get(param, "types"))));
	return query;
}

/* An object by name; what a client may send as an array says nothing to a generator. */
static json_t *body_of(const json_t *params)
{
	json_t *properties = json_object(), *required = json_array(), *schema, *param;
	size_t i;

	json_array_foreach(params, i, param) {
		json_t *name = json_object_get(param, "name");

		json_object_set_new(properties, json_string_value(name),
				    schema_of_any(json_object_get(param, "types")));
		if (!json_is_true(json_object_get(param, "optional")))
			json_array_append(required, name);
	}
	schema = json_pack("{s:s, s:o, s:b}", "type", "object", "properties", properties,
			   "additionalProperties", 0);
	if (json_array_size(required))	/* an empty list is not allowed */
		json_object_set(schema, "required", required);
	json_decref(required);
	return json_pack("{s:b, s:{s:{s:o}}}", "required", 1, "content", "application/json",
			 "schema", schema);
}

static json_t *responses_of(const json_t *method)
{
	static const char *const faults[] = { "400", "403", "404", "409", "500", "503" };
	json_t *result = schema_of(json_object_get(method, "result"));
	json_t *responses = json_pack("{s:{s:s, s:{s:{s:{s:s, s:[s], s:{s:o}}}}}}", "200",
				      "description", "The result", "content", "application/json",
				      "schema", "type", "object", "required", "result",
				      "properties", "result", result);

	for (size_t i = 0; i < ARRAY_LEN(faults); i++)
		json_object_set_new(responses, faults[i],
				    json_pack("{s:s}", "$ref", "#/components/responses/Fault"));
	json_object_set_new(responses, "401",
			    json_pack("{s:s}", "$ref", "#/components/responses/Unauthorized"));
	return responses;
}

/* "supervisor" of "supervisor.getState", where the document has such a tag. */
static json_t *tag_of(const json_t *document, const char *name)
{
	size_t n = strcspn(name, "."), i;
	json_t *tag;

	json_array_foreach(json_object_get(document, "tags"), i, tag) {
		const char *known = json_string_value(json_object_get(tag, "name"));

		if (strncmp(known, name, n) == 0 && !known[n])
			return json_string(known);
	}
	return json_string("others");
}

static json_t *operation_of(const json_t *document, const json_t *method)
{
	const json_t *params = json_object_get(method, "parameters");
	const char *name = json_string_value(json_object_get(method, "name"));
	const char *role = json_string_value(json_object_get(method, "role"));
	json_t *operation = json_pack("{s:s, s:[o], s:O, s:o}", "operationId", name, "tags",
				      tag_of(document, name), "summary",
				      json_object_get(method, "help"), "description",
				      json_sprintf("Role: %s.", role ? role : "any"));

	if (openapi_has_get(method))
		json_object_set_new(operation, "parameters", query_of(params));
	else
		json_object_set_new(operation, "requestBody", body_of(params));
	json_object_set_new(operation, "responses", responses_of(method));
	return operation;
}

static int add_path(json_t *document, const json_t *method)
{
	json_t *name = json_object_get(method, "name");
	json_t *path = json_sprintf("/api/v1/%s", json_string_value(name));
	int ret = -1;

	if (json_is_string(name) && path)
		ret = json_object_set_new(json_object_get(document, "paths"),
					  json_string_value(path),
					  json_pack("{s:o}", openapi_has_get(method) ? "get" :
						    "post", operation_of(document, method)));
	json_decref(path);
	return ret;
}

json_t *openapi_new(const json_t *methods)
{
	json_t *document = json_loads(base, 0, NULL), *method;
	int ret = json_object_set_new(json_object_get(document, "info"), "version",
				      json_string(PACKAGE_VERSION));
	size_t i;

	json_array_foreach(methods, i, method)
		if (ret == 0)
			ret = add_path(document, method);
	if (ret == 0 && json_is_array(methods))
		return document;
	json_decref(document);
	return NULL;
}
