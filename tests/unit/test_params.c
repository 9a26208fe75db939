/* test_params.c - parameters of calls: arrays as clients send them, and objects by name. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>

#include "svd/params.h"

static const char start[] = "name:string wait:boolean?";
static const char read_log[] = "name:string offset:int|string length:int";

static json_t *parse(const char *text)
{
	json_t *value = json_loads(text, JSON_DECODE_ANY, NULL);

	ck_assert_ptr_nonnull(value);
	return value;
}

/* What becomes of the JSON text; NULL: it was refused, and why is in err. */
static const char *settled(const char *list, const char *text, struct err *err)
{
	static char result[512];
	json_t *params = parse(text);
	int ret = params_settle(list, &params, err);
	size_t n = json_dumpb(params, result, sizeof(result) - 1, JSON_COMPACT);

	result[n] = '\0';
	json_decref(params);
	ck_assert(ret == 0 || ret == -EINVAL);
	return ret == 0 ? result : NULL;
}

static void check_settled(const char *list, const char *text, const char *expected)
{
	struct err err;
	const char *got = settled(list, text, &err);

	ck_assert_msg(got, "%s: %s", text, err.text);
	ck_assert_str_eq(got, expected);
}

static void check_refused(const char *list, const char *text, const char *why)
{
	struct err err;

	ck_assert_msg(!settled(list, text, &err), "%s", text);
	ck_assert_str_eq(err.text, why);
}

START_TEST(an_array_that_fits_stays_as_it_is)
{
	static const char *const fine[] = {
		"[\"a\"]", "[\"a\",true]", "[\"a\",1]", "[\"a\",0]", "[\"a\",null]", "[\"a\",\"\"]",
		"[\"a\",0.5]",
	};

	for (size_t i = 0; i < ARRAY_LEN(fine); i++)
		check_settled(start, fine[i], fine[i]);
	check_settled(read_log, "[\"a\",\"1\",2.0]", "[\"a\",\"1\",2.0]");
	check_settled("", "[]", "[]");
} END_TEST

START_TEST(an_array_that_does_not_fit_is_refused_without_words)
{
	static const char *const wrong[] = {
		"[]", "[1]", "[null]", "[\"a\",[]]", "[\"a\",{}]", "[\"a\",true,1]", "[[\"a\"]]",
	};

	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		check_refused(start, wrong[i], "");
	check_refused(read_log, "[\"a\",1,\"2\"]", "");
	check_refused("", "[1]", "");
} END_TEST

START_TEST(an_object_becomes_an_array_in_the_order_of_the_list)
{
	check_settled(start, "{\"wait\":false,\"name\":\"a\"}", "[\"a\",false]");
	check_settled(start, "{\"name\":\"a\"}", "[\"a\"]");
	check_settled("", "{}", "[]");
	check_settled("call:struct list:array", "{\"call\":{\"a\":1},\"list\":[2]}",
		      "[{\"a\":1},[2]]");
} END_TEST

START_TEST(text_in_an_object_means_a_number_or_a_boolean)
{
	check_settled(start, "{\"name\":\"a\",\"wait\":\"true\"}", "[\"a\",true]");
	check_settled(start, "{\"name\":\"a\",\"wait\":\"1\"}", "[\"a\",true]");
	check_settled(start, "{\"name\":\"a\",\"wait\":\"false\"}", "[\"a\",false]");
	check_settled(start, "{\"name\":\"a\",\"wait\":\"0\"}", "[\"a\",false]");
	check_settled(read_log, "{\"name\":\"a\",\"offset\":\"-5\",\"length\":\"-5\"}",
		      "[\"a\",\"-5\",-5]");
} END_TEST

START_TEST(an_object_that_does_not_fit_is_told_why)
{
	check_refused(start, "{}", "name is missing");
	check_refused(start, "{\"name\":\"a\",\"Wait\":true}", "there is no parameter Wait");
	check_refused(start, "{\"name\":\"a\",\"wai\":true}", "there is no parameter wai");
	check_refused(start, "{\"name\":1}", "name is not of type string");
	check_refused(start, "{\"name\":\"a\",\"wait\":\"yes\"}", "wait is not of type boolean");
	check_refused(read_log, "{\"name\":\"a\",\"offset\":1,\"length\":\"x\"}",
		      "length is not of type int");
	check_refused(read_log, "{\"name\":\"a\",\"offset\":[],\"length\":1}",
		      "offset is not of type int|string");
	check_refused("a:int? b:int?", "{\"b\":1}", "what comes before b is missing");
} END_TEST

int main(void)
{
	TCase *tc = tcase_create("params");
	Suite *s = suite_create("params");
	SRunner *runner;
	int failed;

	tcase_add_test(tc, an_array_that_fits_stays_as_it_is);
	tcase_add_test(tc, an_array_that_does_not_fit_is_refused_without_words);
	tcase_add_test(tc, an_object_becomes_an_array_in_the_order_of_the_list);
	tcase_add_test(tc, text_in_an_object_means_a_number_or_a_boolean);
	tcase_add_test(tc, an_object_that_does_not_fit_is_told_why);
	suite_add_tcase(s, tc);
	runner = srunner_create(s);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
