/* test_options.c - the table of options, and what is near to a name */
#include <check.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "conf/options.h"

START_TEST(every_option_is_found_again)
{
	for (unsigned id = 0; id < OPTION_N; id++) {
		int kinds = 0;

		for (unsigned kind = 0; kind < SECTION_KIND_N; kind++)
			if (option_fits(id, kind)) {
				ck_assert_msg(option_find(kind, option_table[id].name) == id, "%s",
					      option_table[id].name);
				kinds++;
			}
		ck_assert_int_ge(kinds, 1);
	}
} END_TEST

START_TEST(every_option_has_a_name_in_lower_case_and_a_line_of_help)
{
	for (unsigned id = 0; id < OPTION_N; id++) {
		for (const char *c = option_table[id].name; *c; c++)
			ck_assert(!isupper((unsigned char)*c));
		ck_assert_uint_ge(strlen(option_table[id].help), 10);
		ck_assert_uint_le(strlen(option_table[id].help), 100);
		ck_assert(!strchr(option_table[id].help, '\n'));
	}
} END_TEST

START_TEST(sections_are_known_by_name_or_prefix)
{
	ck_assert_int_eq(section_kind("supervisord"), SECTION_SUPERVISORD);
	ck_assert_int_eq(section_kind("program:x"), SECTION_PROGRAM);
	ck_assert_int_eq(section_kind("fcgi-program:x"), SECTION_FCGI);
	ck_assert_int_eq(section_kind("unix_http_server:2"), SECTION_UNIX);
	ck_assert_int_eq(section_kind("supervisord2"), SECTION_KIND_N);
	ck_assert_int_eq(section_kind("program"), SECTION_KIND_N);
	ck_assert_int_eq(section_kind("Program:x"), SECTION_KIND_N);
	ck_assert_int_eq(section_kind(""), SECTION_KIND_N);
} END_TEST

START_TEST(options_belong_into_their_sections_only)
{
	ck_assert_int_eq(option_find(SECTION_SUPERVISORD, "command"), OPTION_N);
	ck_assert_int_eq(option_find(SECTION_PROGRAM, "socket"), OPTION_N);
	ck_assert_int_eq(option_find(SECTION_FCGI, "socket"), OPT_FCGI_socket);
	ck_assert_int_eq(option_find(SECTION_LISTENER, "command"), OPT_PROCESS_command);
	ck_assert_int_eq(option_find(SECTION_GROUP, "priority"), OPT_GROUP_priority);
	ck_assert_int_eq(option_find(SECTION_PROGRAM, "priority"), OPT_PROCESS_priority);
} END_TEST

START_TEST(what_is_near_is_suggested)
{
	ck_assert_str_eq(option_suggest(SECTION_PROGRAM, "autorestrat"), "autorestart");
	ck_assert_str_eq(option_suggest(SECTION_PROGRAM, "startsec"), "startsecs");
	ck_assert_str_eq(option_suggest(SECTION_PROGRAM, "stderr_log_file"), "stderr_logfile");
	ck_assert_str_eq(section_suggest("supervisor"), "supervisord");
	ck_assert_str_eq(section_suggest("programm:x"), "program:");
	ck_assert_str_eq(section_suggest("program"), "program:");
	ck_assert_str_eq(section_suggest("event_listener:x"), "eventlistener:");
	ck_assert_str_eq(section_suggest("svd:heath"), "svd:health");
	ck_assert_str_eq(section_suggest("svd_health"), "svd:health");
} END_TEST

START_TEST(both_channels_have_the_same_options_in_the_same_order)
{
	const unsigned first = OPT_PROCESS_stdout_logfile_mkdir;
	int between = OPT_PROCESS_stderr_logfile - OPT_PROCESS_stdout_logfile;

	for (unsigned id = first; id <= OPT_PROCESS_stdout_journal; id++) {
		const struct option_info *out = &option_table[id], *err = out + between;

		ck_assert_str_eq(strchr(out->name, '_'), strchr(err->name, '_'));
		ck_assert(strncmp(out->name, "stdout", 6) == 0);
		ck_assert(strncmp(err->name, "stderr", 6) == 0);
		ck_assert(out->place != err->place && out->flags == err->flags);
	}
} END_TEST

START_TEST(the_nearest_of_some_words_is_suggested)
{
	static const char *const words[] = { "none", "gzip", "zstd" };

	ck_assert_str_eq(word_suggest("zst", words, ARRAY_LEN(words)), "zstd");
	ck_assert_str_eq(word_suggest("bzip", words, ARRAY_LEN(words)), "gzip");
	ck_assert_ptr_null(word_suggest("lzma", words, ARRAY_LEN(words)));
	ck_assert_ptr_null(word_suggest("", words, ARRAY_LEN(words)));
} END_TEST

START_TEST(what_is_far_is_not_suggested)
{
	char name[1000];

	memset(name, 'a', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	ck_assert_ptr_null(option_suggest(SECTION_PROGRAM, "dependent_startup"));
	ck_assert_ptr_null(option_suggest(SECTION_PROGRAM, name));
	ck_assert_ptr_null(section_suggest(name));
	ck_assert_ptr_null(section_suggest("x"));
} END_TEST

int main(void)
{
	Suite *s = suite_create("options");
	TCase *tc = tcase_create("options");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_test(tc, every_option_is_found_again);
	tcase_add_test(tc, every_option_has_a_name_in_lower_case_and_a_line_of_help);
	tcase_add_test(tc, sections_are_known_by_name_or_prefix);
	tcase_add_test(tc, options_belong_into_their_sections_only);
	tcase_add_test(tc, what_is_near_is_suggested);
	tcase_add_test(tc, both_channels_have_the_same_options_in_the_same_order);
	tcase_add_test(tc, the_nearest_of_some_words_is_suggested);
	tcase_add_test(tc, what_is_far_is_not_suggested);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
