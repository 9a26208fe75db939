/* test_shwords.c - text split by shell rules */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/shwords.h"
#include "base/strbuf.h"

typedef int splitter(const char *text, char ***ret_words, struct err *err);

/* The words in angle brackets, or the error. */
static const char *shown(splitter *split, const char *text)
{
	static char line[4096];
	struct strbuf sb = { 0 };
	char **words = NULL;
	struct err err;

	if (split(text, &words, &err) < 0) {
		ck_assert_int_eq(err.code, -EINVAL);
		ck_assert_ptr_null(words);
		snprintf(line, sizeof(line), "%s", err.text);
		return line;
	}
	for (char **w = words; *w; w++)
		strbuf_addf(&sb, "<%s>", *w);
	snprintf(line, sizeof(line), "%s", strbuf_str(&sb));
	strbuf_done(&sb);
	shwords_free(words);
	return line;
}

START_TEST(a_command_is_split_at_blanks)
{
	ck_assert_str_eq(shown(shwords_split, "/bin/cat -n  file\t\n x"),
			 "</bin/cat><-n><file><x>");
	ck_assert_str_eq(shown(shwords_split, ""), "");
	ck_assert_str_eq(shown(shwords_split, " \t\r\n"), "");
} END_TEST

START_TEST(quotes_keep_blanks_and_make_empty_words)
{
	ck_assert_str_eq(shown(shwords_split, "sh -c 'sleep 1; date'"), "<sh><-c><sleep 1; date>");
	ck_assert_str_eq(shown(shwords_split, "a '' \"\" b"), "<a><><><b>");
	ck_assert_str_eq(shown(shwords_split, "a'b c'\"d e\"f"), "<ab cd ef>");
	ck_assert_str_eq(shown(shwords_split, "'\"' \"'\""), "<\"><'>");
} END_TEST

START_TEST(a_backslash_protects_one_character)
{
	ck_assert_str_eq(shown(shwords_split, "a\\ b \\\\ \\'"), "<a b><\\><'>");
	ck_assert_str_eq(shown(shwords_split, "\"a\\\"b\\\\c\\nd\""), "<a\"b\\c\\nd>");
	ck_assert_str_eq(shown(shwords_split, "'a\\b'"), "<a\\b>");
	ck_assert_str_eq(shown(shwords_split, "a\\\nb"), "<a\nb>");
} END_TEST

START_TEST(signs_and_hashes_in_a_command_are_ordinary)
{
	ck_assert_str_eq(shown(shwords_split, "a;b|c #d"), "<a;b|c><#d>");
} END_TEST

START_TEST(what_is_left_open_is_an_error)
{
	ck_assert_str_eq(shown(shwords_split, "a 'b"), "No closing quotation");
	ck_assert_str_eq(shown(shwords_split, "a \"b\\\""), "No closing quotation");
	ck_assert_str_eq(shown(shwords_split, "a \\"), "No escaped character");
	ck_assert_str_eq(shown(shwords_split, "a \"b\\"), "No escaped character");
	ck_assert_str_eq(shown(shwords_pairs, "A='b"), "No closing quotation");
} END_TEST

START_TEST(a_long_command_arrives_whole)
{
	size_t n = 100000;
	char *text = malloc(n + 1), **argv;

	memset(text, 'x', n);
	text[n] = '\0';
	ck_assert_int_eq(shwords_split(text, &argv, NULL), 0);
	ck_assert_uint_eq(strlen(argv[0]), n);
	ck_assert_ptr_null(argv[1]);
	shwords_free(argv);
	free(text);
} END_TEST

START_TEST(an_environment_is_pairs_with_commas)
{
	ck_assert_str_eq(shown(shwords_pairs, "A=1,B=\"va,l\",C='x y'"), "<A=1><B=va,l><C=x y>");
	ck_assert_str_eq(shown(shwords_pairs, "A = 1 ,\n B = /bin:/usr/bin"),
			 "<A=1><B=/bin:/usr/bin>");
	ck_assert_str_eq(shown(shwords_pairs, "A=\"\",B=2,"), "<A=><B=2>");
	ck_assert_str_eq(shown(shwords_pairs, ""), "");
} END_TEST

START_TEST(quotes_within_an_environment_can_be_escaped)
{
	ck_assert_str_eq(shown(shwords_pairs, "A=\"say \\\"hi\\\"\",B='a'b\"c\""),
			 "<A=say \"hi\"><B=abc>");
} END_TEST

START_TEST(of_two_values_of_a_key_the_last_wins)
{
	ck_assert_str_eq(shown(shwords_pairs, "A=1,AB=2,A=3"), "<A=3><AB=2>");
} END_TEST

START_TEST(letters_outside_of_ascii_are_letters)
{
	ck_assert_str_eq(shown(shwords_pairs, "A=\xe6\x97\xa5\xe6\x9c\xac"),
			 "<A=\xe6\x97\xa5\xe6\x9c\xac>");
} END_TEST

START_TEST(a_hash_in_an_environment_starts_a_comment)
{
	ck_assert_str_eq(shown(shwords_pairs, "A=1#one\n,B=2"), "<A=1><B=2>");
	ck_assert_str_eq(shown(shwords_pairs, "A='#1'"), "<A=#1>");
} END_TEST

START_TEST(an_environment_that_is_no_pairs_is_refused)
{
	static const char *const texts[] = { "A", "A=", "A,B", "A=1,B", "=1", "A=b@c" };
	char expected[256];

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		snprintf(expected, sizeof(expected),
			 "Unexpected end of key/value pairs in value '%s'", texts[i]);
		ck_assert_str_eq(shown(shwords_pairs, texts[i]), expected);
	}
} END_TEST

int main(void)
{
	Suite *s = suite_create("shwords");
	TCase *tc = tcase_create("shwords");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_test(tc, a_command_is_split_at_blanks);
	tcase_add_test(tc, quotes_keep_blanks_and_make_empty_words);
	tcase_add_test(tc, a_backslash_protects_one_character);
	tcase_add_test(tc, signs_and_hashes_in_a_command_are_ordinary);
	tcase_add_test(tc, what_is_left_open_is_an_error);
	tcase_add_test(tc, a_long_command_arrives_whole);
	tcase_add_test(tc, an_environment_is_pairs_with_commas);
	tcase_add_test(tc, quotes_within_an_environment_can_be_escaped);
	tcase_add_test(tc, of_two_values_of_a_key_the_last_wins);
	tcase_add_test(tc, letters_outside_of_ascii_are_letters);
	tcase_add_test(tc, a_hash_in_an_environment_starts_a_comment);
	tcase_add_test(tc, an_environment_that_is_no_pairs_is_refused);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
