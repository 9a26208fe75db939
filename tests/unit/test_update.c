/* test_update.c - groups that change while svd runs, process by process */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <utlist.h>

#include "base/arena.h"
#include "base/strbuf.h"
#include "life_box.h"
#include "svd/groups.h"
#include "svd/wait.h"

/* --- what an update answers --- */

/* Rows as "p0 unchanged 80, p1 SPAWN_ERROR: p1 50"; they are freed. */
static void ck_row_texts(json_t *rows, const char *expected)
{
	struct strbuf text = { 0 };
	const char *name, *words;
	int status;
	size_t i;
	json_t *row;

	json_array_foreach(rows, i, row) {
		ck_assert_int_eq(json_unpack(row, "{s:s, s:i, s:s}", "name", &name, "status",
					     &status, "description", &words), 0);
		strbuf_addf(&text, "%s%s %s %d", i ? ", " : "", name, words, status);
	}
	ck_assert_str_eq(strbuf_str(&text), expected);
	strbuf_done(&text);
	json_decref(rows);
}

/* The call is freed. */
static void ck_rows(struct call *call, const char *expected)
{
	json_t *rows = json_incref(call->result);

	ck_assert(call->answered);
	ck_assert_msg(rows, "%s", call->text);
	call_free(call);
	ck_row_texts(rows, expected);
}

/* The same of a call that the engine has, and answers in this turn. */
static void ck_rows_after_turn(struct call *call, const char *expected)
{
	json_t *rows = json_incref(call->wait->results);

	engine_turn(e);
	ck_assert_ptr_null(e->calls);
	ck_row_texts(rows, expected);
}

static struct call *an_update(void)
{
	reread();
	return a_call("svd.updateGroup", "[\"g\"]");
}

/* Who holds a snapshot: we, the life that began with it, and channels that are not closed yet. */
static void is_held_by_channels(const struct config *config, unsigned n)
{
	ck_assert_uint_eq(config->refs, 2 + n);
}

/* --- update --- */

START_TEST(more_processes_are_only_added)
{
	struct group *group;
	pid_t pid;

	add_group(before, "g", 1);
	group = start_engine();
	pid = group->processes[0]->pid;
	after = a_snapshot();
	add_group(after, "g", 3)[2].autostart = false;
	ck_rows(an_update(), "p0 unchanged 80, p1 added 80, p2 added 80");
	ck_assert_int_eq(group->processes[0]->pid, pid);
	ck_assert_int_eq(group->processes[1]->state, PROC_STARTING);
	ck_assert_int_eq(group->processes[2]->state, PROC_STOPPED);
	ck_assert_int_eq(fake_n_signals(), 0);
	is_held_by_channels(before, 0);
} END_TEST

START_TEST(fewer_processes_lose_only_the_surplus)
{
	struct group *group;
	struct call *call;

	add_group(before, "g", 3)[2].stopsignal = SIGQUIT;
	group = start_engine();
	after = a_snapshot();
	add_group(after, "g", 2);
	reread();
	call = a_waiting_call("svd.updateGroup", "[\"g\"]");
	ck_assert_int_eq(fake_n_signals(), 1);
	ck_assert_int_eq(fake_last_signal(), SIGQUIT);
	fake_child_ends(group->processes[2]->pid, EXITED(0));
	e->reap_wanted = true;
	ck_rows_after_turn(call, "p0 unchanged 80, p1 unchanged 80, p2 removed 80");
	ck_assert_uint_eq(group->n_processes, 2);
	ck_assert_int_eq(fake_n_spawned(), 3);
	is_held_by_channels(before, 2);
} END_TEST

START_TEST(what_has_another_command_is_restarted_alone)
{
	struct process *p, *q;
	struct group *group;
	struct call *call;
	pid_t pid;

	add_group(before, "g", 2)[1].stopsignal = SIGINT;
	group = start_engine();
	p = group->processes[0];
	q = group->processes[1];
	pid = p->pid;
	after = a_snapshot();
	add_group(after, "g", 2)[1].command = "/bin/sh";
	call = an_update();
	ck_assert_int_eq(fake_n_signals(), 1);
	ck_assert_int_eq(fake_last_signal(), SIGINT);	/* it stops as it was told to */
	ck_assert_str_eq(q->conf->command, "/bin/cat");
	child_ends(q, EXITED(0));
	call->step(e, call);
	ck_rows(call, "p0 unchanged 80, p1 restarted 80");
	ck_assert_ptr_eq(group->processes[1], q);
	ck_assert_str_eq(q->conf->command, "/bin/sh");
	ck_assert_int_eq(q->state, PROC_STARTING);
	ck_assert_int_eq(p->pid, pid);
	is_held_by_channels(before, 2);
} END_TEST

START_TEST(live_options_change_while_it_runs)
{
	struct process *p;

	add_group(before, "g", 1);
	p = start_engine()->processes[0];
	after = a_snapshot();
	add_group(after, "g", 1)[0].stopwaitsecs = 1;
	ck_rows(an_update(), "p0 changed 80");
	ck_assert_int_eq(fake_n_signals(), 0);
	proc_feed(p, IN_STOP);
	fake_advance(e, 1.1);
	ck_assert_int_eq(fake_last_signal(), SIGKILL);
} END_TEST

START_TEST(what_is_stopped_and_does_not_start_by_itself_stays_stopped)
{
	struct program_config *programs;
	struct process *p;
	struct call *call;

	add_group(before, "g", 1)[0].autostart = false;
	p = start_engine()->processes[0];
	after = a_snapshot();
	programs = add_group(after, "g", 1);
	programs[0].command = "/bin/sh";
	programs[0].autostart = false;
	call = an_update();
	engine_turn(e);
	call->step(e, call);
	ck_rows(call, "p0 changed 80");
	ck_assert_int_eq(p->state, PROC_STOPPED);
	ck_assert_str_eq(p->conf->command, "/bin/sh");
} END_TEST

START_TEST(what_is_started_before_it_has_got_its_update_is_stopped_for_it)
{
	struct program_config *programs;
	struct process *p;

	add_group(before, "g", 1)[0].autostart = false;
	start_engine();
	p = e->groups->processes[0];
	after = a_snapshot();
	programs = add_group(after, "g", 1);
	programs[0].command = "/bin/sh";
	programs[0].autostart = false;
	call_free(an_update());
	call_free(a_call("supervisor.startProcess", "[\"g:p0\", false]"));
	ck_assert_int_eq(p->state, PROC_STARTING);
	engine_turn(e);
	ck_assert_int_eq(p->state, PROC_STOPPING);
	child_ends(p, EXITED(0));
	ck_assert_int_eq(p->state, PROC_STARTING);
	ck_assert_str_eq(p->conf->command, "/bin/sh");
} END_TEST

START_TEST(what_could_not_start_gets_a_new_chance)
{
	struct process *p;
	struct call *call;

	add_group(before, "g", 1)[0].command = "/no/such/file";
	p = start_engine()->processes[0];
	ck_assert_int_eq(p->state, PROC_BACKOFF);
	after = a_snapshot();
	add_group(after, "g", 1);
	call = an_update();
	engine_turn(e);
	call->step(e, call);
	ck_rows(call, "p0 restarted 80");
	ck_assert_int_eq(p->state, PROC_STARTING);
	ck_assert_uint_eq(p->tries, 0);
	fake_advance(e, 1.1);
	ck_assert_int_eq(p->state, PROC_RUNNING);
} END_TEST

START_TEST(what_cannot_be_started_again_says_so)
{
	struct program_config *programs;
	struct process *p;
	struct call *call;

	add_group(before, "g", 1);
	p = start_engine()->processes[0];
	after = a_snapshot();
	programs = add_group(after, "g", 2);
	programs[0].command = programs[1].command = "/no/such/file";
	call = an_update();
	child_ends(p, EXITED(0));
	call->step(e, call);
	ck_rows(call, "p1 SPAWN_ERROR: g:p1 50, p0 SPAWN_ERROR: g:p0 50");
} END_TEST

START_TEST(what_cannot_be_stopped_stays_as_it_is)
{
	struct process *p;

	add_group(before, "g", 1);
	p = start_engine()->processes[0];
	after = a_snapshot();
	add_group(after, "g", 1)[0].command = "/bin/sh";
	fake_kill_fails(EPERM);
	ck_rows(an_update(), "p0 FAILED: g:p0 30");
	fake_kill_fails(0);
	child_ends(p, EXITED(0));
	ck_assert_int_eq(p->state, PROC_EXITED);
	ck_assert_str_eq(p->conf->command, "/bin/cat");
	ck_assert_int_eq(fake_n_spawned(), 1);
} END_TEST

START_TEST(a_new_priority_moves_the_group_and_a_new_order_its_processes)
{
	struct program_config *programs, first;
	struct group *group;
	struct process *p;

	add_group(before, "a", 1);
	add_group(before, "g", 2);
	group = start_engine()->next;
	p = group->processes[0];
	after = a_snapshot();
	programs = add_group(after, "g", 2);
	group_of(programs)->priority = 1;
	first = programs[0];
	programs[0] = programs[1];
	programs[1] = first;
	programs[1].priority = 1000;
	ck_rows(an_update(), "p1 unchanged 80, p0 changed 80");
	ck_assert_ptr_eq(e->groups, group);
	ck_assert_ptr_eq(group->processes[1], p);
	ck_assert_int_eq(fake_n_signals(), 0);
} END_TEST

START_TEST(an_update_needs_the_group_here_and_there)
{
	add_group(before, "g", 1);
	start_engine();
	after = a_snapshot();
	add_group(after, "new", 1);
	reread();
	expect("svd.updateGroup", "[\"new\"]", "BAD_NAME: new");
	expect("svd.updateGroup", "[\"g\"]", "BAD_NAME: g");
	expect("svd.updateGroup", "[\"x\"]", "BAD_NAME: x");
} END_TEST

/* Two processes that both must be restarted, and have not stopped yet. */
static struct call *a_long_update(void)
{
	struct program_config *programs;

	add_group(before, "g", 2);
	start_engine();
	after = a_snapshot();
	programs = add_group(after, "g", 2);
	programs[0].command = programs[1].command = "/bin/sh";
	reread();
	return a_waiting_call("svd.updateGroup", "[\"g\"]");
}

START_TEST(an_update_without_its_client_ends_well)
{
	struct process **p;

	call_free(taken_back(a_long_update()));
	p = e->groups->processes;
	child_ends(p[0], EXITED(0));
	child_ends(p[1], EXITED(0));
	ck_assert_int_eq(p[0]->state, PROC_STARTING);
	ck_assert_int_eq(p[1]->state, PROC_STARTING);
	is_held_by_channels(before, 4);
} END_TEST

START_TEST(a_shutdown_ends_the_wait_for_an_update)
{
	struct call *call = taken_back(a_long_update());

	engine_set_mood(e, MOOD_SHUTDOWN);
	engine_turn(e);
	call->step(e, call);
	ck_rows(call, "p0 SHUTDOWN_STATE: g:p0 6, p1 SHUTDOWN_STATE: g:p1 6");
	child_ends(e->groups->processes[0], EXITED(0));
	child_ends(e->groups->processes[1], EXITED(0));
	ck_assert_int_eq(fake_n_spawned(), 2);
	ck_assert_int_eq(fake_loop_stopped(), 1);
} END_TEST

START_TEST(a_removal_ends_the_wait_for_an_update)
{
	struct call *call = a_long_update();
	struct group *group = e->groups;

	proc_exited(group->processes[0], EXITED(0));
	proc_exited(group->processes[1], EXITED(0));
	groups_remove(e, group);
	ck_rows(taken_back(call), "p0 removed 80, p1 removed 80");
	engine_turn(e);
	ck_assert_int_eq(fake_n_spawned(), 2);
} END_TEST

START_TEST(a_stop_that_waits_hears_of_the_stop_before_the_start)
{
	struct process *p;

	call_free(taken_back(a_long_update()));
	p = e->groups->processes[1];
	child_ends(p, EXITED(0));
	fake_advance(e, 1.1);
	ck_assert_int_eq(p->state, PROC_RUNNING);
	(void)a_waiting_call("supervisor.stopProcess", "[\"g:p1\"]");
	config_unref(after);
	after = a_snapshot();
	add_group(after, "g", 2)[1].command = "/bin/true";
	call_free(an_update());
	child_ends(p, EXITED(0));
	ck_assert_int_eq(p->state, PROC_STARTING);
	ck_assert_ptr_null(e->calls);	/* it was answered, and freed */
} END_TEST

START_TEST(a_second_update_takes_over_what_the_first_has_begun)
{
	struct call *call = taken_back(a_long_update());
	struct process **p;

	config_unref(after);
	after = a_snapshot();
	add_group(after, "g", 1)[0].autostart = false;
	call_free(an_update());
	p = e->groups->processes;
	child_ends(p[1], EXITED(0));
	child_ends(p[0], EXITED(0));
	ck_assert_uint_eq(e->groups->n_processes, 1);
	ck_assert_int_eq(p[0]->state, PROC_STARTING);	/* it ran, and was stopped by us */
	ck_assert_str_eq(p[0]->conf->command, "/bin/cat");
	call_free(call);
} END_TEST

/* --- what all processes depend on --- */

/* Of so many listeners. */
static void add_pool(struct config *config, size_t n, int size)
{
	struct group_config *group = (struct group_config *)&config->groups[config->n_groups];
	struct pool_config *pool = arena_alloc(config->arena, sizeof(*pool));

	(void)add_group(config, "g", n);

	/* Other events, too, of which there are none: that makes another pool of it. */
	*pool = (struct pool_config){ .events = 1ull << size, .buffer_size = size,
				      .result_handler = "default" };
	group->kind = GROUP_LISTENERS;
	group->pool = pool;
}

START_TEST(a_new_pool_is_a_new_group)
{
	struct group *group;
	struct call *call;

	add_pool(before, 2, 10);
	group = start_engine();
	after = a_snapshot();
	add_pool(after, 1, 20);
	reread();
	call = a_waiting_call("svd.updateGroup", "[\"g\"]");
	ck_assert_int_eq(fake_n_signals(), 2);
	child_ends(group->processes[0], EXITED(0));
	ck_assert_int_eq(fake_n_spawned(), 2);		/* not before all have stopped */
	ck_assert_int_eq(e->groups->conf->pool->buffer_size, 10);
	proc_exited(group->processes[1], EXITED(0));
	ck_rows_after_turn(call, "p0 restarted 80, p1 removed 80");
	ck_assert_int_eq(e->groups->conf->pool->buffer_size, 20);
	ck_assert_uint_eq(e->groups->n_processes, 1);
	ck_assert_int_eq(e->groups->processes[0]->state, PROC_STARTING);
	is_held_by_channels(before, 2);
} END_TEST

START_TEST(a_group_of_which_nothing_runs_is_made_anew_at_once)
{
	add_pool(before, 1, 10);
	start_engine();
	proc_feed(e->groups->processes[0], IN_STOP);
	child_ends(e->groups->processes[0], EXITED(0));
	after = a_snapshot();
	add_pool(after, 1, 20);
	reread();
	ck_rows_after_turn(a_waiting_call("svd.updateGroup", "[\"g\"]"), "p0 restarted 80");
	ck_assert_int_eq(e->groups->processes[0]->state, PROC_STARTING);
} END_TEST

START_TEST(a_group_without_processes_is_made_anew_too)
{
	add_pool(before, 0, 10);
	start_engine();
	after = a_snapshot();
	add_pool(after, 1, 20);
	ck_rows(an_update(), "p0 added 80");
	engine_turn(e);
	ck_assert_int_eq(e->groups->processes[0]->state, PROC_STARTING);
} END_TEST

START_TEST(what_is_started_in_a_group_that_goes_is_stopped_again)
{
	struct group *group;

	add_pool(before, 2, 10);
	group = start_engine();
	after = a_snapshot();
	add_pool(after, 2, 20);
	call_free(an_update());
	child_ends(group->processes[0], EXITED(0));
	call_free(a_call("supervisor.startProcess", "[\"g:p0\"]"));
	ck_assert_int_eq(group->processes[0]->state, PROC_STARTING);
	engine_turn(e);
	ck_assert_int_eq(group->processes[0]->state, PROC_STOPPING);
	child_ends(group->processes[0], EXITED(0));
	child_ends(group->processes[1], EXITED(0));
	ck_assert_int_eq(e->groups->conf->pool->buffer_size, 20);
} END_TEST

START_TEST(a_pool_that_is_changed_back_in_time_is_only_restarted)
{
	struct group *group;

	add_pool(before, 1, 10);
	group = start_engine();
	after = a_snapshot();
	add_pool(after, 1, 20);
	call_free(an_update());
	config_unref(after);
	after = a_snapshot();
	add_pool(after, 1, 10);
	call_free(an_update());
	child_ends(group->processes[0], EXITED(0));
	ck_assert_ptr_eq(e->groups, group);
	ck_assert_int_eq(group->processes[0]->state, PROC_STARTING);
} END_TEST

int main(void)
{
	Suite *s = suite_create("update");
	TCase *tc = tcase_create("update");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(tc, life_setup, life_teardown);
	tcase_add_test(tc, more_processes_are_only_added);
	tcase_add_test(tc, fewer_processes_lose_only_the_surplus);
	tcase_add_test(tc, what_has_another_command_is_restarted_alone);
	tcase_add_test(tc, live_options_change_while_it_runs);
	tcase_add_test(tc, what_is_stopped_and_does_not_start_by_itself_stays_stopped);
	tcase_add_test(tc, what_is_started_before_it_has_got_its_update_is_stopped_for_it);
	tcase_add_test(tc, what_could_not_start_gets_a_new_chance);
	tcase_add_test(tc, what_cannot_be_started_again_says_so);
	tcase_add_test(tc, what_cannot_be_stopped_stays_as_it_is);
	tcase_add_test(tc, a_new_priority_moves_the_group_and_a_new_order_its_processes);
	tcase_add_test(tc, an_update_needs_the_group_here_and_there);
	tcase_add_test(tc, an_update_without_its_client_ends_well);
	tcase_add_test(tc, a_shutdown_ends_the_wait_for_an_update);
	tcase_add_test(tc, a_removal_ends_the_wait_for_an_update);
	tcase_add_test(tc, a_stop_that_waits_hears_of_the_stop_before_the_start);
	tcase_add_test(tc, a_second_update_takes_over_what_the_first_has_begun);
	tcase_add_test(tc, a_new_pool_is_a_new_group);
	tcase_add_test(tc, a_group_of_which_nothing_runs_is_made_anew_at_once);
	tcase_add_test(tc, a_group_without_processes_is_made_anew_too);
	tcase_add_test(tc, what_is_started_in_a_group_that_goes_is_stopped_again);
	tcase_add_test(tc, a_pool_that_is_changed_back_in_time_is_only_restarted);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
