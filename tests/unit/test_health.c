/* test_health.c - is all well? */
#include <stdlib.h>

#include "life_box.h"

static void config_health(const char *programs, int minimum, bool is_percent)
{
	before->health = (struct health_config){ programs, minimum, is_percent, false };
}

/* Groups a (p0, p1) and b (p0, which is not started). */
static struct group *start_site(void)
{
	add_group(before, "a", 2);
	add_group(before, "b", 1)->autostart = false;
	return start_engine();
}

static void is(const char *params, const char *healthy, int well, int total, const char *others)
{
	char expected[512];

	snprintf(expected, sizeof(expected), "{\"healthy\":%s,\"well\":%d,\"total\":%d,"
		 "\"state\":\"%s\",\"processes\":[%s]}", healthy, well, total, mood_name(e->mood),
		 others);
	expect("svd.getHealth", params, expected);
}

#define NOT_WELL(name, state) "{\"name\":\"" name "\",\"state\":\"" state "\"}"

START_TEST(what_is_started_with_the_daemon_counts)
{
	struct group *a;

	config_health(NULL, 100, true);
	a = start_site();
	is("[]", "true", 2, 2, "");
	proc_feed(a->processes[0], IN_STOP);
	is("[]", "false", 1, 2, NOT_WELL("a:p0", "STOPPING"));
	child_ends(a->processes[0], 0);
	is("[]", "false", 1, 2, NOT_WELL("a:p0", "STOPPED"));
} END_TEST

START_TEST(who_has_done_its_work_is_well)
{
	struct program_config *p;
	struct group *a;

	config_health(NULL, 100, true);
	p = add_group(before, "a", 2);
	p[1].autorestart = AUTORESTART_NEVER;
	a = start_engine();
	child_ends(a->processes[0], EXITED(0));
	is("[]", "true", 2, 2, "");
	child_ends(a->processes[1], EXITED(1));
	is("[]", "false", 1, 2, NOT_WELL("a:p1", "EXITED"));
} END_TEST

START_TEST(who_is_only_starting_is_not_well)
{
	config_health(NULL, 100, true);
	add_group(before, "a", 1);
	e = engine_new(before);
	engine_turn(e);
	is("[]", "false", 0, 1, NOT_WELL("a:p0", "STARTING"));
	fake_advance(e, 1.1);
	is("[]", "true", 1, 1, "");
} END_TEST

START_TEST(globs_say_who_counts)
{
	config_health("a:p1, b", 100, true);
	start_site();
	is("[]", "false", 1, 2, NOT_WELL("b:p0", "STOPPED"));
} END_TEST

START_TEST(globs_that_mean_nobody_are_not_well)
{
	config_health("c", 100, true);
	start_site();
	is("[]", "false", 0, 0, "");
} END_TEST

START_TEST(nothing_to_run_is_well)
{
	config_health(NULL, 100, true);
	start_engine();
	is("[]", "true", 0, 0, "");
} END_TEST

static void with_one_of_three(int minimum, bool is_percent, const char *healthy)
{
	e->config->health.minimum = minimum;
	e->config->health.is_percent = is_percent;
	is("[]", healthy, 1, 3, NOT_WELL("a:p0", "STOPPED") "," NOT_WELL("b:p0", "STOPPED"));
}

START_TEST(a_minimum_of_them_is_enough)
{
	struct group *a;

	config_health("*", 100, true);
	a = start_site();
	proc_feed(a->processes[0], IN_STOP);
	child_ends(a->processes[0], 0);
	with_one_of_three(1, false, "true");
	with_one_of_three(2, false, "false");
	with_one_of_three(0, false, "true");
	with_one_of_three(33, true, "true");
	with_one_of_three(34, true, "false");
	with_one_of_three(0, true, "true");
} END_TEST

START_TEST(more_than_there_are_is_all)
{
	config_health("a", 9, false);
	start_site();
	is("[]", "true", 2, 2, "");
	is("[\"b\"]", "false", 0, 1, NOT_WELL("b:p0", "STOPPED"));
} END_TEST

START_TEST(a_name_means_itself_whether_it_counts_or_not)
{
	config_health(NULL, 100, true);
	start_site();
	is("[\"a\"]", "true", 2, 2, "");
	is("[\"a:*\"]", "true", 2, 2, "");
	is("[\"a:p1\"]", "true", 1, 1, "");
	is("[\"b\"]", "false", 0, 1, NOT_WELL("b:p0", "STOPPED"));
	expect("svd.getHealth", "[\"c\"]", "BAD_NAME: c");
	expect("svd.getHealth", "[\"a:c\"]", "BAD_NAME: a:c");
	expect("svd.getHealth", "[\"\"]", "BAD_NAME: ");
} END_TEST

START_TEST(who_is_going_down_is_not_healthy)
{
	config_health(NULL, 100, true);
	start_site();
	engine_set_mood(e, MOOD_SHUTDOWN);
	is("[]", "false", 2, 2, "");
	is("[\"a:p1\"]", "false", 1, 1, "");
} END_TEST

int main(void)
{
	Suite *s = suite_create("health");
	TCase *t = tcase_create("health");
	SRunner *sr;
	int failed;

	tcase_add_checked_fixture(t, life_setup, life_teardown);
	tcase_add_test(t, what_is_started_with_the_daemon_counts);
	tcase_add_test(t, who_has_done_its_work_is_well);
	tcase_add_test(t, who_is_only_starting_is_not_well);
	tcase_add_test(t, globs_say_who_counts);
	tcase_add_test(t, globs_that_mean_nobody_are_not_well);
	tcase_add_test(t, nothing_to_run_is_well);
	tcase_add_test(t, a_minimum_of_them_is_enough);
	tcase_add_test(t, more_than_there_are_is_all);
	tcase_add_test(t, a_name_means_itself_whether_it_counts_or_not);
	tcase_add_test(t, who_is_going_down_is_not_healthy);
	suite_add_tcase(s, t);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
