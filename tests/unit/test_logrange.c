/* test_logrange.c - which bytes of a log are meant */
#include <check.h>
#include <errno.h>
#include <stdlib.h>

#include "svd/logrange.h"

static void reads(int64_t offset, int64_t length, int64_t from, int64_t n)
{
	struct log_range range;

	ck_assert_int_eq(log_range_read(100, offset, length, &range), 0);
	ck_assert_int_eq(range.from, from);
	ck_assert_int_eq(range.n, n);
}

static void tails(int64_t offset, int64_t length, int64_t from, int64_t n, bool overflow)
{
	struct log_range range = log_range_tail(100, offset, length);

	ck_assert_int_eq(range.from, from);
	ck_assert_int_eq(range.n, n);
	ck_assert_int_eq(range.end, 100);
	ck_assert_int_eq(range.overflow, overflow);
}

START_TEST(a_length_of_zero_reads_to_the_end)
{
	reads(0, 0, 0, 100);
	reads(30, 0, 30, 70);
	reads(100, 0, 100, 0);
} END_TEST

START_TEST(a_read_ends_where_the_file_does)
{
	reads(0, 10, 0, 10);
	reads(90, 11, 90, 10);
	reads(101, 5, 100, 0);
	reads(INT64_MAX, INT64_MAX, 100, 0);
	reads(0, INT64_MAX, 0, 100);
} END_TEST

START_TEST(a_negative_offset_reads_the_last_bytes)
{
	reads(-1, 0, 99, 1);
	reads(-100, 0, 0, 100);
	reads(-101, 0, 0, 100);
	reads(INT64_MIN, 0, 0, 100);
} END_TEST

START_TEST(what_makes_no_sense_is_refused)
{
	struct log_range range;

	ck_assert_int_eq(log_range_read(100, 0, -1, &range), -EINVAL);
	ck_assert_int_eq(log_range_read(100, -1, 1, &range), -EINVAL);
	ck_assert_int_eq(log_range_read(100, -1, -1, &range), -EINVAL);
	ck_assert_int_eq(log_range_read(0, INT64_MIN, INT64_MIN, &range), -EINVAL);
} END_TEST

START_TEST(a_tail_with_room_gets_all_there_is)
{
	tails(0, 100, 0, 100, false);
	tails(0, 101, 0, 100, false);
	tails(60, 40, 60, 40, false);
} END_TEST

/* As Supervisor has it: the end counts, not the offset. */
START_TEST(a_tail_ends_at_the_end)
{
	tails(60, 60, 40, 60, false);
	tails(0, 40, 60, 40, true);
	tails(0, 1, 99, 1, true);
	tails(-50, 40, 60, 40, true);
} END_TEST

START_TEST(a_tail_from_beyond_the_end_is_empty)
{
	tails(100, 10, 100, 0, false);
	tails(5000, 10, 100, 0, false);
	tails(INT64_MAX, INT64_MAX, 100, 0, false);
} END_TEST

START_TEST(a_tail_of_nothing_is_empty)
{
	tails(0, 0, 99, 0, true);
	tails(0, -5, 99, 0, true);
	tails(INT64_MIN, INT64_MIN, 99, 0, true);
} END_TEST

int main(void)
{
	TCase *tc = tcase_create("logrange");
	Suite *s = suite_create("logrange");
	SRunner *runner;
	int failed;

	tcase_add_test(tc, a_length_of_zero_reads_to_the_end);
	tcase_add_test(tc, a_read_ends_where_the_file_does);
	tcase_add_test(tc, a_negative_offset_reads_the_last_bytes);
	tcase_add_test(tc, what_makes_no_sense_is_refused);
	tcase_add_test(tc, a_tail_with_room_gets_all_there_is);
	tcase_add_test(tc, a_tail_ends_at_the_end);
	tcase_add_test(tc, a_tail_from_beyond_the_end_is_empty);
	tcase_add_test(tc, a_tail_of_nothing_is_empty);
	suite_add_tcase(s, tc);
	runner = srunner_create(s);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
