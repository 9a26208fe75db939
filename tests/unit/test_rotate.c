/* test_rotate.c - when a file is full, and where it goes then */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "logd/plan.h"
#include "logd/rotate.h"

/* --- the plan --- */

static enum plan_step step(struct plan p)
{
	return plan_next(&p);
}

START_TEST(whole_lines_that_fit_go)
{
	ck_assert_int_eq(step((struct plan){ .there = 10, .room = 99, .lines = 7 }), PLAN_LINES);
	ck_assert_int_eq(step((struct plan){ .there = 99, .room = 10, .lines = 7 }), PLAN_LINES);
} END_TEST

START_TEST(a_line_that_does_not_fit_begins_a_new_file)
{
	ck_assert_int_eq(step((struct plan){ .there = 10, .room = 9, .most = 999 }), PLAN_ROTATE);
	ck_assert_int_eq(step((struct plan){ .there = 1, .room = 0, .most = 999, .must = true }),
			 PLAN_ROTATE);
} END_TEST

START_TEST(a_line_that_is_longer_than_a_file_runs_over_and_is_cut_in_the_end)
{
	ck_assert_int_eq(step((struct plan){ .there = 10, .room = 9, .most = 999, .fresh = true }),
			 PLAN_LINE_OVER);
	ck_assert_int_eq(step((struct plan){ .there = 10, .room = 0, .most = 1, .inside = true }),
			 PLAN_LINE_OVER);
	ck_assert_int_eq(step((struct plan){ .there = 10, .room = 0, .most = 0, .inside = true }),
			 PLAN_ROTATE);
} END_TEST

START_TEST(an_unfinished_line_waits_unless_it_must_go_or_has_begun)
{
	ck_assert_int_eq(step((struct plan){ .there = 10, .room = 99 }), PLAN_WAIT);
	ck_assert_int_eq(step((struct plan){ .there = 10, .room = 99, .must = true }), PLAN_ALL);
	ck_assert_int_eq(step((struct plan){ .there = 10, .room = 99, .inside = true }), PLAN_ALL);
} END_TEST

START_TEST(room_is_what_is_left_of_maxbytes)
{
	ck_assert_uint_eq(plan_room(30, 100), 70);
	ck_assert_uint_eq(plan_room(300, 100), 0);
	ck_assert_uint_eq(plan_room(300, 0), UINT64_MAX);
	ck_assert_uint_eq(plan_most(300, 100), PLAN_OVERRUN - 200);
	ck_assert_uint_eq(plan_most(300, 0), UINT64_MAX);
	ck_assert_uint_eq(plan_most(300, UINT64_MAX), UINT64_MAX);
	ck_assert(plan_fits_easily(1000000, UINT64_MAX));
	ck_assert(plan_fits_easily(4, PLAN_SPARE + 4));
	ck_assert(!plan_fits_easily(5, PLAN_SPARE + 4));
	ck_assert(!plan_fits_easily(1, 10));
} END_TEST

/* --- the names --- */

static char dir[] = "/tmp/svd-test-rotate-XXXXXX";

/* What is made and removed by the runner itself goes when a test aborts, too. */
static void make_dir(void)
{
	ck_assert_ptr_nonnull(mkdtemp(dir));
}

static void begin(void)
{
	static const char *const names[] = { "log", "log.1", "log.2", "log.3", "log.4" };

	ck_assert_int_eq(chdir(dir), 0);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		(void)remove(names[i]);
}

static void remove_dir(void)
{
	begin();
	ck_assert_int_eq(chdir("/"), 0);
	ck_assert_int_eq(rmdir(dir), 0);
}

static void make(const char *name)
{
	FILE *f = fopen(name, "w");

	ck_assert_ptr_nonnull(f);
	fputs(name, f);
	fclose(f);
}

/* What the file is called that now has this name; "" when there is none. */
static const char *was(const char *name)
{
	static char text[32];
	FILE *f = fopen(name, "r");

	text[0] = '\0';
	if (f) {
		ck_assert_ptr_nonnull(fgets(text, sizeof(text), f));
		fclose(f);
	}
	return text;
}

START_TEST(the_first_rotation_makes_number_one)
{
	make("log");
	ck_assert_int_eq(rotate_files("log", 3), 0);
	ck_assert_str_eq(was("log.1"), "log");
	ck_assert_str_eq(was("log"), "");
} END_TEST

START_TEST(the_oldest_goes_when_all_numbers_are_taken)
{
	make("log");
	make("log.1");
	make("log.2");
	make("log.3");
	ck_assert_uint_eq(rotate_gap("log", 2), 2);
	ck_assert_int_eq(rotate_files("log", 2), 0);
	ck_assert_str_eq(was("log.1"), "log");
	ck_assert_str_eq(was("log.2"), "log.1");
	ck_assert_str_eq(was("log.3"), "log.3");
} END_TEST

/* We were killed between two renames: whichever it was, the next rotation loses no file. */
START_TEST(a_gap_is_filled_and_nothing_above_it_moves)
{
	static const char *const old[] = { "log.1", "log.2", "log.3" };

	for (int gap = 0; gap < 3; gap++) {
		make("log");
		for (int i = 0; i < 3; i++) {
			if (i == gap)
				(void)remove(old[i]);
			else
				make(old[i]);
		}
		ck_assert_uint_eq(rotate_gap("log", 3), (unsigned)gap + 1);
		ck_assert_int_eq(rotate_files("log", 3), 0);
		ck_assert_str_eq(was(old[0]), "log");
		for (int i = 1; i < 3; i++)
			ck_assert_str_eq(was(old[i]), old[i > gap ? i : i - 1]);
	}
} END_TEST

START_TEST(a_step_that_fails_loses_nothing)
{
	make("log");
	make("log.1");
	ck_assert_int_eq(mkdir("log.2", 0700), 0);
	ck_assert_int_eq(rotate_files("log", 2), -EISDIR);
	ck_assert_str_eq(was("log"), "log");
	ck_assert_str_eq(was("log.1"), "log.1");
	ck_assert_int_eq(rmdir("log.2"), 0);
	ck_assert_int_eq(rotate_files("none", 2), -ENOENT);
} END_TEST

int main(void)
{
	Suite *s = suite_create("rotate");
	TCase *plan = tcase_create("plan"), *names = tcase_create("names");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_test(plan, whole_lines_that_fit_go);
	tcase_add_test(plan, a_line_that_does_not_fit_begins_a_new_file);
	tcase_add_test(plan, a_line_that_is_longer_than_a_file_runs_over_and_is_cut_in_the_end);
	tcase_add_test(plan, an_unfinished_line_waits_unless_it_must_go_or_has_begun);
	tcase_add_test(plan, room_is_what_is_left_of_maxbytes);
	suite_add_tcase(s, plan);
	tcase_add_unchecked_fixture(names, make_dir, remove_dir);
	tcase_add_checked_fixture(names, begin, NULL);
	tcase_add_test(names, the_first_rotation_makes_number_one);
	tcase_add_test(names, the_oldest_goes_when_all_numbers_are_taken);
	tcase_add_test(names, a_gap_is_filled_and_nothing_above_it_moves);
	tcase_add_test(names, a_step_that_fails_loses_nothing);
	suite_add_tcase(s, names);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
