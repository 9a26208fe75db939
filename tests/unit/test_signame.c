/* test_signame.c - signals by name and by number */
#include <check.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>

#include "base/signame.h"

START_TEST(a_signal_has_the_name_that_python_gives_it)
{
	ck_assert_str_eq(signame(SIGTERM), "SIGTERM");
	ck_assert_str_eq(signame(SIGKILL), "SIGKILL");
	ck_assert_str_eq(signame(SIGABRT), "SIGABRT");
	ck_assert_str_eq(signame(SIGCHLD), "SIGCHLD");
	ck_assert_str_eq(signame(SIGIO), "SIGPOLL");
	ck_assert_str_eq(signame(SIGRTMIN), "SIGRTMIN");
	ck_assert_str_eq(signame(SIGRTMAX), "SIGRTMAX");
} END_TEST

START_TEST(a_number_without_a_name_is_still_printed)
{
	ck_assert_str_eq(signame(99), "signal 99");
	ck_assert_str_eq(signame(0), "signal 0");
} END_TEST

START_TEST(a_signal_is_known_by_name_short_name_and_number)
{
	ck_assert_int_eq(signal_number("TERM"), SIGTERM);
	ck_assert_int_eq(signal_number("SIGTERM"), SIGTERM);
	ck_assert_int_eq(signal_number("15"), SIGTERM);
	ck_assert_int_eq(signal_number("usr1"), SIGUSR1);
	ck_assert_int_eq(signal_number(" sigHup\n"), SIGHUP);
	ck_assert_int_eq(signal_number(" 9 "), SIGKILL);
	ck_assert_int_eq(signal_number("CLD"), SIGCHLD);
	ck_assert_int_eq(signal_number("RTMIN"), SIGRTMIN);
	ck_assert_int_eq(signal_number("0"), 0);
} END_TEST

START_TEST(what_is_no_signal_is_refused)
{
	static const char *const words[] = { "", "SIG", "TER", "TERMS", "SIGSIGTERM", "-15",
					     "33", "99", "9999999999999", "15x", "_DFL" };

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		ck_assert_msg(signal_number(words[i]) == -EINVAL, "%s", words[i]);
} END_TEST

int main(void)
{
	Suite *s = suite_create("signame");
	TCase *tc = tcase_create("signame");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_test(tc, a_signal_has_the_name_that_python_gives_it);
	tcase_add_test(tc, a_number_without_a_name_is_still_printed);
	tcase_add_test(tc, a_signal_is_known_by_name_short_name_and_number);
	tcase_add_test(tc, what_is_no_signal_is_refused);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
