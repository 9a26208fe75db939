/* test_repr.c - a text in quotes, for messages */
#include <check.h>
#include <stdlib.h>

#include "base/repr.h"

static void is_shown(const char *text, const char *expected)
{
	struct strbuf sb = { 0 };

	repr_add(&sb, text);
	ck_assert_str_eq(strbuf_str(&sb), expected);
	strbuf_done(&sb);
}

START_TEST(a_text_is_shown_as_python_shows_it)
{
	is_shown("", "''");
	is_shown("plain text", "'plain text'");
	is_shown("it's", "\"it's\"");
	is_shown("say \"hi\"", "'say \"hi\"'");
	is_shown("'\"", "'\\'\"'");
	is_shown("a\\b", "'a\\\\b'");
} END_TEST

START_TEST(nothing_can_break_the_line)
{
	is_shown("a\nb\tc\rd", "'a\\nb\\tc\\rd'");
	is_shown("\x1b[0m\x7f", "'\\x1b[0m\\x7f'");
} END_TEST

START_TEST(letters_stay_and_broken_ones_are_escaped)
{
	is_shown("\xc3\xa4\xe6\x97\xa5", "'\xc3\xa4\xe6\x97\xa5'");
	is_shown("\xff\xc3", "'\\xff\\xc3'");
} END_TEST

START_TEST(bytes_are_shown_as_python_shows_them)
{
	static const char bytes[] = "a\xc3\xa4\x88\n\0'";
	struct strbuf sb = { 0 };

	repr_add_bytes(&sb, bytes, sizeof(bytes) - 1);
	ck_assert_str_eq(strbuf_str(&sb), "b\"a\\xc3\\xa4\\x88\\n\\x00'\"");
	strbuf_reset(&sb);
	repr_add_bytes(&sb, "'\"\\\x7f", 4);
	ck_assert_str_eq(strbuf_str(&sb), "b'\\'\"\\\\\\x7f'");
	strbuf_done(&sb);
} END_TEST

int main(void)
{
	Suite *s = suite_create("repr");
	TCase *tc = tcase_create("repr");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_test(tc, a_text_is_shown_as_python_shows_it);
	tcase_add_test(tc, nothing_can_break_the_line);
	tcase_add_test(tc, letters_stay_and_broken_ones_are_escaped);
	tcase_add_test(tc, bytes_are_shown_as_python_shows_them);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
