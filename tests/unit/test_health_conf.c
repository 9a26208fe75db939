/* test_health_conf.c - [svd:health] */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "conf_box.h"

#define DAEMON "[supervisord]\n"
#define SITE DAEMON "[program:a]\ncommand=/bin/cat\n[program:b]\ncommand=/bin/cat\n" \
	     "[group:site]\nprograms=b\n[svd:health]\n"

START_TEST(all_must_be_well_and_only_who_may_enter_is_told)
{
	const struct health_config *h = &loads(DAEMON)->health;

	ck_assert_ptr_null(h->programs);
	ck_assert_int_eq(h->minimum, 100);
	ck_assert(h->is_percent);
	ck_assert(!h->is_public);
} END_TEST

static void has_minimum(const char *text, int minimum, bool is_percent)
{
	char conf[256];

	snprintf(conf, sizeof(conf), DAEMON "[svd:health]\nminimum=%s\n", text);
	ck_assert_int_eq(loads(conf)->health.minimum, minimum);
	ck_assert(config->health.is_percent == is_percent);
}

START_TEST(a_minimum_is_a_number_or_a_percentage)
{
	has_minimum("all", 100, true);
	has_minimum("ALL", 100, true);
	has_minimum("3", 3, false);
	has_minimum("0", 0, false);
	has_minimum("50%%", 50, true);
	has_minimum("100 %%", 100, true);
} END_TEST

START_TEST(a_minimum_that_is_none_is_refused)
{
	static const char *const bad[] = { "-1", "101%%", "half", "%%", "5%%%%", "" };
	char conf[256];

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		snprintf(conf, sizeof(conf), DAEMON "[svd:health]\nminimum=%s\n", bad[i]);
		refuses(conf, "not all, a number of processes or a percentage");
	}
	refuses(DAEMON "[svd:health]\npublic=maybe\n", "FILE:3: [svd:health] public=maybe: not a");
} END_TEST

START_TEST(globs_that_mean_nobody_are_noted)
{
	ck_assert_str_eq(loads(SITE "programs=a, site:*\n")->health.programs, "a, site:*");
	ck_assert_ptr_null(loads(SITE "programs=\n")->health.programs);
	ck_assert_int_eq(noted(LEVEL_WARN, "svd:health"), 0);
	loads(SITE "programs=a, b, site:c\n");
	ck_assert_int_eq(noted(LEVEL_WARN, "there is no process that \"b\" means"), 1);
	ck_assert_int_eq(noted(LEVEL_WARN, "there is no process that \"site:c\" means"), 1);
	ck_assert_int_eq(noted(LEVEL_WARN, "svd:health"), 2);
} END_TEST

int main(void)
{
	Suite *s = suite_create("health_conf");
	TCase *t = tcase_create("health_conf");
	SRunner *sr;
	int failed;

	tcase_add_checked_fixture(t, box_setup, box_teardown);
	tcase_add_test(t, all_must_be_well_and_only_who_may_enter_is_told);
	tcase_add_test(t, a_minimum_is_a_number_or_a_percentage);
	tcase_add_test(t, a_minimum_that_is_none_is_refused);
	tcase_add_test(t, globs_that_mean_nobody_are_noted);
	suite_add_tcase(s, t);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
