/* test_repr.c - a text in quotes, for messages */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

static void is_shown_as_word(const char *text, const char *expected)
{
	struct strbuf sb = { 0 };

	repr_add_word(&sb, text);
	ck_assert_str_eq(strbuf_str(&sb), expected);
	strbuf_done(&sb);
}

START_TEST(a_word_is_quoted_where_it_could_mean_something_else)
{
	is_shown_as_word("web:a-0_1.x*", "web:a-0_1.x*");
	is_shown_as_word("", "''");
	is_shown_as_word("a) by uid 0 (pid 1", "'a) by uid 0 (pid 1'");
	is_shown_as_word("a\nb", "'a\\nb'");
	is_shown_as_word("\xc3\xa4", "'\xc3\xa4'");
} END_TEST

START_TEST(of_a_long_word_the_begin_is_shown)
{
	char text[REPR_WORD_MAX + 2], expected[REPR_WORD_MAX + 8];

	memset(text, 'a', sizeof(text));
	text[REPR_WORD_MAX] = '\0';
	is_shown_as_word(text, text);
	text[REPR_WORD_MAX] = 'a';
	text[REPR_WORD_MAX + 1] = '\0';
	snprintf(expected, sizeof(expected), "'%.*s'...", REPR_WORD_MAX, text);
	is_shown_as_word(text, expected);
	memcpy(text + REPR_WORD_MAX - 1, "\xc3\xa4", 2);
	snprintf(expected, sizeof(expected), "'%.*s'...", REPR_WORD_MAX - 1, text);
	is_shown_as_word(text, expected);
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
	tcase_add_test(tc, a_word_is_quoted_where_it_could_mean_something_else);
	tcase_add_test(tc, of_a_long_word_the_begin_is_shown);
	tcase_add_test(tc, bytes_are_shown_as_python_shows_them);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
