/* test_globs.c - patterns that stand for names of processes */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/macro.h"
#include "base/strbuf.h"
#include "svctl/globs.h"

static struct procinfo some[] = {
	{ .group = "cat", .name = "cat" },
	{ .group = "star*", .name = "star*" },
	{ .group = "start", .name = "start" },
	{ .group = "web", .name = "w1" },
	{ .group = "web", .name = "w2" },
	{ .group = "web", .name = "x" },
};

static const struct procinfo_list infos = { .list = some, .n = ARRAY_LEN(some) };

static void becomes_from(size_t first, const char *typed, const char *expected)
{
	struct words words = { 0 };
	struct strbuf sb = { 0 };

	ck_assert_int_eq(words_split(&words, typed), 0);
	ck_assert_int_eq(globs_expand(&infos, &words, first), 0);
	for (size_t i = 0; i < words.n; i++)
		strbuf_addf(&sb, i ? " %s" : "%s", words.list[i]);
	ck_assert_str_eq(strbuf_str(&sb), expected);
	strbuf_done(&sb);
	words_done(&words);
}

static void becomes(const char *typed, const char *expected)
{
	becomes_from(0, typed, expected);
}

START_TEST(a_glob_has_a_special_character_that_supervisor_does_not_know)
{
	static const char *const globs[] = { "*", "?at", "we[b]", "w*:*", "web:w?", "a]" };
	static const char *const names[] = { "cat", "web:w1", "web:*", "web:", "", ":", ":*" };

	for (size_t i = 0; i < ARRAY_LEN(globs); i++)
		ck_assert_msg(glob_is(globs[i]), "%s", globs[i]);
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		ck_assert_msg(!glob_is(names[i]), "%s", names[i]);
} END_TEST

START_TEST(a_glob_becomes_the_names_that_it_matches_in_their_order)
{
	becomes("c*", "cat");
	becomes("cat:*t", "cat");
	becomes("c?t:* *:w[12]", "cat web:w1 web:w2");
	becomes("web:[!w] *eb:?2", "web:x web:w2");
	becomes("*", "cat star* start web:w1 web:w2 web:x");
} END_TEST

START_TEST(a_name_that_several_globs_mean_comes_once)
{
	becomes("c* start ?at s*", "cat start star*");
	becomes("cat c*", "cat");
	becomes("c* cat nope nope", "cat nope");
} END_TEST

START_TEST(a_short_name_is_only_that_of_a_process_with_a_group_of_its_own)
{
	becomes("w?", "w?");
	becomes("*a?", "cat");
} END_TEST

START_TEST(what_matches_nothing_and_what_is_a_name_stays)
{
	becomes("nope* cat web:* all", "nope* cat web:* all");
	becomes("star*", "star*");
	becomes("", "");
} END_TEST

START_TEST(words_before_the_first_name_stay)
{
	becomes_from(1, "* c*", "* cat");
	becomes_from(1, "cat c* cat", "cat cat");
	becomes_from(3, "* c*", "* c*");
} END_TEST

int main(void)
{
	Suite *s = suite_create("globs");
	TCase *tc = tcase_create("globs");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_test(tc, a_glob_has_a_special_character_that_supervisor_does_not_know);
	tcase_add_test(tc, a_glob_becomes_the_names_that_it_matches_in_their_order);
	tcase_add_test(tc, a_name_that_several_globs_mean_comes_once);
	tcase_add_test(tc, a_short_name_is_only_that_of_a_process_with_a_group_of_its_own);
	tcase_add_test(tc, what_matches_nothing_and_what_is_a_name_stays);
	tcase_add_test(tc, words_before_the_first_name_stay);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
