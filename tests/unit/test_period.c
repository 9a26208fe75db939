/* test_period.c - hours and days in places where the clock is put on and back */
#include <check.h>
#include <stdlib.h>

#include "logd/period.h"

static void live_in(const char *zone)
{
	ck_assert_int_eq(setenv("TZ", zone, 1), 0);
	tzset();
}

static struct period at(enum log_rotate how, time_t now)
{
	struct period p = { 0 };

	period_find(&p, how, now);
	ck_assert(p.begin <= now && now < p.end);
	return p;
}

/* Rules as texts, so that no database of zones is needed. */
static const char *const berlin = "CET-1CEST,M3.5.0,M10.5.0/3";
static const char *const kolkata = "IST-5:30";
static const char *const havana = "CST5CDT,M3.2.0/0,M11.1.0/1";	/* put on and back at midnight */

enum {
	HOUR = 3600,
	DAY = 24 * HOUR,
	OCTOBER_31 = 1793401200,	/* 2026-10-31 00:00 +0100, after the clock was put back */
	CHANGE_BACK = 1792890000,	/* 2026-10-25 03:00 +0200 becomes 02:00 +0100 */
	CHANGE_ON = 1774746000,		/* 2026-03-29 02:00 +0100 becomes 03:00 +0200 */
	HAVANA_ON = 1772946000,		/* 2026-03-08 00:00 -0500 becomes 01:00 -0400 */
	HAVANA_BACK = 1793509200,	/* 2026-11-01 01:00 -0400 becomes 00:00 -0500 */
};

START_TEST(a_day_is_from_midnight_to_midnight)
{
	live_in(berlin);
	for (time_t now = OCTOBER_31; now < OCTOBER_31 + DAY; now += 1801) {
		ck_assert_int_eq(at(ROTATE_DAILY, now).begin, OCTOBER_31);
		ck_assert_int_eq(at(ROTATE_DAILY, now).end, OCTOBER_31 + DAY);
	}
	ck_assert_int_eq(at(ROTATE_DAILY, OCTOBER_31 - 1).end, OCTOBER_31);
} END_TEST

START_TEST(an_hour_is_the_hour_of_the_place)
{
	live_in(kolkata);
	ck_assert_int_eq(at(ROTATE_HOURLY, 1000 * HOUR).begin, 1000 * HOUR - 1800);
	ck_assert_int_eq(at(ROTATE_HOURLY, 1000 * HOUR + 1799).end, 1000 * HOUR + 1800);
} END_TEST

START_TEST(a_day_has_23_hours_or_25)
{
	struct period p;

	live_in(berlin);
	p = at(ROTATE_DAILY, CHANGE_ON);
	ck_assert_int_eq(p.begin, CHANGE_ON - 2 * HOUR);
	ck_assert_int_eq(p.end - p.begin, 23 * HOUR);
	p = at(ROTATE_DAILY, CHANGE_BACK);
	ck_assert_int_eq(p.begin, CHANGE_BACK - 3 * HOUR);
	ck_assert_int_eq(p.end - p.begin, 25 * HOUR);
} END_TEST

START_TEST(an_hour_that_comes_twice_is_two_hours)
{
	live_in(berlin);
	ck_assert_int_eq(at(ROTATE_HOURLY, CHANGE_BACK - 1).end, CHANGE_BACK);
	ck_assert_int_eq(at(ROTATE_HOURLY, CHANGE_BACK).begin, CHANGE_BACK);
	ck_assert_int_eq(at(ROTATE_HOURLY, CHANGE_ON).begin, CHANGE_ON);
} END_TEST

/* No day begins twice, and each at the same moment whoever asks when. */
START_TEST(a_midnight_may_be_missing_or_come_twice)
{
	static const time_t changes[] = { HAVANA_ON, HAVANA_BACK };

	live_in(havana);
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		time_t last = 0, begins = 0;

		for (time_t now = changes[i] - DAY; now < changes[i] + DAY; now += 600) {
			struct period p = at(ROTATE_DAILY, now);

			begins += p.begin != last;
			last = p.begin;
		}
		ck_assert_int_eq(begins, 3);
	}
} END_TEST

START_TEST(who_is_in_it_keeps_it_and_a_jump_out_of_it_finds_another)
{
	struct period p = { 0 };

	live_in("UTC0");
	period_find(&p, ROTATE_DAILY, 10 * DAY + 5);
	ck_assert_int_eq(p.begin, 10 * DAY);
	period_find(&p, ROTATE_DAILY, 11 * DAY - 1);
	ck_assert_int_eq(p.begin, 10 * DAY);
	period_find(&p, ROTATE_DAILY, 3 * DAY + 1);
	ck_assert_int_eq(p.begin, 3 * DAY);
	period_find(&p, ROTATE_DAILY, 900 * DAY);
	ck_assert_int_eq(p.begin, 900 * DAY);
} END_TEST

int main(void)
{
	Suite *s = suite_create("period");
	TCase *t = tcase_create("period");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_test(t, a_day_is_from_midnight_to_midnight);
	tcase_add_test(t, an_hour_is_the_hour_of_the_place);
	tcase_add_test(t, a_day_has_23_hours_or_25);
	tcase_add_test(t, an_hour_that_comes_twice_is_two_hours);
	tcase_add_test(t, a_midnight_may_be_missing_or_come_twice);
	tcase_add_test(t, who_is_in_it_keeps_it_and_a_jump_out_of_it_finds_another);
	suite_add_tcase(s, t);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
