/* test_reload.c - groups that come and go while svd runs */
#include <errno.h>
#include <stdlib.h>

#include "life_box.h"
#include "svd/groups.h"

/* --- reread --- */

START_TEST(reread_tells_what_is_new_gone_and_different)
{
	add_group(before, "a", 1);
	add_group(before, "b", 1);
	add_group(before, "c", 1);
	start_engine();
	after = a_snapshot();
	add_group(after, "new", 1);
	add_group(after, "b", 1)[0].command = "/bin/other";
	add_group(after, "c", 1);
	expect("supervisor.reloadConfig", "[]", "[[[\"new\"],[\"b\"],[\"a\"]]]");
	ck_assert_ptr_eq(e->config, after);
} END_TEST

START_TEST(what_is_gone_is_told_in_the_order_in_which_it_came)
{
	add_group(before, "b", 1);
	group_of(add_group(before, "d", 1))->priority = 1000;
	start_engine();
	after = a_snapshot();
	add_group(after, "a", 1);
	add_group(after, "b", 1);
	reread();
	expect("supervisor.addProcessGroup", "[\"a\"]", "true");
	config_unref(after);
	after = a_snapshot();
	expect("supervisor.reloadConfig", "[]", "[[[],[],[\"b\",\"d\",\"a\"]]]");
} END_TEST

START_TEST(a_bad_file_changes_nothing)
{
	add_group(before, "a", 1);
	start_engine();
	expect("supervisor.reloadConfig", "[]",
	       "CANT_REREAD: x:3: [program:p] numprocs=many: no number");
	ck_assert_ptr_eq(e->config, before);
	expect("supervisor.restart", "[]",
	       "CANT_REREAD: x:3: [program:p] numprocs=many: no number");
	ck_assert_int_eq(e->mood, MOOD_RUNNING);
} END_TEST

/* --- add and remove --- */

START_TEST(an_added_group_starts_by_itself)
{
	add_group(before, "a", 1);
	start_engine();
	after = a_snapshot();
	add_group(after, "b", 2)[1].autostart = false;
	reread();
	expect("supervisor.addProcessGroup", "[\"b\"]", "true");
	ck_assert_int_eq(e->groups->next->processes[0]->state, PROC_STARTING);
	ck_assert_int_eq(e->groups->next->processes[1]->state, PROC_STOPPED);
	expect("supervisor.addProcessGroup", "[\"b\"]", "ALREADY_ADDED: b");
	expect("supervisor.addProcessGroup", "[\"a\"]", "BAD_NAME: a");	/* it runs, but is gone */
} END_TEST

START_TEST(groups_stand_by_priority_and_then_as_they_came)
{
	add_group(before, "m", 1);
	start_engine();
	after = a_snapshot();
	group_of(add_group(after, "z", 1))->priority = 1;
	add_group(after, "a", 1);
	reread();
	expect("supervisor.addProcessGroup", "[\"a\"]", "true");
	expect("supervisor.addProcessGroup", "[\"z\"]", "true");
	ck_assert_str_eq(e->groups->conf->name, "z");
	ck_assert_str_eq(e->groups->next->conf->name, "m");
	ck_assert_str_eq(e->groups->next->next->conf->name, "a");
} END_TEST

START_TEST(only_what_is_stopped_can_be_removed)
{
	struct group *group;

	add_group(before, "a", 2)[1].autostart = false;
	group = start_engine();
	expect("supervisor.removeProcessGroup", "[\"x\"]", "BAD_NAME: x");
	expect("supervisor.removeProcessGroup", "[\"a\"]", "STILL_RUNNING: a");
	proc_feed(group->processes[0], IN_STOP);
	expect("supervisor.removeProcessGroup", "[\"a\"]", "STILL_RUNNING: a");
	child_ends(group->processes[0], EXITED(0));
	expect("supervisor.removeProcessGroup", "[\"a\"]", "true");
	ck_assert_ptr_null(e->groups);
	expect("supervisor.getProcessInfo", "[\"a:p0\"]", "BAD_NAME: a:p0");
	expect("supervisor.addProcessGroup", "[\"a\"]", "true");
} END_TEST

START_TEST(a_removed_process_leaves_no_timer_and_no_input)
{
	struct group *group;

	add_group(before, "a", 1)[0].startsecs = 0;
	group = start_engine();
	child_ends(group->processes[0], EXITED(1));
	child_ends(group->processes[0], EXITED(1));	/* it will be started again in a moment */
	ck_assert_int_eq(group->processes[0]->state, PROC_EXITED);
	ck_assert_int_eq(fake_n_armed(), 1);
	expect("supervisor.removeProcessGroup", "[\"a\"]", "true");
	ck_assert_int_eq(fake_n_armed(), 0);
	fake_advance(e, 5);
} END_TEST

START_TEST(the_end_of_a_process_that_was_removed_alive_is_nobodys)
{
	struct process *p;
	pid_t pid;

	add_group(before, "a", 1);
	p = start_engine()->processes[0];
	pid = p->pid;
	fake_kill_fails(EPERM);
	proc_feed(p, IN_STOP);
	ck_assert_int_eq(p->state, PROC_UNKNOWN);
	expect("supervisor.removeProcessGroup", "[\"a\"]", "true");
	fake_child_ends(pid, EXITED(0));
	e->reap_wanted = true;
	engine_turn(e);
} END_TEST

START_TEST(whoever_waits_for_a_process_hears_before_it_goes)
{
	struct call *stop, *start;
	struct group *group;

	add_group(before, "a", 2)[1].autostart = false;
	group = start_engine();
	stop = a_waiting_call("supervisor.stopProcess", "[\"a:p0\"]");
	start = a_waiting_call("supervisor.startProcess", "[\"a:p1\"]");
	proc_feed(group->processes[1], IN_STOP);
	proc_exited(group->processes[0], EXITED(0));	/* in this very turn ... */
	proc_exited(group->processes[1], EXITED(0));
	groups_remove(e, group);			/* ... before anybody has looked */
	ck_answer(taken_back(stop), "true");
	ck_answer(taken_back(start), "ABNORMAL_TERMINATION: a:p1");
} END_TEST

int main(void)
{
	Suite *s = suite_create("reload");
	TCase *tc = tcase_create("reload");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(tc, life_setup, life_teardown);
	tcase_add_test(tc, reread_tells_what_is_new_gone_and_different);
	tcase_add_test(tc, what_is_gone_is_told_in_the_order_in_which_it_came);
	tcase_add_test(tc, a_bad_file_changes_nothing);
	tcase_add_test(tc, an_added_group_starts_by_itself);
	tcase_add_test(tc, groups_stand_by_priority_and_then_as_they_came);
	tcase_add_test(tc, only_what_is_stopped_can_be_removed);
	tcase_add_test(tc, a_removed_process_leaves_no_timer_and_no_input);
	tcase_add_test(tc, the_end_of_a_process_that_was_removed_alive_is_nobodys);
	tcase_add_test(tc, whoever_waits_for_a_process_hears_before_it_goes);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
