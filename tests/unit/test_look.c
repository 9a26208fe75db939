/* test_look.c - what is in a pipe, without taking it out */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/fd.h"
#include "logd/look.h"

static struct look look;
static int ends[2];

static void begin(void)
{
	ck_assert_int_eq(look_init(&look), 0);
	ck_assert_int_eq(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
}

static void end(void)
{
	close_fd(&ends[0]);
	close_fd(&ends[1]);
	look_done(&look);
}

static void put(const char *text, size_t times)
{
	for (size_t i = 0; i < times; i++)
		ck_assert_int_eq(write(ends[1], text, strlen(text)), (ssize_t)strlen(text));
}

static int there(void)
{
	int n;

	ck_assert_int_eq(ioctl(ends[0], FIONREAD, &n), 0);
	return n;
}

START_TEST(a_look_takes_nothing_out)
{
	put("one\ntwo\nthree", 1);
	ck_assert_int_eq(look_at(&look, ends[0]), 13);
	ck_assert_uint_eq(look_last_line(&look, 13), 8);
	ck_assert_uint_eq(look_first_line(&look, 13), 4);
	ck_assert_uint_eq(look_copy(&look, 7), 7);
	ck_assert_mem_eq(look.buf, "one\ntwo", 7);
	ck_assert_int_eq(there(), 13);
} END_TEST

START_TEST(an_empty_pipe_is_told_from_one_at_its_end)
{
	ck_assert_int_eq(look_at(&look, ends[0]), -EAGAIN);
	close_fd(&ends[1]);
	ck_assert_int_eq(look_at(&look, ends[0]), 0);
} END_TEST

START_TEST(what_is_no_pipe_is_refused)
{
	int fd = open("/dev/null", O_RDONLY);

	ck_assert_int_eq(look_at(&look, fd), -EINVAL);
	close_fd(&fd);
} END_TEST

START_TEST(lines_are_sought_within_the_limit_only)
{
	put("one\ntwo\n", 1);
	ck_assert_int_eq(look_at(&look, ends[0]), 8);
	ck_assert_uint_eq(look_last_line(&look, 7), 4);
	ck_assert_uint_eq(look_last_line(&look, 3), 0);
	ck_assert_uint_eq(look_first_line(&look, 3), 0);
	ck_assert_uint_eq(look_last_line(&look, 0), 0);
} END_TEST

START_TEST(a_newline_far_from_the_end_is_found)
{
	put("1234567\n", 3);
	put("12345678", 5000);
	ck_assert_int_eq(look_at(&look, ends[0]), 40024);
	ck_assert_uint_eq(look_last_line(&look, 40024), 24);
	ck_assert_uint_eq(look_last_line(&look, 30000), 24);
	put("\n", 1);
	ck_assert_int_eq(look_at(&look, ends[0]), 40025);
	ck_assert_uint_eq(look_last_line(&look, 40025), 40025);
	ck_assert_uint_eq(look_last_line(&look, 40024), 24);
	ck_assert_int_eq(there(), 40025);
} END_TEST

START_TEST(no_newline_is_none)
{
	put("12345678", 8192);
	ck_assert_int_eq(look_at(&look, ends[0]), 65536);
	ck_assert_uint_eq(look_last_line(&look, 65536), 0);
	ck_assert_uint_eq(look_first_line(&look, 65536), 0);
} END_TEST

START_TEST(the_slots_of_a_pipe_make_it_full_and_not_its_bytes)
{
	static char text[3000];

	while (write(ends[1], text, sizeof(text)) == sizeof(text))
		;
	ck_assert_int_gt(look_at(&look, ends[0]), 0);
	ck_assert_int_lt(there(), 65536);
	ck_assert(look_is_full(&look));
	ck_assert_int_eq(look_discard(&look, ends[0], 6000), 6000);
	ck_assert_int_gt(look_at(&look, ends[0]), 0);
	ck_assert(!look_is_full(&look));
} END_TEST

START_TEST(a_pipe_of_another_size_can_be_full_too)
{
	ck_assert_int_eq(fcntl(ends[0], F_SETPIPE_SZ, 4096), 4096);
	put("12345678", 512);
	ck_assert_int_eq(look_at(&look, ends[0]), 4096);
	ck_assert(look_is_full(&look));
	ck_assert_int_eq(fcntl(ends[0], F_SETPIPE_SZ, 1 << 20), 1 << 20);
	ck_assert_int_eq(look_at(&look, ends[0]), 4096);
	ck_assert(!look_is_full(&look));
	put("12345678", 100000);
	ck_assert_int_eq(look_at(&look, ends[0]), 804096);
	put("\n", 1);
	ck_assert_int_eq(look_at(&look, ends[0]), 804097);
	ck_assert_uint_eq(look_last_line(&look, 804097), 804097);
	ck_assert_uint_eq(look_first_line(&look, 804097), 804097);
} END_TEST

int main(void)
{
	Suite *s = suite_create("look");
	TCase *tc = tcase_create("look");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(tc, begin, end);
	tcase_add_test(tc, a_look_takes_nothing_out);
	tcase_add_test(tc, an_empty_pipe_is_told_from_one_at_its_end);
	tcase_add_test(tc, what_is_no_pipe_is_refused);
	tcase_add_test(tc, lines_are_sought_within_the_limit_only);
	tcase_add_test(tc, a_newline_far_from_the_end_is_found);
	tcase_add_test(tc, no_newline_is_none);
	tcase_add_test(tc, the_slots_of_a_pipe_make_it_full_and_not_its_bytes);
	tcase_add_test(tc, a_pipe_of_another_size_can_be_full_too);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
