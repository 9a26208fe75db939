/* test_human.c - sizes and times in few columns */
#include <check.h>
#include <stdlib.h>

#include "base/human.h"

static char buf[HUMAN_MAX];

START_TEST(a_size_has_two_or_three_digits_and_a_unit)
{
	ck_assert_str_eq(human_size(buf, 0), "0");
	ck_assert_str_eq(human_size(buf, 1023), "1023");
	ck_assert_str_eq(human_size(buf, 1024), "1.0K");
	ck_assert_str_eq(human_size(buf, 10188), "9.9K");
	ck_assert_str_eq(human_size(buf, 10200), "10K");
	ck_assert_str_eq(human_size(buf, 4300000), "4.1M");
	ck_assert_str_eq(human_size(buf, 1023.0 * 1024 * 1024), "1.0G");
	ck_assert_str_eq(human_size(buf, 3e10), "28G");
	ck_assert_str_eq(human_size(buf, 1e30), "867361737988E");
} END_TEST

START_TEST(an_uptime_shows_seconds_in_its_first_day)
{
	ck_assert_str_eq(human_uptime(buf, 0), "0:00:00");
	ck_assert_str_eq(human_uptime(buf, 3665), "1:01:05");
	ck_assert_str_eq(human_uptime(buf, 86399), "23:59:59");
	ck_assert_str_eq(human_uptime(buf, 12 * 86400 + 3 * 3600 + 240), "12d 3:04");
} END_TEST

START_TEST(a_span_has_one_unit)
{
	ck_assert_str_eq(human_span(buf, -5), "0s");
	ck_assert_str_eq(human_span(buf, 59), "59s");
	ck_assert_str_eq(human_span(buf, 60), "1m");
	ck_assert_str_eq(human_span(buf, 7200), "2h");
	ck_assert_str_eq(human_span(buf, 86400 * 12), "12d");
} END_TEST

int main(void)
{
	Suite *s = suite_create("human");
	TCase *tc = tcase_create("human");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_test(tc, a_size_has_two_or_three_digits_and_a_unit);
	tcase_add_test(tc, an_uptime_shows_seconds_in_its_first_day);
	tcase_add_test(tc, a_span_has_one_unit);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
