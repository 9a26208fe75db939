/* test_result.c - what answers of listeners mean, and what is printed of them */
#include <check.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "svd/printer.h"
#include "svd/result.h"

static struct loop *loop;
static struct printer printer;
static int pipe_end;

static void begin(void)
{
	int fds[2];

	ck_assert_int_eq(pipe2(fds, O_CLOEXEC | O_NONBLOCK), 0);
	loop = loop_new();
	printer_init(&printer, loop, NULL);
	input_open(&printer.out, fds[1]);
	pipe_end = fds[0];
}

static void end(void)
{
	printer_done(&printer);
	close(pipe_end);
	loop_free(loop);
}

static enum verdict judge(enum result_handler handler, const char *text)
{
	return result_judge(handler, text, strlen(text), &printer);
}

static void prints(const char *result, const char *expected)
{
	char buf[4096];
	ssize_t n;

	ck_assert_int_eq(judge(RESULTS_PRINT, result), VERDICT_DONE);
	n = read(pipe_end, buf, sizeof(buf) - 1);
	buf[n > 0 ? n : 0] = '\0';
	ck_assert_str_eq(buf, expected);
}

START_TEST(only_ok_is_ok)
{
	ck_assert_int_eq(judge(RESULTS_JUDGE, "OK"), VERDICT_DONE);
	ck_assert_int_eq(judge(RESULTS_JUDGE, "FAIL"), VERDICT_REJECTED);
	ck_assert_int_eq(judge(RESULTS_JUDGE, "OK\n"), VERDICT_REJECTED);
	ck_assert_int_eq(judge(RESULTS_JUDGE, ""), VERDICT_REJECTED);
} END_TEST

START_TEST(each_line_is_printed_with_its_process_and_channel)
{
	prints("processname:cat groupname:g pid:1 channel:stdout\nmeow\n", "cat stdout | meow\n");
	prints("channel:stderr processname:cat\na\n\nb", "cat stderr | a\ncat stderr | \n"
	       "cat stderr | b\n");
	prints("processname:cat channel:stdout\n", "");
} END_TEST

START_TEST(what_is_no_output_event_cannot_be_printed)
{
	static const char *const bad[] = {
		"", "OK", "OK\n", "processname:a channel:b", "processname:a\nchannel:b\n",
		"xprocessname:a channel:b\n", "processname: channel:\n", "channel:b\n",
	};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		ck_assert_int_eq(judge(RESULTS_PRINT, bad[i]), VERDICT_ERROR);
} END_TEST

int main(void)
{
	Suite *s = suite_create("result");
	TCase *tc = tcase_create("result");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(tc, begin, end);
	tcase_add_test(tc, only_ok_is_ok);
	tcase_add_test(tc, each_line_is_printed_with_its_process_and_channel);
	tcase_add_test(tc, what_is_no_output_event_cannot_be_printed);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
