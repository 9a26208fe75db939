/* test_burst.c - not more than so many lines in a while */
#include <check.h>
#include <stdlib.h>

#include "base/burst.h"

static struct burst burst;
static unsigned long n_unsaid;
static bool is_last;

static bool may(double now)
{
	return burst_take(&burst, 3, 60, now, &n_unsaid, &is_last);
}

START_TEST(so_many_are_said_and_the_last_is_known)
{
	ck_assert(may(5) && !is_last);
	ck_assert(may(5) && !is_last);
	ck_assert(may(64) && is_last);
	ck_assert_uint_eq(n_unsaid, 0);
	ck_assert(!may(64));
	ck_assert(!may(64.9));
} END_TEST

START_TEST(the_next_while_begins_with_how_many_were_not)
{
	for (int i = 0; i < 10; i++)
		ck_assert(may(5) == (i < 3));
	ck_assert(may(65));
	ck_assert_uint_eq(n_unsaid, 7);
	ck_assert(may(66));
	ck_assert_uint_eq(n_unsaid, 0);
} END_TEST

static void reset(void)
{
	burst = (struct burst){ 0 };
}

int main(void)
{
	Suite *s = suite_create("burst");
	TCase *tc = tcase_create("burst");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(tc, reset, NULL);
	tcase_add_test(tc, so_many_are_said_and_the_last_is_known);
	tcase_add_test(tc, the_next_while_begins_with_how_many_were_not);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
