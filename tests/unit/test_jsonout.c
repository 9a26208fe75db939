/* test_jsonout.c - JSON text, written piece by piece */
#include <check.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/jsonout.h"

static void assert_text(const char *s, const char *expected)
{
	struct strbuf sb = { 0 };

	json_out_string(&sb, s);
	ck_assert_str_eq(strbuf_str(&sb), expected);
	strbuf_done(&sb);
}

START_TEST(text_is_quoted_and_escaped)
{
	assert_text("", "\"\"");
	assert_text("a/b c", "\"a/b c\"");
	assert_text("\"a\\b\"", "\"\\\"a\\\\b\\\"\"");
	assert_text("\n\t\x1f\x7f", "\"\\u000a\\u0009\\u001f\x7f\"");
} END_TEST

START_TEST(what_is_not_utf_8_is_replaced)
{
	assert_text("\xc3\xa4\xf0\x9f\x90\x8d", "\"\xc3\xa4\xf0\x9f\x90\x8d\"");
	assert_text("a\xff\xc3", "\"a\xef\xbf\xbd\xef\xbf\xbd\"");
	assert_text("\xed\xa0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
} END_TEST

START_TEST(every_byte_can_be_read_again)
{
	for (int c = 1; c < 256; c++) {
		const char text[] = { 'x', (char)c, 'y', '\0' };
		struct strbuf sb = { 0 };
		json_t *value;

		json_out_string(&sb, text);
		value = json_loads(strbuf_str(&sb), JSON_DECODE_ANY, NULL);
		ck_assert_msg(value, "byte %d", c);
		if (c < 0x80)
			ck_assert_str_eq(json_string_value(value), text);
		json_decref(value);
		strbuf_done(&sb);
	}
} END_TEST

START_TEST(members_and_numbers_make_an_object)
{
	struct strbuf sb = { 0 };

	strbuf_addc(&sb, '[');
	for (int i = 0; i < 2; i++) {
		json_out_comma(&sb);
		strbuf_addc(&sb, '{');
		json_out_member(&sb, "a", "[");
		json_out_member_int(&sb, "b", i ? INT64_MIN : INT64_MAX);
		json_out_member_int(&sb, "c", -i);
		strbuf_addc(&sb, '}');
	}
	strbuf_addc(&sb, ']');
	ck_assert_str_eq(strbuf_str(&sb), "[{\"a\":\"[\",\"b\":9223372036854775807,\"c\":0},"
			 "{\"a\":\"[\",\"b\":-9223372036854775808,\"c\":-1}]");
	strbuf_done(&sb);
} END_TEST

int main(void)
{
	Suite *suite = suite_create("jsonout");
	TCase *tcase = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(tcase, text_is_quoted_and_escaped);
	tcase_add_test(tcase, what_is_not_utf_8_is_replaced);
	tcase_add_test(tcase, every_byte_can_be_read_again);
	tcase_add_test(tcase, members_and_numbers_make_an_object);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
