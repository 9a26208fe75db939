/* test_api.c - the JSON API: parameters, faults, text, and its description */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "httpd/apifault.h"
#include "httpd/apiparams.h"
#include "httpd/jsontext.h"
#include "httpd/openapi.h"

/* --- a body --- */

static void parses(const char *body, const char *expected)
{
	json_t *params, *wanted = json_loads(expected, 0, NULL);
	struct err err;

	ck_assert_msg(apiparams_parse(body, strlen(body), &params, &err) == 0, "%s", err.text);
	ck_assert(json_equal(params, wanted));
	json_decref(params);
	json_decref(wanted);
}

static void is_refused(const char *body, size_t n, const char *why)
{
	json_t *params;
	struct err err;

	ck_assert_int_eq(apiparams_parse(body, n, &params, &err), -EBADMSG);
	ck_assert_msg(strstr(err.text, why) != NULL, "%s", err.text);
}

START_TEST(a_body_is_an_object_or_an_array)
{
	parses("{\"name\":\"a\",\"wait\":false}", "{\"name\":\"a\",\"wait\":false}");
	parses(" [1, -2.5e3, null, \"\\u00e4\"] ", "[1, -2500.0, null, \"\xc3\xa4\"]");
	parses("", "{}");
} END_TEST

START_TEST(what_is_wrong_is_told_with_its_place)
{
	static const struct {
		const char *body, *why;
	} cases[] = {
		{ "{\"a\":1", "line 1, column 6: '}' expected" },
		{ "{\"a\":1}\nx", "line 2, column 1: end of file expected" },
		{ "x", "line 1, column 1: '[' or '{' expected" },
		{ " ", "'[' or '{' expected" },
		{ "7", "'[' or '{' expected" },
		{ "\"a\"", "'[' or '{' expected" },
		{ "{\"a\":1,\"a\":2}", "duplicate object key" },
		{ "[1e999]", "real number overflow" },
		{ "[99999999999999999999]", "too big integer" },
		{ "[01]", "line 1" },
		{ "[\"\\u0000\"]", "\\u0000 is not allowed" },
		{ "[\"\\ud800\"]", "invalid Unicode" },
		{ "[\"\xff\"]", "unable to decode byte 0xff" },
		{ "[\"\xc3\"]", "unable to decode byte 0xc3" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		is_refused(cases[i].body, strlen(cases[i].body), cases[i].why);
	is_refused("{}\0{}", 5, "end of file expected");
} END_TEST

static void fill(char *body, char open, size_t n, char close)
{
	memset(body, open, n);
	memset(body + n, close, n);
	body[2 * n] = '\0';
}

START_TEST(nesting_has_a_limit)
{
	char body[2 * APIPARAMS_DEPTH_MAX + 3];

	fill(body, '[', APIPARAMS_DEPTH_MAX, ']');
	parses(body, body);
	fill(body, '[', APIPARAMS_DEPTH_MAX + 1, ']');
	is_refused(body, strlen(body), "byte 32: more than 32 levels");
} END_TEST

/* In a string nothing counts, whatever is escaped in it. */
START_TEST(brackets_in_strings_are_text)
{
	char body[200], brackets[APIPARAMS_DEPTH_MAX + 10];

	memset(brackets, '[', sizeof(brackets));
	brackets[sizeof(brackets) - 1] = '\0';
	snprintf(body, sizeof(body), "[\"\\\"%s\\\\\",\"%s\"]", brackets, brackets);
	parses(body, body);
	snprintf(body, sizeof(body), "[\"\\\\\",%s]", brackets);
	is_refused(body, strlen(body), "levels");
} END_TEST

START_TEST(values_have_a_limit)
{
	_cleanup_(strbuf_done) struct strbuf body = { 0 };
	json_t *params;
	struct err err;

	strbuf_adds(&body, "[0");
	for (int i = 0; i < APIPARAMS_VALUES_MAX - 2; i++)
		strbuf_adds(&body, ",0");
	strbuf_addc(&body, ']');
	ck_assert_int_eq(apiparams_parse(body.s, body.len, &params, &err), 0);
	json_decref(params);
	body.s[body.len - 1] = ',';
	strbuf_adds(&body, "0]");
	is_refused(body.s, body.len, "more than 10000 values");
} END_TEST

/* --- a query --- */

START_TEST(a_query_is_text_by_name)
{
	json_t *params = json_object(), *wanted = json_loads("{\"a\":\"1\",\"\":\"\"}", 0, NULL);
	struct err err;

	ck_assert_int_eq(apiparams_add(params, "a", 1, "1", 1, &err), 0);
	ck_assert_int_eq(apiparams_add(params, "", 0, "", 0, &err), 0);
	ck_assert(json_equal(params, wanted));
	ck_assert_int_eq(apiparams_add(params, "a", 1, "2", 1, &err), -EBADMSG);
	ck_assert_str_eq(err.text, "a is there twice");
	ck_assert_int_eq(apiparams_add(params, "b", 1, "\xff", 1, &err), -EBADMSG);
	ck_assert_int_eq(apiparams_add(params, "\xff", 1, "b", 1, &err), -EBADMSG);
	ck_assert_int_eq(apiparams_add(params, "b", 1, "x\0y", 3, &err), -EBADMSG);
	ck_assert_int_eq(apiparams_add(params, "b\0c", 3, "x", 1, &err), -EBADMSG);
	ck_assert(json_equal(params, wanted));
	json_decref(params);
	json_decref(wanted);
} END_TEST

/* --- answers --- */

START_TEST(a_fault_has_a_status_a_name_and_a_text)
{
	static const struct {
		int      code;
		unsigned status;
	} cases[] = {
		{ 1, 404 }, { 2, 400 }, { 3, 400 }, { 4, 404 }, { 6, 503 }, { 10, 404 },
		{ 11, 400 }, { 20, 500 }, { 21, 500 }, { 30, 500 }, { 40, 500 }, { 50, 500 },
		{ 60, 409 }, { 70, 409 }, { 90, 409 }, { 91, 409 }, { 92, 500 }, { 230, 403 },
		{ 240, 403 }, { 0, 500 }, { -1, 500 }, { 12345, 500 },
	};
	json_t *fault = apifault_new(10, "BAD_NAME: \xff");
	char *text = json_dumps(fault, JSON_COMPACT);

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		ck_assert_uint_eq(apifault_status(cases[i].code), cases[i].status);
	ck_assert_str_eq(text, "{\"fault\":{\"code\":10,\"name\":\"BAD_NAME\",\"text\":"
			       "\"BAD_NAME: \xef\xbf\xbd\"}}");
	free(text);
	json_decref(fault);
} END_TEST

START_TEST(a_long_text_stands_where_the_first_empty_string_is)
{
	_cleanup_(strbuf_done) struct strbuf sb = { 0 };
	json_t *result = json_loads("[\"\", 7, false]", 0, NULL), *none = json_true();
	size_t gap;

	ck_assert_int_eq(jsontext_build_around(&sb, result, &gap), 0);
	ck_assert_str_eq(sb.s, "{\"result\":[\"\",7,false]}\n");
	ck_assert_str_eq(sb.s + gap, "\",7,false]}\n");
	strbuf_reset(&sb);
	ck_assert_int_eq(jsontext_build_around(&sb, none, &gap), -EINVAL);
	json_decref(result);
} END_TEST

START_TEST(text_of_any_bytes_becomes_json)
{
	_cleanup_(strbuf_done) struct strbuf sb = { 0 };

	jsontext_add_text(&sb, "a\"\\\n\x01\0\x7f\xff\xc3\xa4</script>", 19);
	ck_assert_str_eq(strbuf_str(&sb), "a\\\"\\\\\\n\\u0001\\u0000\x7f\xef\xbf\xbd\xc3\xa4"
					  "</script>");
	jsontext_add_text(&sb, "", 0);
	ck_assert(!sb.oom);
} END_TEST

/* --- the description --- */

static json_t *described(const char *methods)
{
	json_t *list = json_loads(methods, 0, NULL), *document;

	ck_assert_ptr_nonnull(list);
	document = openapi_new(list);
	json_decref(list);
	return document;
}

static const char safe[] =
	"[{\"name\": \"svd.x\", \"result\": \"array\", \"role\": \"read\", \"safe\": true,"
	" \"help\": \"It.\", \"parameters\": [{\"name\": \"n\", \"types\": [\"int\", \"string\"],"
	" \"optional\": true}]}]";
static const char unsafe[] =
	"[{\"name\": \"x\", \"result\": \"boolean\", \"role\": \"admin\", \"safe\": false,"
	" \"help\": \"It.\", \"parameters\": [{\"name\": \"n\", \"types\": [\"string\"],"
	" \"optional\": false}]}]";
static const char safe_but_large[] =
	"[{\"name\": \"x\", \"result\": \"array\", \"role\": \"any\", \"safe\": true,"
	" \"help\": \"It.\", \"parameters\": [{\"name\": \"n\", \"types\": [\"array\"],"
	" \"optional\": false}]}]";

static void has(json_t *document, const char *path, const char *expected)
{
	json_t *part = json_object_get(json_object_get(document, "paths"), path);
	json_t *wanted = json_loads(expected, 0, NULL), *operation, *key;
	const char *method, *name;

	ck_assert_ptr_nonnull(wanted);
	json_object_foreach(wanted, method, operation)
		json_object_foreach(operation, name, key)
			ck_assert_msg(json_equal(json_object_get(json_object_get(part, method),
								 name), key), "%s", name);
	ck_assert_uint_eq(json_object_size(part), json_object_size(wanted));
	json_decref(wanted);
	json_decref(document);
}

START_TEST(what_changes_nothing_is_a_get_with_a_query)
{
	has(described(safe), "/api/v1/svd.x",
	    "{\"get\": {\"operationId\": \"svd.x\", \"tags\": [\"svd\"], \"summary\": \"It.\","
	    " \"description\": \"Role: read.\", \"parameters\": [{\"name\": \"n\","
	    " \"in\": \"query\", \"required\": false, \"schema\": {\"anyOf\":"
	    " [{\"type\": \"integer\"}, {\"type\": \"string\"}]}}]}}");
} END_TEST

START_TEST(what_changes_something_is_a_post_with_a_body)
{
	has(described(unsafe), "/api/v1/x",
	    "{\"post\": {\"operationId\": \"x\", \"tags\": [\"others\"], \"requestBody\":"
	    " {\"required\": true, \"content\": {\"application/json\": {\"schema\": {\"type\":"
	    " \"object\", \"properties\": {\"n\": {\"type\": \"string\"}},"
	    " \"additionalProperties\": false, \"required\": [\"n\"]}}}}}}");
	has(described(safe_but_large), "/api/v1/x", "{\"post\": {\"operationId\": \"x\"}}");
} END_TEST

START_TEST(what_is_no_list_of_methods_is_not_described)
{
	ck_assert_ptr_null(described("{}"));
	ck_assert_ptr_null(described("[{}]"));
	ck_assert_ptr_null(described("[1]"));
	ck_assert_ptr_null(described("[{\"name\": \"x\", \"safe\": true, \"parameters\": "
				     "[{\"name\": \"n\", \"types\": [1]}]}]"));
} END_TEST

int main(void)
{
	Suite *s = suite_create("api");
	TCase *t = tcase_create("api");
	SRunner *sr;
	int failed;

	tcase_add_test(t, a_body_is_an_object_or_an_array);
	tcase_add_test(t, what_is_wrong_is_told_with_its_place);
	tcase_add_test(t, nesting_has_a_limit);
	tcase_add_test(t, brackets_in_strings_are_text);
	tcase_add_test(t, values_have_a_limit);
	tcase_add_test(t, a_query_is_text_by_name);
	tcase_add_test(t, a_fault_has_a_status_a_name_and_a_text);
	tcase_add_test(t, a_long_text_stands_where_the_first_empty_string_is);
	tcase_add_test(t, text_of_any_bytes_becomes_json);
	tcase_add_test(t, what_changes_nothing_is_a_get_with_a_query);
	tcase_add_test(t, what_changes_something_is_a_post_with_a_body);
	tcase_add_test(t, what_is_no_list_of_methods_is_not_described);
	suite_add_tcase(s, t);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
