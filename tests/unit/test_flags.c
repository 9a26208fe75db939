/* test_flags.c - flags among the words of a verb */
#include <check.h>
#include <errno.h>
#include <stdlib.h>

#include "svctl/flags.h"

static struct flags flags;
static struct strbuf rest;
static struct err err;

static int take(unsigned set, const char *arg)
{
	flags_done(&flags);
	strbuf_reset(&rest);
	return flags_take(set, arg, &flags, &rest, &err);
}

static void clean(void)
{
	flags_done(&flags);
	strbuf_done(&rest);
}

START_TEST(flags_stand_anywhere_among_the_words)
{
	ck_assert_int_eq(take(WITH(JSON) | WITH(TIMEOUT), "cat --json web:*  --timeout 1.5 x"), 0);
	ck_assert_str_eq(strbuf_str(&rest), "cat web:* x");
	ck_assert(flags_have(&flags, FLAG_JSON));
	ck_assert_double_eq(flags_seconds(&flags, FLAG_TIMEOUT, 7), 1.5);
	ck_assert_int_eq(take(WITH(TIMEOUT), "--timeout=0"), 0);
	ck_assert_str_eq(strbuf_str(&rest), "");
	ck_assert_double_eq(flags_seconds(&flags, FLAG_TIMEOUT, 7), 0);
	clean();
} END_TEST

START_TEST(what_a_verb_does_not_take_is_a_word)
{
	ck_assert_int_eq(take(WITH(JSON), "-x  --timeout  5 --jso --json= --"), -EINVAL);
	ck_assert_int_eq(take(WITH(JSON), "-x  --timeout  5 --jso --jsonx --"), 0);
	ck_assert_str_eq(strbuf_str(&rest), "-x  --timeout  5 --jso --jsonx --");
	ck_assert(!flags_have(&flags, FLAG_TIMEOUT));
	ck_assert_int_eq(take(0, "--json"), 0);
	ck_assert_str_eq(strbuf_str(&rest), "--json");
	clean();
} END_TEST

START_TEST(the_last_of_several_counts_and_none_has_a_default)
{
	ck_assert_int_eq(take(WITH(FOR), "--for stopped --for exited"), 0);
	ck_assert_str_eq(flags_word(&flags, FLAG_FOR, "running"), "exited");
	ck_assert_int_eq(take(WITH(FOR), "cat"), 0);
	ck_assert_str_eq(flags_word(&flags, FLAG_FOR, "running"), "running");
	ck_assert_double_eq(flags_seconds(&flags, FLAG_TIMEOUT, 7), 7);
	clean();
} END_TEST

START_TEST(a_value_that_is_missing_or_wrong_is_refused_by_name)
{
	static const struct {
		const char *arg, *text;
	} wrong[] = {
		{ "cat --timeout", "--timeout requires a value" },
		{ "--timeout= cat", "--timeout requires a value" },
		{ "--timeout soon", "--timeout requires a number of seconds, not soon" },
		{ "--timeout=-1", "--timeout requires a number of seconds, not -1" },
		{ "--timeout=inf", "--timeout requires a number of seconds, not inf" },
		{ "--timeout=nan", "--timeout requires a number of seconds, not nan" },
		{ "--timeout 5s", "--timeout requires a number of seconds, not 5s" },
		{ "--json=yes", "--json takes no value" },
	};

	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		ck_assert_int_eq(take(WITH(JSON) | WITH(TIMEOUT), wrong[i].arg), -EINVAL);
		ck_assert_str_eq(err.text, wrong[i].text);
	}
	clean();
} END_TEST

int main(void)
{
	Suite *s = suite_create("flags");
	TCase *tc = tcase_create("flags");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_test(tc, flags_stand_anywhere_among_the_words);
	tcase_add_test(tc, what_a_verb_does_not_take_is_a_word);
	tcase_add_test(tc, the_last_of_several_counts_and_none_has_a_default);
	tcase_add_test(tc, a_value_that_is_missing_or_wrong_is_refused_by_name);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
