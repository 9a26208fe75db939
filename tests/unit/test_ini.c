/* test_ini.c - sections, options and values of configuration files, with their places */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/strbuf.h"
#include "conf/ini.h"

static struct ini ini;

static void setup(void)
{
	ck_assert_int_eq(ini_init(&ini), 0);
}

static void teardown(void)
{
	ini_done(&ini);
}

static void reads(const char *text)
{
	struct err err = { 0 };
	int r = ini_read_text(&ini, "/etc/x.conf", text, strlen(text), &err);

	ck_assert_msg(r == 0, "%s", err.text);
}

static const struct ini_option *option(const char *section, const char *name)
{
	const struct ini_option *o = ini_find_option(&ini, ini_find_section(&ini, section), name);

	ck_assert_msg(o != NULL, "[%s] %s is not there", section, name);
	return o;
}

static void fails(const char *text, const char *expected)
{
	struct err err = { 0 };

	ck_assert_int_eq(ini_read_text(&ini, "/etc/x.conf", text, strlen(text), &err), -EINVAL);
	ck_assert_str_eq(err.text, expected);
}

START_TEST(an_option_has_a_value_a_file_and_a_line)
{
	reads("; comment\n[program:web]\ncommand = /bin/cat -n ; here\n");
	ck_assert_str_eq(option("program:web", "command")->value, "/bin/cat -n");
	ck_assert_str_eq(option("program:web", "command")->file->path, "/etc/x.conf");
	ck_assert_str_eq(option("program:web", "command")->file->dir, "/etc");
	ck_assert_int_eq(option("program:web", "command")->line, 3);
	ck_assert_int_eq(ini_find_section(&ini, "program:web")->line, 2);
} END_TEST

START_TEST(deeper_lines_continue_a_value_and_comments_do_not)
{
	reads("[a]\nx = 1,\n  2 ; two\n  ; none\n\n  3\n\ny=4\n");
	ck_assert_str_eq(option("a", "x")->value, "1,\n2\n\n3");
	ck_assert_str_eq(option("a", "y")->value, "4");
} END_TEST

START_TEST(a_comment_sign_needs_a_blank_before_it)
{
	reads("[a]\nx=1;2#3\ny=1 #2\n");
	ck_assert_str_eq(option("a", "x")->value, "1;2#3");
	ck_assert_str_eq(option("a", "y")->value, "1");
} END_TEST

START_TEST(option_names_are_folded_and_section_names_are_not)
{
	reads("[Abc]\nNaMe: 1\n[abc]\nname=2\n");
	ck_assert_str_eq(option("Abc", "name")->value, "1");
	ck_assert_str_eq(option("abc", "name")->value, "2");
} END_TEST

START_TEST(the_last_value_wins_and_sections_merge_over_files)
{
	reads("[a]\nx=1\ny=1\n[b]\nz=1\n[a]\nx=2\n");
	ck_assert_int_eq(ini_read_text(&ini, "/etc/d/y.conf", "\n[a]\ny=3", 8, NULL), 0);
	ck_assert_str_eq(option("a", "x")->value, "2");
	ck_assert_str_eq(option("a", "y")->value, "3");
	ck_assert_int_eq(option("a", "y")->line, 3);
	ck_assert_str_eq(option("a", "y")->file->dir, "/etc/d");
	ck_assert_str_eq(ini_find_section(&ini, "a")->file->path, "/etc/x.conf");
	ck_assert_uint_eq(HASH_COUNT(ini.sections), 2);
} END_TEST

START_TEST(a_section_without_options_is_seen)
{
	reads("[empty]\n[a]\nx=1\n[last]\n");
	ck_assert_ptr_nonnull(ini_find_section(&ini, "empty"));
	ck_assert_ptr_nonnull(ini_find_section(&ini, "last"));
	ck_assert_ptr_null(ini_find_section(&ini, "other"));
} END_TEST

START_TEST(defaults_stand_behind_every_section)
{
	reads("[DEFAULT]\nx=1\ny=1\n[a]\ny=2\n");
	ck_assert_str_eq(option("a", "x")->value, "1");
	ck_assert_str_eq(option("a", "y")->value, "2");
	ck_assert_ptr_null(ini_find_section(&ini, "DEFAULT"));
} END_TEST

/* inih alone cuts lines at 200 bytes, and names of sections at 49. */
START_TEST(nothing_is_too_long)
{
	struct strbuf text = { 0 };
	char *section = malloc(301), *name = malloc(301), *value = malloc(100001);

	memset(section, 's', 300);
	memset(name, 'n', 300);
	memset(value, 'v', 100000);
	section[300] = name[300] = value[100000] = '\0';
	strbuf_addf(&text, "[%s]\n%s=%s\n", section, name, value);
	reads(strbuf_str(&text));
	ck_assert_str_eq(option(section, name)->value, value);
	strbuf_done(&text);
	free(section);
	free(name);
	free(value);
} END_TEST

START_TEST(what_inih_would_alter_arrives_unaltered)
{
	reads("[ c]d]\n[x=1 = 2\n\x01=\x01\ny:=1\nz= \"a;b\"\n");
	ck_assert_ptr_nonnull(ini_find_section(&ini, " c]d"));
	ck_assert_str_eq(option(" c]d", "[x")->value, "1 = 2");
	ck_assert_str_eq(option(" c]d", "\x01")->value, "\x01");
	ck_assert_str_eq(option(" c]d", "y")->value, "=1");
	ck_assert_str_eq(option(" c]d", "z")->value, "\"a;b\"");
} END_TEST

START_TEST(windows_files_are_files)
{
	reads("\xef\xbb\xbf[a]\r\nx=1\r\n  2\r\n");
	ck_assert_str_eq(option("a", "x")->value, "1\n2");
} END_TEST

START_TEST(text_before_the_first_section_is_an_error)
{
	fails("\n; c\nlost = 1\n", "/etc/x.conf:3: File contains no section headers: 'lost = 1'");
} END_TEST

START_TEST(a_line_that_is_neither_is_an_error)
{
	fails("[a]\nx=1\nneither\n", "/etc/x.conf:3: Source contains parsing errors: neither a "
	      "[section] nor an option: 'neither'");
} END_TEST

START_TEST(a_long_line_is_cut_in_the_message_only)
{
	struct err err = { 0 };
	char text[3000];

	memset(text, 'x', sizeof(text));
	ck_assert_int_eq(ini_read_text(&ini, "f", text, sizeof(text), &err), -EINVAL);
	ck_assert_uint_lt(strlen(err.text), 300);
	ck_assert_ptr_nonnull(strstr(err.text, "xxx...'"));
} END_TEST

START_TEST(bytes_that_are_no_utf8_are_refused_with_their_line)
{
	struct err err = { 0 };

	ck_assert_int_eq(ini_read_text(&ini, "f", "[a]\nx=\xc3\xa4\n;\xe4\n", 12, &err), -EINVAL);
	ck_assert_str_eq(err.text, "f:3: a byte that is not UTF-8: this is no text file");
} END_TEST

START_TEST(nul_bytes_are_refused_with_their_line)
{
	struct err err = { 0 };

	ck_assert_int_eq(ini_read_text(&ini, "f", "[a]\nx=1\0", 8, &err), -EINVAL);
	ck_assert_str_eq(err.text, "f:2: a NUL byte: this is no text file");
} END_TEST

START_TEST(a_file_that_cannot_be_read_is_named)
{
	struct err err = { 0 };

	ck_assert_int_eq(ini_read_file(&ini, "/no/such.conf", &err), -ENOENT);
	ck_assert_str_eq(err.text, "could not find config file /no/such.conf");
	ck_assert_int_eq(ini_read_file(&ini, "/", &err), -EISDIR);
	ck_assert_str_eq(err.text, "could not read config file /: Is a directory");
} END_TEST

START_TEST(a_file_of_more_than_64_megabytes_is_refused)
{
	char path[] = "/tmp/test_ini.XXXXXX";
	int fd = mkstemp(path);
	struct err err = { 0 };

	ck_assert_int_eq(ftruncate(fd, INI_FILE_MAX + 1), 0);
	ck_assert_int_eq(ini_read_file(&ini, path, &err), -EFBIG);
	ck_assert_ptr_nonnull(strstr(err.text, "larger than 64 MB"));
	close(fd);
	unlink(path);
} END_TEST

int main(void)
{
	Suite *s = suite_create("ini");
	TCase *tc = tcase_create("ini");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, an_option_has_a_value_a_file_and_a_line);
	tcase_add_test(tc, deeper_lines_continue_a_value_and_comments_do_not);
	tcase_add_test(tc, a_comment_sign_needs_a_blank_before_it);
	tcase_add_test(tc, option_names_are_folded_and_section_names_are_not);
	tcase_add_test(tc, the_last_value_wins_and_sections_merge_over_files);
	tcase_add_test(tc, a_section_without_options_is_seen);
	tcase_add_test(tc, defaults_stand_behind_every_section);
	tcase_add_test(tc, nothing_is_too_long);
	tcase_add_test(tc, what_inih_would_alter_arrives_unaltered);
	tcase_add_test(tc, windows_files_are_files);
	tcase_add_test(tc, text_before_the_first_section_is_an_error);
	tcase_add_test(tc, a_line_that_is_neither_is_an_error);
	tcase_add_test(tc, a_long_line_is_cut_in_the_message_only);
	tcase_add_test(tc, bytes_that_are_no_utf8_are_refused_with_their_line);
	tcase_add_test(tc, nul_bytes_are_refused_with_their_line);
	tcase_add_test(tc, a_file_that_cannot_be_read_is_named);
	tcase_add_test(tc, a_file_of_more_than_64_megabytes_is_refused);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
