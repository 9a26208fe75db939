/* test_ends.c - how a process has ended, in words */
#include <check.h>
#include <signal.h>
#include <stdlib.h>

#include "conf/config.h"
#include "svd/ends.h"

#define STATUS(code) ((code) << 8)

enum { CORE = 0x80 };	/* in a wait status */

static const struct program_config conf = { .stopsignal = SIGINT, .stopwaitsecs = 10 };
static struct ends ends;

static void setup(void)
{
	ends = (struct ends){ 0 };
}

static void teardown(void)
{
	ends_done(&ends);
}

static void ck_reason(const char *signal, const char *expected)
{
	char reason[128];

	ck_assert_str_eq(ends_signal(&ends), signal);
	ends_reason(&ends, &conf, reason, sizeof(reason));
	ck_assert_str_eq(reason, expected);
}

static void ends_by(enum ending how, int status)
{
	ends_begin(&ends, false);
	ends_note(&ends, how, status, NULL);
}

START_TEST(who_has_never_ended_has_no_reason)
{
	ck_reason("", "");
	ck_assert_double_eq(ends.at, 0);
} END_TEST

START_TEST(a_status_is_told_with_what_was_thought_of_it)
{
	ends_by(ENDING_EXPECTED, STATUS(0));
	ck_reason("", "exit status 0; expected");
	ends_by(ENDING_UNEXPECTED, STATUS(3));
	ck_reason("", "exit status 3; not expected");
	ends_by(ENDING_EARLY, STATUS(0));
	ck_reason("", "exit status 0; exited too quickly");
	ck_assert_uint_eq(ends.n, 3);
} END_TEST

START_TEST(a_signal_has_its_name_and_its_core)
{
	ends_by(ENDING_UNEXPECTED, SIGKILL);
	ck_reason("SIGKILL", "terminated by SIGKILL");
	ends_by(ENDING_UNEXPECTED, SIGSEGV | CORE);
	ck_reason("SIGSEGV", "terminated by SIGSEGV (core dumped)");
	ends_by(ENDING_EARLY, SIGABRT);
	ck_reason("SIGABRT", "terminated by SIGABRT; exited too quickly");
} END_TEST

START_TEST(who_ends_as_it_was_asked_to_is_just_stopped)
{
	ends_by(ENDING_STOPPED, SIGINT);
	ck_reason("SIGINT", "stopped");
	ends_by(ENDING_STOPPED, STATUS(0));
	ck_reason("", "stopped");
	ends_by(ENDING_STOPPED, STATUS(2));
	ck_reason("", "stopped; exit status 2");
	ends_by(ENDING_STOPPED, SIGKILL);	/* by somebody else */
	ck_reason("SIGKILL", "stopped; terminated by SIGKILL");
} END_TEST

START_TEST(who_had_to_be_killed_did_not_stop_in_time)
{
	ends_begin(&ends, false);
	ends.overdue = true;
	ends_note(&ends, ENDING_STOPPED, SIGKILL, NULL);
	ck_reason("SIGKILL", "killed; did not stop within 10 s");
	ends_by(ENDING_STOPPED, SIGINT);
	ck_reason("SIGINT", "stopped");
} END_TEST

START_TEST(what_could_not_be_started_says_why)
{
	ends_begin(&ends, false);
	ends_note_failure(&ends, "can't find command '/x'");
	ck_reason("", "can't find command '/x'");
	ck_assert_uint_eq(ends.n, 0);
	ends_begin(&ends, true);
	ends_note(&ends, ENDING_EARLY, STATUS(127), "couldn't exec /x: ENOENT");
	ck_reason("", "couldn't exec /x: ENOENT");
	ck_assert_uint_eq(ends.n, 1);
	ends_by(ENDING_EXPECTED, STATUS(0));
	ck_reason("", "exit status 0; expected");
} END_TEST

START_TEST(only_what_svd_does_by_itself_is_a_restart)
{
	ends_begin(&ends, false);
	ck_assert_uint_eq(ends.restarts, 0);
	ends_begin(&ends, true);
	ck_assert_uint_eq(ends.restarts, 1);
	ends.renewing = true;
	ends_begin(&ends, false);
	ends_begin(&ends, false);
	ck_assert_uint_eq(ends.restarts, 2);
} END_TEST

int main(void)
{
	Suite *suite = suite_create("ends");
	TCase *tcase = tcase_create("ends");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, who_has_never_ended_has_no_reason);
	tcase_add_test(tcase, a_status_is_told_with_what_was_thought_of_it);
	tcase_add_test(tcase, a_signal_has_its_name_and_its_core);
	tcase_add_test(tcase, who_ends_as_it_was_asked_to_is_just_stopped);
	tcase_add_test(tcase, who_had_to_be_killed_did_not_stop_in_time);
	tcase_add_test(tcase, what_could_not_be_started_says_why);
	tcase_add_test(tcase, only_what_svd_does_by_itself_is_a_restart);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
