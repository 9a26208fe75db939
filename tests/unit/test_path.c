/* test_path.c - file names as people write them */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/path.h"

static void normalises(const char *path, const char *expected)
{
	char *result = NULL;

	ck_assert_int_eq(path_normalise(path, &result, NULL), 0);
	ck_assert_str_eq(result, expected);
	free(result);
}

START_TEST(dots_and_doubled_slashes_go)
{
	normalises("/a/./b//c/../d/", "/a/b/d");
	normalises("/", "/");
	normalises("/..", "/");
	normalises("/../../a/..", "/");
	normalises("/a/b/../../..", "/");
	normalises("/...", "/...");
	normalises("/.a/..b", "/.a/..b");
} END_TEST

START_TEST(exactly_two_slashes_in_front_stay)
{
	normalises("//a/../b", "//b");
	normalises("//", "//");
	normalises("//..", "//");
	normalises("///a", "/a");
} END_TEST

START_TEST(a_relative_path_starts_at_the_working_directory)
{
	ck_assert_int_eq(chdir("/usr/bin"), 0);
	normalises("x", "/usr/bin/x");
	normalises("../lib/./y", "/usr/lib/y");
	normalises("", "/usr/bin");
	normalises("../../..", "/");
	ck_assert_int_eq(chdir("/"), 0);
	normalises("x", "/x");
} END_TEST

START_TEST(a_tilde_is_the_home_directory)
{
	setenv("HOME", "/home/me/", 1);
	normalises("~", "/home/me");
	normalises("~/log", "/home/me/log");
	normalises("/a/~/b", "/a/~/b");
	setenv("HOME", "/", 1);
	normalises("~/log", "/log");
	normalises("~", "/");
} END_TEST

START_TEST(a_tilde_with_a_name_is_the_home_of_that_user)
{
	char *result = path_expand_user("~root/x");

	ck_assert_str_eq(result, "/root/x");
	free(result);
	result = path_expand_user("~nobody-of-that-name/x");
	ck_assert_str_eq(result, "~nobody-of-that-name/x");
	free(result);
} END_TEST

START_TEST(without_home_the_password_file_tells)
{
	char *result;

	unsetenv("HOME");
	result = path_expand_user("~");
	ck_assert_int_eq(result[0], '/');
	free(result);
} END_TEST

START_TEST(the_directory_of_a_path_is_what_is_before_its_last_slash)
{
	static const char *const rows[][2] = { { "/a/b", "/a" }, { "/a", "/" }, { "a", "" },
					       { "a/b//c", "a/b" }, { "/a/", "/a" },
					       { "//x", "//" }, { "", "" } };

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char *dir = path_dirname(rows[i][0]);

		ck_assert_str_eq(dir, rows[i][1]);
		free(dir);
	}
} END_TEST

START_TEST(it_is_seen_whether_a_directory_is_there)
{
	ck_assert(path_is_dir("/usr"));
	ck_assert(!path_is_dir("/dev/null"));
	ck_assert(!path_is_dir("/no/such"));
	ck_assert(path_dir_exists("/usr/no-such-file"));
	ck_assert(path_dir_exists("/no-such-file"));
	ck_assert(path_dir_exists("no-such-file"));
	ck_assert(!path_dir_exists("/no/such"));
	ck_assert(!path_dir_exists("/dev/null/x"));
} END_TEST

START_TEST(our_standard_output_has_several_names)
{
	ck_assert_int_eq(path_standard_fd("/dev/stdout"), 1);
	ck_assert_int_eq(path_standard_fd("/dev/fd/1"), 1);
	ck_assert_int_eq(path_standard_fd("/proc/self/fd/2"), 2);
	ck_assert_int_eq(path_standard_fd("/dev/stderr"), 2);
	ck_assert_int_eq(path_standard_fd("/dev/fd/11"), -1);
	ck_assert_int_eq(path_standard_fd("/dev/null"), -1);
} END_TEST

int main(void)
{
	Suite *s = suite_create("path");
	TCase *tc = tcase_create("path");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_test(tc, dots_and_doubled_slashes_go);
	tcase_add_test(tc, exactly_two_slashes_in_front_stay);
	tcase_add_test(tc, a_relative_path_starts_at_the_working_directory);
	tcase_add_test(tc, a_tilde_is_the_home_directory);
	tcase_add_test(tc, a_tilde_with_a_name_is_the_home_of_that_user);
	tcase_add_test(tc, without_home_the_password_file_tells);
	tcase_add_test(tc, the_directory_of_a_path_is_what_is_before_its_last_slash);
	tcase_add_test(tc, it_is_seen_whether_a_directory_is_there);
	tcase_add_test(tc, our_standard_output_has_several_names);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
