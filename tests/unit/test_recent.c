/* test_recent.c - what happened last, and what the pages are told */
#include <stdlib.h>
#include <string.h>

#include "life_box.h"
#include "svd/recent.h"

/* The i-th, 0 the newest. */
static void was(size_t i, const char *type, const char *process, const char *reason)
{
	const struct recent_row *row = recent_at(&e->recent, i);

	ck_assert_ptr_nonnull(row);
	ck_assert_str_eq(event_name(row->type), type);
	ck_assert_str_eq(row->process, process);
	ck_assert_str_eq(row->reason, reason);
}

START_TEST(ends_are_told_with_their_reasons)
{
	struct group *a;

	add_group(before, "a", 1)->autorestart = AUTORESTART_NEVER;
	a = start_engine();
	was(0, "PROCESS_STATE_RUNNING", "p0", "");
	was(1, "PROCESS_STATE_STARTING", "p0", "");
	child_ends(a->processes[0], EXITED(3));
	was(0, "PROCESS_STATE_EXITED", "p0", "exit status 3; not expected");
	ck_assert_str_eq(recent_at(&e->recent, 0)->group, "a");
} END_TEST

START_TEST(groups_and_svd_itself_are_told_of)
{
	size_t i = 0;

	add_group(before, "a", 0);
	start_engine();
	while (recent_at(&e->recent, i))
		i++;
	ck_assert_uint_eq(i, 2);
	was(0, "SUPERVISOR_STATE_CHANGE_RUNNING", "", "");
	was(1, "PROCESS_GROUP_ADDED", "", "");
} END_TEST

START_TEST(the_oldest_make_room)
{
	static struct recent recent;
	char name[16];

	for (int i = 0; i < RECENT_MAX + 10; i++) {
		snprintf(name, sizeof(name), "%d", i);
		recent_add(&recent, EVENT_PROCESS_STATE_RUNNING, "g", name, "");
	}
	ck_assert_str_eq(recent_at(&recent, 0)->process, "309");
	ck_assert_str_eq(recent_at(&recent, RECENT_MAX - 1)->process, "10");
	ck_assert_ptr_null(recent_at(&recent, RECENT_MAX));
	recent_done(&recent);
} END_TEST

START_TEST(nobody_else_counts_them)
{
	add_group(before, "a", 1);
	start_engine();
	ck_assert_uint_gt(e->recent.n, 0);
	ck_assert_uint_eq(e->bus.n_published, 0);
} END_TEST

int main(void)
{
	Suite *s = suite_create("recent");
	TCase *tc = tcase_create("recent");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(tc, life_setup, life_teardown);
	tcase_add_test(tc, ends_are_told_with_their_reasons);
	tcase_add_test(tc, groups_and_svd_itself_are_told_of);
	tcase_add_test(tc, the_oldest_make_room);
	tcase_add_test(tc, nobody_else_counts_them);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
