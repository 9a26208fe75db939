/* test_cmdline.c - supervisord's flags */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "svd/cmdline.h"

static struct cmdline cmdline;
static struct err err;

static enum cmdline_end parse(const char *text)
{
	static char copy[256];
	char *argv[16] = { (char *)"svd" };
	int argc = 1;

	strcpy(copy, text);
	for (char *word = strtok(copy, " "); word; word = strtok(NULL, " "))
		argv[argc++] = word;
	argv[argc] = NULL;
	optind = 0;	/* getopt(3) starts anew */
	return cmdline_parse(argc, argv, &cmdline, &err);
}

static const char *value_of(const char *option)
{
	for (size_t i = 0; i < cmdline.list.n; i++)
		if (strcmp(cmdline.list.list[i].option, option) == 0)
			return cmdline.list.list[i].value;
	return NULL;
}

START_TEST(short_and_long_flags_mean_the_same)
{
	ck_assert_int_eq(parse("-n -c /etc/x.conf -l /tmp/log -e debug"), CMDLINE_RUN);
	ck_assert_str_eq(cmdline.configuration, "/etc/x.conf");
	ck_assert_str_eq(value_of("nodaemon"), "true");
	ck_assert_str_eq(value_of("logfile"), "/tmp/log");
	ck_assert_int_eq(parse("--nodaemon --configuration=/etc/x.conf --logfile /tmp/log"),
			 CMDLINE_RUN);
	ck_assert_str_eq(cmdline.configuration, "/etc/x.conf");
	ck_assert_str_eq(value_of("nodaemon"), "true");
	ck_assert_str_eq(value_of("logfile"), "/tmp/log");
} END_TEST

START_TEST(a_flag_is_remembered_as_it_was_written)
{
	ck_assert_int_eq(parse("-e nonsense"), CMDLINE_RUN);
	ck_assert_str_eq(cmdline.list.list[0].flag, "-e");
	ck_assert_int_eq(parse("--minprocs 5"), CMDLINE_RUN);
	ck_assert_str_eq(cmdline.list.list[0].flag, "--minprocs");
} END_TEST

START_TEST(wrong_flags_are_named)
{
	ck_assert_int_eq(parse("-x"), CMDLINE_ERROR);
	ck_assert_str_eq(err.text, "option -x not recognized");
	ck_assert_int_eq(parse("--no-such"), CMDLINE_ERROR);
	ck_assert_str_eq(err.text, "option --no-such not recognized");
	ck_assert_int_eq(parse("--no"), CMDLINE_ERROR);
	ck_assert_str_eq(err.text, "option --no not recognized");
	ck_assert_int_eq(parse("-c"), CMDLINE_ERROR);
	ck_assert_str_eq(err.text, "option -c requires argument");
	ck_assert_int_eq(parse("-n start"), CMDLINE_ERROR);
	ck_assert_str_eq(err.text, "positional arguments are not supported: start");
	ck_assert_int_eq(parse("-c a -c b"), CMDLINE_ERROR);
	ck_assert_str_eq(err.text, "conflicting command line option '-c'");
	ck_assert_int_eq(parse("-e info --loglevel=debug"), CMDLINE_ERROR);
	ck_assert_str_eq(err.text, "conflicting command line option '--loglevel=debug'");
} END_TEST

START_TEST(what_is_asked_of_a_configuration_may_stand_beside_all_other_flags)
{
	ck_assert_int_eq(parse("-n"), CMDLINE_RUN);
	ck_assert(!cmdline.check && !cmdline.print && !cmdline.show_secrets);
	ck_assert_int_eq(parse("-n --check -c /x -e info"), CMDLINE_RUN);
	ck_assert(cmdline.check && !cmdline.print);
	ck_assert_str_eq(cmdline.configuration, "/x");
	ck_assert_str_eq(value_of("loglevel"), "info");
	ck_assert_ptr_null(value_of("check"));
	ck_assert_int_eq(parse("--test-config"), CMDLINE_RUN);
	ck_assert(cmdline.check);
	ck_assert_int_eq(parse("--print-config --show-secrets"), CMDLINE_RUN);
	ck_assert(!cmdline.check && cmdline.print && cmdline.show_secrets);
} END_TEST

int main(void)
{
	Suite *s = suite_create("cmdline");
	TCase *tc = tcase_create("cmdline");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_test(tc, short_and_long_flags_mean_the_same);
	tcase_add_test(tc, a_flag_is_remembered_as_it_was_written);
	tcase_add_test(tc, wrong_flags_are_named);
	tcase_add_test(tc, what_is_asked_of_a_configuration_may_stand_beside_all_other_flags);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
