/* test_engine.c - the supervisor's turns, told as stories against a fake kernel */
#include <check.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "base/arena.h"
#include "fake.h"
#include "svd/call.h"
#include "svd/environment.h"

#define EXITED(code)	((code) << 8)
#define KILLED(signo)	(signo)

static struct engine *e;
static struct config config;
static struct group_config groups[3];
static struct program_config programs[4];
static const int zero[] = { 0 };

/* One program "p" with Supervisor's defaults; a test changes what its story needs. */
static struct program_config *defaults(struct program_config *c, const char *name)
{
	*c = (struct program_config){ .name = name, .command = "/bin/cat", .priority = 999,
				      .autostart = true, .autorestart = AUTORESTART_UNEXPECTED,
				      .startsecs = 1, .startretries = 3, .stopsignal = SIGTERM,
				      .stopwaitsecs = 10, .exitcodes = zero, .n_exitcodes = 1 };
	return c;
}

static void setup(void)
{
	fake_reset();
	config = (struct config){ .refs = 1, .groups = groups, .n_groups = 1, .path = "x",
				  .here = "/", .identifier = "supervisor" };
	groups[0] = (struct group_config){ .name = "p", .priority = 999, .programs = programs,
					   .n_programs = 1 };
	for (int i = 0; i < 4; i++)
		defaults(&programs[i], (const char *[]){ "p", "q", "r", "s" }[i])->group =
			&groups[0];
}

static void teardown(void)
{
	engine_free(e);
	e = NULL;
	environment_done();
}

static struct process *start_engine(void)
{
	config.arena = arena_new();
	e = engine_new(&config);
	ck_assert_ptr_nonnull(e);
	config.refs = 100;	/* it is on our stack, not in an arena */
	engine_turn(e);
	arena_free(config.arena);
	return e->groups->processes[0];
}

static void child_ends(struct process *p, int status)
{
	fake_child_ends(p->pid, status);
	e->reap_wanted = true;
	engine_turn(e);
}

/* The process after it has stayed up for startsecs. */
static struct process *a_running_process(void)
{
	struct process *p = start_engine();

	fake_advance(e, 1.1);
	ck_assert_int_eq(p->state, PROC_RUNNING);
	return p;
}

START_TEST(autostart_spawns_and_startsecs_make_it_running)
{
	struct process *p = start_engine();

	ck_assert_int_eq(p->state, PROC_STARTING);
	ck_assert_int_gt(p->pid, 0);
	fake_advance(e, 0.9);
	ck_assert_int_eq(p->state, PROC_STARTING);
	fake_advance(e, 0.2);
	ck_assert_int_eq(p->state, PROC_RUNNING);
	ck_assert_int_eq(fake_n_armed(), 0);	/* nothing wakes us any more */
} END_TEST

START_TEST(without_autostart_nothing_happens)
{
	struct process *p;

	programs[0].autostart = false;
	p = start_engine();
	ck_assert_int_eq(p->state, PROC_STOPPED);
	ck_assert_int_eq(fake_n_spawned(), 0);
} END_TEST

START_TEST(an_early_exit_goes_to_backoff_and_waits_longer_each_time)
{
	struct process *p = start_engine();

	for (unsigned try = 1; try <= 3; try++) {
		child_ends(p, EXITED(1));
		ck_assert_int_eq(p->state, PROC_BACKOFF);
		ck_assert_uint_eq(p->tries, try);
		ck_assert_str_eq(p->spawnerr, "Exited too quickly (process log may have details)");
		fake_advance(e, try - 0.1);
		ck_assert_int_eq(p->state, PROC_BACKOFF);
		fake_advance(e, 0.2);
		ck_assert_int_eq(p->state, PROC_STARTING);
	}
	child_ends(p, EXITED(1));
	ck_assert_int_eq(p->state, PROC_FATAL);
	ck_assert_int_eq(fake_n_spawned(), 4);
	ck_assert_int_eq(fake_n_armed(), 0);
} END_TEST

START_TEST(a_killed_process_is_back_in_the_same_turn)
{
	struct process *p = a_running_process();
	pid_t old = p->pid;

	child_ends(p, KILLED(SIGKILL));
	ck_assert_int_eq(p->state, PROC_STARTING);
	ck_assert_int_ne(p->pid, old);
} END_TEST

START_TEST(an_expected_exit_stays_exited_unless_autorestart_is_true)
{
	struct process *p = a_running_process();

	child_ends(p, EXITED(0));
	ck_assert_int_eq(p->state, PROC_EXITED);
	ck_assert_int_eq(p->exitstatus, 0);
	programs[0].autorestart = AUTORESTART_ALWAYS;
	proc_feed(p, IN_START);
	fake_advance(e, 1.1);
	child_ends(p, EXITED(0));
	ck_assert_int_eq(p->state, PROC_STARTING);
} END_TEST

START_TEST(startsecs_zero_is_running_at_once)
{
	struct process *p;

	programs[0].startsecs = 0;
	p = start_engine();
	ck_assert_int_eq(p->state, PROC_RUNNING);
} END_TEST

START_TEST(startsecs_zero_and_death_at_birth_do_not_spin)
{
	struct process *p;

	programs[0].startsecs = 0;
	p = start_engine();
	child_ends(p, EXITED(1));
	ck_assert_int_eq(p->state, PROC_EXITED);
	ck_assert_int_eq(fake_n_spawned(), 1);
	fake_advance(e, 0.2);
	ck_assert_int_eq(fake_n_spawned(), 2);
} END_TEST

START_TEST(stop_sends_the_signal_and_kill_comes_after_stopwaitsecs)
{
	struct process *p;

	programs[0].stopsignal = SIGQUIT;
	p = a_running_process();
	proc_feed(p, IN_STOP);
	ck_assert_int_eq(p->state, PROC_STOPPING);
	ck_assert_int_eq(fake_last_signal(), SIGQUIT);
	ck_assert_int_eq(fake_last_target(), p->pid);
	fake_advance(e, 10.1);
	ck_assert_int_eq(fake_last_signal(), SIGKILL);
	child_ends(p, KILLED(SIGKILL));
	ck_assert_int_eq(p->state, PROC_STOPPED);
	ck_assert_int_eq(p->exitstatus, -1);
	ck_assert_int_eq(fake_n_spawned(), 1);	/* a stop is no reason for autorestart */
} END_TEST

START_TEST(stopasgroup_and_killasgroup_signal_the_group)
{
	struct process *p;

	programs[0].stopasgroup = programs[0].killasgroup = true;
	p = a_running_process();
	proc_feed(p, IN_STOP);
	ck_assert_int_eq(fake_last_target(), -p->pid);
	fake_advance(e, 10.1);
	ck_assert_int_eq(fake_last_target(), -p->pid);
	ck_assert_int_eq(fake_last_signal(), SIGKILL);
} END_TEST

START_TEST(a_signal_that_is_refused_makes_it_unknown_until_it_dies)
{
	struct process *p = a_running_process();

	fake_kill_fails(EPERM);
	proc_feed(p, IN_STOP);
	ck_assert_int_eq(p->state, PROC_UNKNOWN);
	child_ends(p, EXITED(0));
	ck_assert_int_eq(p->state, PROC_EXITED);
	ck_assert_int_eq(p->pid, 0);
} END_TEST

START_TEST(a_signal_for_its_own_sake_changes_nothing)
{
	struct process *p = a_running_process();
	struct err err = { 0 };

	ck_assert_int_eq(proc_signal(p, SIGHUP, &err), 0);
	ck_assert_int_eq(fake_last_signal(), SIGHUP);
	ck_assert_int_eq(fake_last_target(), p->pid);
	fake_kill_fails(EPERM);
	ck_assert_int_eq(proc_signal(p, SIGHUP, &err), -EPERM);
	ck_assert_str_eq(err.text + strlen(err.text) - strlen("Operation not permitted"),
			 "Operation not permitted");
	fake_kill_fails(ESRCH);
	ck_assert_int_eq(proc_signal(p, SIGHUP, &err), 0);
	ck_assert_int_eq(p->state, PROC_RUNNING);
} END_TEST

START_TEST(a_process_that_just_died_is_no_trouble_for_stop)
{
	struct process *p = a_running_process();

	fake_kill_fails(ESRCH);
	proc_feed(p, IN_STOP);
	ck_assert_int_eq(p->state, PROC_STOPPING);
	child_ends(p, EXITED(3));
	ck_assert_int_eq(p->state, PROC_STOPPED);
} END_TEST

START_TEST(a_failed_fork_is_a_failed_start)
{
	struct process *p;

	fake_spawn_fails(EAGAIN);
	p = start_engine();
	ck_assert_int_eq(p->state, PROC_BACKOFF);
	ck_assert_str_eq(p->spawnerr, "Too many processes in process table to spawn 'p'");
	fake_spawn_fails(0);
	fake_advance(e, 1.1);
	ck_assert_int_eq(p->state, PROC_STARTING);
	ck_assert_ptr_null(p->spawnerr);
} END_TEST

START_TEST(a_missing_command_is_a_failed_start)
{
	struct process *p;

	programs[0].command = "/no/such/file";
	p = start_engine();
	ck_assert_int_eq(p->state, PROC_BACKOFF);
	ck_assert_str_eq(p->spawnerr, "can't find command '/no/such/file'");
	ck_assert_int_eq(fake_n_spawned(), 0);
} END_TEST

START_TEST(a_failed_exec_keeps_its_words)
{
	struct process *p;

	fake_exec_fails(ENOEXEC);
	p = start_engine();
	ck_assert_int_eq(p->state, PROC_STARTING);
	child_ends(p, EXITED(127));
	ck_assert_int_eq(p->state, PROC_BACKOFF);
	ck_assert_str_eq(p->spawnerr, "couldn't exec");
} END_TEST

START_TEST(stop_in_backoff_is_stopped_at_once)
{
	struct process *p = start_engine();

	child_ends(p, EXITED(1));
	proc_feed(p, IN_STOP);
	ck_assert_int_eq(p->state, PROC_STOPPED);
	ck_assert_int_eq(fake_n_armed(), 0);
} END_TEST

START_TEST(a_stopwaitsecs_of_zero_does_not_spin)
{
	struct process *p;
	int signals;

	programs[0].stopwaitsecs = 0;
	p = a_running_process();
	proc_feed(p, IN_STOP);
	fake_advance(e, 0.1);
	ck_assert_int_eq(fake_last_signal(), SIGKILL);
	signals = fake_n_signals();
	fake_advance(e, 0.8);		/* it is deep in the kernel and does not die */
	ck_assert_int_eq(fake_n_signals(), signals);
	fake_advance(e, 1);
	ck_assert_int_eq(fake_n_signals(), signals + 1);
} END_TEST

START_TEST(two_that_die_together_both_come_back)
{
	struct process **p;

	groups[0].n_programs = 2;
	programs[0].startsecs = programs[1].startsecs = 0;
	start_engine();
	p = e->groups->processes;
	for (int life = 2; life < 5; life++) {
		fake_advance(e, 0.2);
		fake_child_ends(p[0]->pid, EXITED(1));
		child_ends(p[1], EXITED(1));
		ck_assert_int_eq(p[0]->state, PROC_RUNNING);
		ck_assert_int_eq(p[1]->state, PROC_RUNNING);
		ck_assert_int_eq(fake_n_spawned(), 2 * life);
	}
	ck_assert_ptr_null(e->posted);
} END_TEST

START_TEST(an_input_that_is_taken_back_leaves_the_list_in_order)
{
	struct process **p;

	groups[0].n_programs = 2;
	programs[0].startsecs = programs[1].startsecs = 0;
	programs[0].autostart = programs[1].autostart = false;
	start_engine();
	p = e->groups->processes;
	proc_feed(p[0], IN_START);	/* both wait in the list for IN_UP */
	proc_feed(p[1], IN_START);
	fake_pass(0.2);
	proc_exited(p[0], EXITED(1));	/* takes its IN_UP back, and posts IN_START */
	engine_turn(e);
	ck_assert_int_eq(p[0]->state, PROC_RUNNING);
	ck_assert_int_eq(p[1]->state, PROC_RUNNING);
	ck_assert_ptr_null(e->posted);
} END_TEST

START_TEST(an_unknown_pid_is_reaped_quietly)
{
	struct process *p = a_running_process();

	fake_child_ends(4711, EXITED(0));
	e->reap_wanted = true;
	engine_turn(e);
	ck_assert_int_eq(p->state, PROC_RUNNING);
} END_TEST

static void two_priorities(void)
{
	config.n_groups = 2;
	groups[0].priority = 10;
	groups[1] = (struct group_config){ .name = "late", .priority = 20, .n_programs = 2,
					   .programs = &programs[1] };
	programs[1].group = programs[2].group = &groups[1];
}

START_TEST(shutdown_stops_the_highest_priority_first_and_waits_for_it)
{
	struct process *low, **high;

	two_priorities();
	low = start_engine();
	fake_advance(e, 1.1);
	high = e->groups->next->processes;
	engine_set_mood(e, MOOD_SHUTDOWN);
	engine_turn(e);
	ck_assert_int_eq(high[0]->state, PROC_STOPPING);
	ck_assert_int_eq(high[1]->state, PROC_STOPPING);
	ck_assert_int_eq(low->state, PROC_RUNNING);
	child_ends(high[0], EXITED(0));
	ck_assert_int_eq(low->state, PROC_RUNNING);
	child_ends(high[1], EXITED(0));
	ck_assert_int_eq(low->state, PROC_STOPPING);
	ck_assert_int_eq(fake_loop_stopped(), 0);
	child_ends(low, EXITED(0));
	ck_assert_int_eq(fake_loop_stopped(), 1);
} END_TEST

START_TEST(a_retry_in_the_turn_of_the_shutdown_is_none)
{
	struct process *p = start_engine();

	child_ends(p, EXITED(1));
	ck_assert_int_eq(p->state, PROC_BACKOFF);
	proc_post(p, IN_RETRY);
	engine_set_mood(e, MOOD_SHUTDOWN);
	engine_turn(e);
	ck_assert_int_eq(fake_n_spawned(), 1);
	ck_assert_int_eq(p->state, PROC_FATAL);
	ck_assert_int_eq(fake_loop_stopped(), 1);
} END_TEST

START_TEST(nothing_starts_while_shutting_down)
{
	struct process *low;

	two_priorities();
	low = start_engine();
	fake_advance(e, 1.1);
	engine_set_mood(e, MOOD_SHUTDOWN);
	engine_turn(e);
	child_ends(low, KILLED(SIGSEGV));
	ck_assert_int_eq(low->state, PROC_EXITED);
	fake_advance(e, 60);
	ck_assert_int_eq(fake_n_spawned(), 3);
} END_TEST

/* --- calls --- */

static struct call *a_call(const char *method, const char *params)
{
	struct call *call = call_new(1, method, json_loads(params, 0, NULL));

	rpc_dispatch(e, call);
	return call;
}

static void expect_fault(const char *method, const char *params, int code, const char *text)
{
	struct call *call = a_call(method, params);

	ck_assert(call->answered);
	ck_assert_int_eq(call->fault, code);
	ck_assert_str_eq(call->text, text);
	call_free(call);
}

START_TEST(calls_are_checked_before_any_handler)
{
	start_engine();
	expect_fault("supervisor.noSuch", "[]", 1, "UNKNOWN_METHOD");
	expect_fault("", "[]", 1, "UNKNOWN_METHOD");
	expect_fault("supervisor.getState", "[1]", 2, "INCORRECT_PARAMETERS");
	expect_fault("supervisor.startProcess", "[]", 2, "INCORRECT_PARAMETERS");
	expect_fault("supervisor.startProcess", "[5]", 2, "INCORRECT_PARAMETERS");
	expect_fault("supervisor.startProcess", "[\"p\", []]", 2, "INCORRECT_PARAMETERS");
	expect_fault("supervisor.startProcess", "[\"x\"]", 10, "BAD_NAME: x");
	expect_fault("supervisor.startProcess", "[\"p:x\"]", 10, "BAD_NAME: p:x");
	expect_fault("supervisor.stopProcessGroup", "[\"x\"]", 10, "BAD_NAME: x");
	expect_fault("system.methodHelp", "[\"x\"]", 4, "SIGNATURE_UNSUPPORTED");
} END_TEST

START_TEST(start_waits_until_running)
{
	struct process *p;
	struct call *call;

	programs[0].autostart = false;
	p = start_engine();
	call = a_call("supervisor.startProcess", "[\"p\", 1]");
	ck_assert(!call->answered);
	call->step(e, call);
	ck_assert(!call->answered);
	fake_advance(e, 1.1);
	ck_assert_int_eq(p->state, PROC_RUNNING);
	call->step(e, call);
	ck_assert(json_is_true(call->result));
	call_free(call);
	expect_fault("supervisor.startProcess", "[\"p\"]", 60, "ALREADY_STARTED: p");
} END_TEST

START_TEST(start_without_wait_answers_at_once)
{
	struct call *call;

	programs[0].autostart = false;
	start_engine();
	call = a_call("supervisor.startProcess", "[\"p\", false]");
	ck_assert(json_is_true(call->result));
	call_free(call);
} END_TEST

START_TEST(a_start_that_dies_early_is_a_spawn_error)
{
	struct process *p;
	struct call *call;

	programs[0].autostart = false;
	p = start_engine();
	call = a_call("supervisor.startProcess", "[\"p\"]");
	child_ends(p, EXITED(1));
	call->step(e, call);
	ck_assert_str_eq(call->text, "SPAWN_ERROR: p");
	call_free(call);
} END_TEST

START_TEST(stop_of_a_group_answers_in_the_order_of_the_ends)
{
	struct call *call;
	struct process **p;

	groups[0].n_programs = 2;
	start_engine();
	fake_advance(e, 1.1);
	p = e->groups->processes;
	call = a_call("supervisor.stopProcess", "[\"p:*\"]");
	child_ends(p[1], EXITED(0));
	call->step(e, call);
	ck_assert(!call->answered);
	child_ends(p[0], EXITED(0));
	call->step(e, call);
	ck_assert(call->answered);
	ck_assert_str_eq(
		json_string_value(json_object_get(json_array_get(call->result, 0), "name")), "q");
	ck_assert_int_eq(
		json_integer_value(json_object_get(json_array_get(call->result, 1), "status")), 80);
	call_free(call);
	expect_fault("supervisor.stopProcess", "[\"p\"]", 70, "NOT_RUNNING: p");
} END_TEST

START_TEST(a_call_in_shutdown_is_refused)
{
	start_engine();
	engine_set_mood(e, MOOD_SHUTDOWN);
	expect_fault("supervisor.getState", "[]", 6, "SHUTDOWN_STATE");
} END_TEST

int main(void)
{
	Suite *s = suite_create("engine");
	TCase *tc = tcase_create("engine");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, autostart_spawns_and_startsecs_make_it_running);
	tcase_add_test(tc, without_autostart_nothing_happens);
	tcase_add_test(tc, an_early_exit_goes_to_backoff_and_waits_longer_each_time);
	tcase_add_test(tc, a_killed_process_is_back_in_the_same_turn);
	tcase_add_test(tc, an_expected_exit_stays_exited_unless_autorestart_is_true);
	tcase_add_test(tc, startsecs_zero_is_running_at_once);
	tcase_add_test(tc, startsecs_zero_and_death_at_birth_do_not_spin);
	tcase_add_test(tc, stop_sends_the_signal_and_kill_comes_after_stopwaitsecs);
	tcase_add_test(tc, stopasgroup_and_killasgroup_signal_the_group);
	tcase_add_test(tc, a_signal_that_is_refused_makes_it_unknown_until_it_dies);
	tcase_add_test(tc, a_signal_for_its_own_sake_changes_nothing);
	tcase_add_test(tc, a_process_that_just_died_is_no_trouble_for_stop);
	tcase_add_test(tc, a_failed_fork_is_a_failed_start);
	tcase_add_test(tc, a_missing_command_is_a_failed_start);
	tcase_add_test(tc, a_failed_exec_keeps_its_words);
	tcase_add_test(tc, stop_in_backoff_is_stopped_at_once);
	tcase_add_test(tc, a_stopwaitsecs_of_zero_does_not_spin);
	tcase_add_test(tc, two_that_die_together_both_come_back);
	tcase_add_test(tc, an_input_that_is_taken_back_leaves_the_list_in_order);
	tcase_add_test(tc, a_retry_in_the_turn_of_the_shutdown_is_none);
	tcase_add_test(tc, an_unknown_pid_is_reaped_quietly);
	tcase_add_test(tc, shutdown_stops_the_highest_priority_first_and_waits_for_it);
	tcase_add_test(tc, nothing_starts_while_shutting_down);
	tcase_add_test(tc, calls_are_checked_before_any_handler);
	tcase_add_test(tc, start_waits_until_running);
	tcase_add_test(tc, start_without_wait_answers_at_once);
	tcase_add_test(tc, a_start_that_dies_early_is_a_spawn_error);
	tcase_add_test(tc, stop_of_a_group_answers_in_the_order_of_the_ends);
	tcase_add_test(tc, a_call_in_shutdown_is_refused);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
