/* test_groups.c - which groups there are, and in which order */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "conf_box.h"

#define DAEMON "[supervisord]\n"

static void are_groups(const char *expected)
{
	char names[1024] = "";

	for (size_t i = 0; i < config->n_groups; i++) {
		const struct group_config *g = &config->groups[i];

		strcat(strcat(names, g->name), "(");
		for (size_t j = 0; j < g->n_programs; j++) {
			ck_assert_ptr_eq(g->programs[j].group, g);
			strcat(strcat(names, j ? "," : ""), g->programs[j].name);
		}
		strcat(names, ")");
	}
	ck_assert_str_eq(names, expected);
}

START_TEST(a_program_is_its_own_group_with_its_priority)
{
	loads(DAEMON "[program:b]\ncommand=x\n[program:a]\ncommand=x\n"
	      "[program:c]\ncommand=x\npriority=1\n");
	are_groups("c(c)a(a)b(b)");
	ck_assert_int_eq(config->groups[0].priority, 1);
	ck_assert_int_eq(config->groups[0].kind, GROUP_PROGRAMS);
} END_TEST

START_TEST(a_group_takes_its_programs)
{
	loads(DAEMON "[program:a]\ncommand=%(group_name)s\n[program:b]\ncommand=x\n"
	      "[program:c]\ncommand=x\n[group:g]\nprograms=a , c\npriority=5\n");
	are_groups("g(a,c)b(b)");
	ck_assert_int_eq(config->groups[0].priority, 5);
	ck_assert_str_eq(config->groups[0].programs[0].command, "g");
} END_TEST

/* Supervisor sorts them by priority when it starts them, and that sort is stable. */
START_TEST(processes_of_one_priority_stay_as_the_group_lists_them)
{
	loads(DAEMON "[program:z]\ncommand=x\n[program:a]\ncommand=x\n"
	      "[program:first]\ncommand=x\npriority=1\n"
	      "[program:m]\ncommand=x\nnumprocs=3\nprocess_name=m%(process_num)d\n"
	      "numprocs_start=9\n[group:g]\nprograms=z,m,first,a\n");
	are_groups("g(first,z,m10,m11,m9,a)");
} END_TEST

START_TEST(a_group_may_be_empty)
{
	loads(DAEMON "[group:g]\nprograms=\n[group:h]\n");
	are_groups("g()h()");
} END_TEST

START_TEST(a_program_that_is_not_there_is_an_error)
{
	refuses(DAEMON "[group:g]\nprograms=a\n", "FILE:3: [group:g] programs=a: [group:g] names "
		"unknown program or fcgi-program a");
	refuses(DAEMON "[program:a]\ncommand=x\n[group:g]\nprograms=a,,\n",
		"names unknown program or fcgi-program ");
	refuses(DAEMON "[program:a]\ncommand=x\n[fcgi-program:a]\n[group:g]\nprograms=a\n",
		"[group:g] name a is ambiguous (exists as program and fcgi-program)");
} END_TEST

START_TEST(a_program_can_be_in_one_group_only)
{
	refuses(DAEMON "[program:a]\ncommand=x\n[group:g]\nprograms=a\n[group:h]\nprograms=a\n",
		"FILE:7: [group:h] programs=a: program a is in [group:g] already");
	refuses(DAEMON "[program:a]\ncommand=x\n[group:g]\nprograms=a,a\n",
		"program a is in [group:g] already");
} END_TEST

START_TEST(names_of_processes_in_a_group_are_unique)
{
	refuses(DAEMON "[program:a]\ncommand=x\nprocess_name=same\n[program:b]\ncommand=x\n"
		"process_name=same\n[group:g]\nprograms=a,b\n",
		"FILE:8: [group:g] two processes of one group are named same");
	refuses(DAEMON "[program:a]\ncommand=x\nnumprocs=2\nprocess_name=%(process_num).0s\n",
		"Invalid name: ''");
	loads(DAEMON "[program:a]\ncommand=x\nprocess_name=same\n[program:b]\ncommand=x\n"
	      "process_name=same\n");
	are_groups("a(same)b(same)");
} END_TEST

START_TEST(names_of_groups_are_unique)
{
	refuses(DAEMON "[program:a]\ncommand=x\n[program:b]\ncommand=x\n[group:b]\nprograms=a\n",
		"there are two groups named b, the other is [");
} END_TEST

START_TEST(bad_group_names_are_errors)
{
	refuses(DAEMON "[group:a b]\n", "FILE:2: [group:a b] Invalid name: 'a b'");
	refuses(DAEMON "[group:]\n", "because it is empty");
	refuses(DAEMON "[group:g]\npriority=x\n", "FILE:3: [group:g] priority=x: not a whole");
} END_TEST

START_TEST(sections_of_later_releases_make_no_groups)
{
	loads(DAEMON "[eventlistener:e]\ncommand=x\nevents=TICK_5\nbuffer_size=5\n"
	      "[fcgi-program:f]\ncommand=x\nsocket=tcp://localhost:1\n"
	      "[program:a]\ncommand=x\n[group:g]\nprograms=a,f\n");
	are_groups("g(a)");
	ck_assert_int_eq(noted(LEVEL_WARN, ":2: [eventlistener:e] is accepted, but such a section "
			       "is not run yet"), 1);
	ck_assert_int_eq(noted(LEVEL_WARN, "[fcgi-program:f] is accepted, but"), 1);
	ck_assert_uint_eq(config->n_notes, 2);
} END_TEST

START_TEST(without_programs_there_are_no_groups)
{
	loads(DAEMON);
	are_groups("");
} END_TEST

int main(void)
{
	Suite *s = suite_create("groups");
	TCase *tc = tcase_create("groups");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(tc, box_setup, box_teardown);
	tcase_add_test(tc, a_program_is_its_own_group_with_its_priority);
	tcase_add_test(tc, a_group_takes_its_programs);
	tcase_add_test(tc, processes_of_one_priority_stay_as_the_group_lists_them);
	tcase_add_test(tc, a_group_may_be_empty);
	tcase_add_test(tc, a_program_that_is_not_there_is_an_error);
	tcase_add_test(tc, a_program_can_be_in_one_group_only);
	tcase_add_test(tc, names_of_processes_in_a_group_are_unique);
	tcase_add_test(tc, names_of_groups_are_unique);
	tcase_add_test(tc, bad_group_names_are_errors);
	tcase_add_test(tc, sections_of_later_releases_make_no_groups);
	tcase_add_test(tc, without_programs_there_are_no_groups);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
