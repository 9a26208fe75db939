/* test_input.c - a program's standard input: queued, in order, and never waited for */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "svd/input.h"

enum { MUCH = 300 * 1000 };	/* bytes: several pipes full */

static struct loop *loop;
static struct input in;
static int reader;

static void setup(void)
{
	int fds[2];

	(void)signal(SIGPIPE, SIG_IGN);
	loop = loop_new();
	ck_assert_ptr_nonnull(loop);
	ck_assert_int_eq(pipe2(fds, O_CLOEXEC | O_NONBLOCK), 0);
	reader = fds[0];
	input_init(&in, loop);
	input_open(&in, fds[1]);
}

static void teardown(void)
{
	input_close(&in);
	close_fd(&reader);
	loop_free(loop);
}

/* Bytes whose order can be seen. */
static char *pattern(size_t n)
{
	char *p = malloc(n);

	ck_assert_ptr_nonnull(p);
	for (size_t i = 0; i < n; i++)
		p[i] = (char)(i % 251);
	return p;
}

static char got[2 * MUCH];
static size_t n_got;

static void read_some(void)
{
	ssize_t n = read(reader, got + n_got, sizeof(got) - n_got);

	if (n > 0)
		n_got += (size_t)n;
}

static void stop_when_empty(void *arg)
{
	(void)arg;
	read_some();
	if (!in.queue.len)
		loop_stop(loop);
}

START_TEST(what_fits_is_there_at_once_and_nothing_is_kept)
{
	char buf[16];

	ck_assert_int_eq(input_write(&in, "hello", 5), 0);
	ck_assert_int_eq(input_write(&in, "", 0), 0);
	ck_assert_int_eq(read(reader, buf, sizeof(buf)), 5);
	ck_assert_mem_eq(buf, "hello", 5);
	ck_assert_ptr_null(in.queue.s);
	ck_assert(!io_is_started(&in.io));
} END_TEST

START_TEST(what_does_not_fit_goes_when_there_is_room_in_order)
{
	char *data = pattern(MUCH);

	n_got = 0;
	ck_assert_int_eq(input_write(&in, data, MUCH), 0);
	ck_assert_int_eq(input_write(&in, "and more", 8), 0);
	ck_assert_uint_gt(in.queue.len, 0);
	loop_on_turn(loop, stop_when_empty, NULL);
	loop_run(loop);
	read_some();
	ck_assert_uint_eq(n_got, MUCH + 8);
	ck_assert_mem_eq(got, data, MUCH);
	ck_assert_mem_eq(got + MUCH, "and more", 8);
	ck_assert(!io_is_started(&in.io));
	free(data);
} END_TEST

START_TEST(parts_go_as_one_whole_wherever_the_pipe_ends)
{
	char *data = pattern(MUCH);
	struct iovec parts[] = { { data, 65536 - 3 }, { data + 65536 - 3, 9 },
				 { data + 65536 + 6, MUCH - 65536 - 6 } };

	n_got = 0;
	ck_assert_int_eq(input_writev(&in, parts, 1), 0);	/* three bytes of room are left */
	ck_assert_uint_eq(in.queue.len, 0);
	ck_assert_int_eq(input_writev(&in, parts + 1, 2), 0);
	loop_on_turn(loop, stop_when_empty, NULL);
	loop_run(loop);
	read_some();
	ck_assert_uint_eq(n_got, MUCH);
	ck_assert_mem_eq(got, data, MUCH);
	free(data);
} END_TEST

START_TEST(where_nothing_waits_anything_may_come)
{
	char *data = calloc(1, INPUT_QUEUE_MAX + 65536 + 1);

	ck_assert_ptr_nonnull(data);
	ck_assert_int_eq(input_write(&in, data, INPUT_QUEUE_MAX + 65536 + 1), 0);
	ck_assert_int_eq(input_write(&in, "x", 1), -ENOBUFS);
	free(data);
} END_TEST

START_TEST(beyond_the_ceiling_all_of_it_is_refused)
{
	char *data = calloc(1, INPUT_QUEUE_MAX);
	size_t waiting;

	ck_assert_ptr_nonnull(data);
	ck_assert_int_eq(input_write(&in, data, INPUT_QUEUE_MAX), 0);
	waiting = in.queue.len - in.done;
	ck_assert_int_eq(input_write(&in, data, INPUT_QUEUE_MAX - waiting + 1), -ENOBUFS);
	ck_assert_uint_eq(in.queue.len - in.done, waiting);
	ck_assert_int_eq(input_write(&in, data, INPUT_QUEUE_MAX - waiting), 0);
	ck_assert_int_eq(input_write(&in, data, 1), -ENOBUFS);
	free(data);
} END_TEST

START_TEST(without_a_reader_it_is_said_and_nobody_waits)
{
	close_fd(&reader);
	ck_assert_int_eq(input_write(&in, "x", 1), -EPIPE);
	ck_assert_int_eq(in.fd, -1);
	ck_assert_int_eq(input_write(&in, "x", 1), -EPIPE);
} END_TEST

static void stop_when_closed(void *arg)
{
	(void)arg;
	if (in.fd < 0)
		loop_stop(loop);
}

START_TEST(a_reader_that_goes_takes_the_queue_with_it)
{
	char *data = pattern(MUCH);

	ck_assert_int_eq(input_write(&in, data, MUCH), 0);
	close_fd(&reader);
	loop_on_turn(loop, stop_when_closed, NULL);
	loop_run(loop);
	ck_assert_uint_eq(in.queue.len, 0);
	ck_assert(!io_is_started(&in.io));
	free(data);
} END_TEST

START_TEST(a_new_life_does_not_get_what_was_meant_for_the_last)
{
	char *data = pattern(MUCH);
	int fds[2];
	char buf[8];

	ck_assert_int_eq(input_write(&in, data, MUCH), 0);
	ck_assert_int_eq(pipe2(fds, O_CLOEXEC | O_NONBLOCK), 0);
	input_open(&in, fds[1]);
	ck_assert_int_eq(input_write(&in, "new", 3), 0);
	ck_assert_int_eq(read(fds[0], buf, sizeof(buf)), 3);
	close_fd(&fds[0]);
	free(data);
} END_TEST

int main(void)
{
	Suite *s = suite_create("input");
	TCase *tc = tcase_create("input");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, what_fits_is_there_at_once_and_nothing_is_kept);
	tcase_add_test(tc, what_does_not_fit_goes_when_there_is_room_in_order);
	tcase_add_test(tc, parts_go_as_one_whole_wherever_the_pipe_ends);
	tcase_add_test(tc, where_nothing_waits_anything_may_come);
	tcase_add_test(tc, beyond_the_ceiling_all_of_it_is_refused);
	tcase_add_test(tc, without_a_reader_it_is_said_and_nobody_waits);
	tcase_add_test(tc, a_reader_that_goes_takes_the_queue_with_it);
	tcase_add_test(tc, a_new_life_does_not_get_what_was_meant_for_the_last);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
