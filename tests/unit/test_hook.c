/* test_hook.c - hooks: which events begin when, and what becomes of those that fail */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <utlist.h>

#include "base/clock.h"
#include "life_box.h"
#include "svd/groups.h"
#include "svd/hook.h"

static struct hook_config conf;		/* of the hook x, in `before` */
static struct hook *hook;

static void add_hook(struct config *config, struct hook_config *hook_config)
{
	struct group_config *group = group_of(add_group(config, "x", 1));

	group->kind = GROUP_EXEC;
	hook_config->exec = (struct program_config *)group->programs;
	group->programs = NULL;
	group->n_programs = 0;
	group->hook = hook_config;
}

static void start(void)
{
	add_hook(before, &conf);
	start_engine();
	hook = e->hooks;
}

static void setup(void)
{
	life_setup();
	conf = (struct hook_config){ .events = event_mask("PROCESS_STATE"), .buffer_size = 100,
				     .concurrency = 1, .backoff_secs = 10 };
}

/* The process p of the group has failed. */
static void publish(const char *group)
{
	bus_publish(&e->bus, EVENT_PROCESS_STATE_FATAL, NULL, 0,
		    "processname:p groupname:%s from_state:BACKOFF", group);
}

static void publish_all(const char *groups)
{
	for (; *groups; groups++)
		publish((char[]){ *groups, '\0' });
	engine_turn(e);
}

/* "ab": the groups that the events under way are about, oldest first. */
static const char *under_way(void)
{
	static char names[100];
	const struct delivery *d;
	size_t n = 0;

	DL_FOREACH(hook->deliveries, d)
		if (d->is_under_way)
			names[n++] = strstr(d->queued->event->payload, "groupname:")[10];
	names[n] = '\0';
	return names;
}

static void first_ends(int status)
{
	struct delivery *d = hook->deliveries;

	while (!d->is_under_way)
		d = d->next;
	child_ends(d->process, status);
}

START_TEST(an_event_is_done_when_its_command_has_ended_well)
{
	char text[100] = "";

	start();
	publish_all("a");
	ck_assert_int_eq(fake_n_spawned(), 1);
	ck_assert_int_gt(read(fake_child_fd(hook->deliveries->process->pid, 0), text, 99), 0);
	ck_assert_str_eq(text, "processname:p groupname:a from_state:BACKOFF");
	first_ends(EXITED(0));
	ck_assert_uint_eq(hook->n_done, 1);
	ck_assert_uint_eq(hook->n_failed, 0);
	ck_assert_ptr_null(hook->deliveries);
} END_TEST

START_TEST(types_that_it_did_not_ask_for_are_not_rendered)
{
	conf.events = event_mask("TICK_5");
	start();
	publish_all("a");
	ck_assert_uint_eq(e->bus.n_published, 0);
	ck_assert_int_eq(fake_n_spawned(), 0);
} END_TEST

START_TEST(globs_choose_whom_an_event_is_about)
{
	static const char *const globs[] = { "a:q", "b:*", "c" };

	conf.programs = globs;
	conf.n_programs = ARRAY_LEN(globs);
	conf.concurrency = 10;
	conf.events = event_mask("EVENT");
	start();
	publish_all("abcd");
	ck_assert_str_eq(under_way(), "bc");
	bus_publish(&e->bus, EVENT_SUPERVISOR_STATE_CHANGE_STOPPING, NULL, 0, "%s", "");
	engine_turn(e);
	ck_assert_str_eq(under_way(), "bc");
} END_TEST

START_TEST(one_at_a_time_is_in_order)
{
	start();
	publish_all("abc");
	ck_assert_str_eq(under_way(), "a");
	first_ends(EXITED(0));
	ck_assert_str_eq(under_way(), "b");
	first_ends(EXITED(1));
	ck_assert_str_eq(under_way(), "c");
} END_TEST

START_TEST(so_many_at_a_time_as_are_allowed)
{
	conf.concurrency = 3;
	start();
	publish_all("abcde");
	ck_assert_str_eq(under_way(), "abc");
	first_ends(EXITED(0));
	ck_assert_str_eq(under_way(), "bcd");
} END_TEST

START_TEST(what_fails_is_tried_again_after_longer_and_longer)
{
	double waits[] = { 10, 20, 40 };

	conf.retries = 3;
	start();
	publish_all("ab");
	for (size_t i = 0; i < ARRAY_LEN(waits); i++) {
		first_ends(EXITED(1));
		fake_advance(e, waits[i] - 0.1);
		ck_assert_str_eq(under_way(), "");
		fake_advance(e, 0.2);
		ck_assert_str_eq(under_way(), "a");
	}
	ck_assert_uint_eq(hook->n_failed, 0);
	first_ends(EXITED(7));
	ck_assert_uint_eq(hook->n_failed, 1);
	ck_assert_uint_eq(hook->n_retries, 3);
	ck_assert_str_eq(hook->last_error, "exit status 7");
	ck_assert_str_eq(under_way(), "b");
} END_TEST

START_TEST(no_wait_is_longer_than_an_hour)
{
	conf.retries = 30;
	start();
	publish_all("a");
	for (int i = 0; i < 30; i++) {
		first_ends(SIGKILL);
		fake_advance(e, 3600.1);
		ck_assert_str_eq(under_way(), "a");
	}
	ck_assert_str_eq(hook->last_error, "terminated by SIGKILL");
} END_TEST

START_TEST(who_asks_to_wait_is_waited_for)
{
	conf.retries = 1;
	start();
	publish_all("a");
	hook->deliveries->not_before = clock_mono() + 100;
	first_ends(EXITED(1));
	fake_advance(e, 99);
	ck_assert_str_eq(under_way(), "");
	fake_advance(e, 2);
	ck_assert_str_eq(under_way(), "a");
} END_TEST

START_TEST(what_another_try_does_not_help_is_given_up)
{
	conf.retries = 5;
	start();
	publish_all("a");
	proc_free(hook->deliveries->process);
	hook_failed(hook->deliveries, false, "no such page");
	ck_assert_uint_eq(hook->n_failed, 1);
	ck_assert_ptr_null(hook->deliveries);
} END_TEST

START_TEST(a_command_that_cannot_begin_is_a_failed_try)
{
	conf.retries = 1;
	start();
	fake_spawn_fails(EAGAIN);
	publish_all("a");
	ck_assert_str_eq(hook->last_error, "Too many processes in process table to spawn 'p0'");
	fake_spawn_fails(0);
	fake_advance(e, 10.1);
	first_ends(EXITED(0));
	ck_assert_uint_eq(hook->n_done, 1);
} END_TEST

START_TEST(what_a_child_says_about_its_failed_start_is_the_reason)
{
	start();
	fake_exec_fails(ENOENT);
	publish_all("a");
	first_ends(EXITED(127));
	ck_assert_str_eq(hook->last_error, "couldn't exec");
} END_TEST

START_TEST(a_minute_has_its_limit)
{
	conf.max_per_minute = 2;
	start();
	publish_all("abcde");
	first_ends(EXITED(0));
	fake_advance(e, 10);
	first_ends(EXITED(0));
	ck_assert_str_eq(under_way(), "");
	fake_advance(e, 49);
	ck_assert_str_eq(under_way(), "");
	fake_advance(e, 1.1);
	ck_assert_str_eq(under_way(), "c");
	first_ends(EXITED(0));
	ck_assert_str_eq(under_way(), "d");
	first_ends(EXITED(0));
	fake_advance(e, 59);
	ck_assert_str_eq(under_way(), "");
	fake_advance(e, 1.1);
	ck_assert_str_eq(under_way(), "e");
} END_TEST

START_TEST(tries_count_for_the_limit_of_a_minute)
{
	conf.max_per_minute = 2;
	conf.retries = 5;
	conf.backoff_secs = 1;
	start();
	publish_all("a");
	first_ends(EXITED(1));
	fake_advance(e, 1.1);
	first_ends(EXITED(1));
	fake_advance(e, 58);
	ck_assert_str_eq(under_way(), "");
	fake_advance(e, 1);
	ck_assert_str_eq(under_way(), "a");
} END_TEST

START_TEST(of_too_many_the_oldest_go)
{
	conf.buffer_size = 2;
	start();
	publish_all("a");
	publish_all("bcde");
	ck_assert_uint_eq(hook->backlog.n_dropped, 2);
	first_ends(EXITED(0));
	ck_assert_str_eq(under_way(), "d");
	first_ends(EXITED(0));
	ck_assert_str_eq(under_way(), "e");
	ck_assert_uint_eq(hook->backlog.n_accepted, 5);
} END_TEST

START_TEST(a_crash_loop_is_one_event_with_its_count)
{
	conf.coalesce_secs = 60;
	conf.concurrency = 10;
	start();
	publish_all("aaabaa");
	ck_assert_str_eq(under_way(), "ab");
	first_ends(EXITED(0));
	first_ends(EXITED(0));
	fake_advance(e, 59);
	ck_assert_str_eq(under_way(), "");
	fake_advance(e, 1.1);
	ck_assert_str_eq(under_way(), "a");
	ck_assert_uint_eq(hook->deliveries->count, 4);
	ck_assert_uint_eq(hook->n_coalesced, 3);
	ck_assert_uint_eq(hook->backlog.n_accepted, 3);
} END_TEST

START_TEST(a_crash_loop_that_goes_on_is_told_once_in_a_window)
{
	conf.coalesce_secs = 60;
	start();
	for (int second = 0; second < 600; second++) {
		publish_all("a");
		if (hook->deliveries)
			first_ends(EXITED(0));
		fake_advance(e, 1);
	}
	fake_advance(e, 200);
	if (hook->deliveries)
		first_ends(EXITED(0));
	ck_assert_uint_eq(hook->n_done, 11);
	ck_assert_uint_eq(hook->n_done + hook->n_coalesced, 600);
} END_TEST

START_TEST(after_a_quiet_window_the_next_event_is_a_first_one)
{
	conf.coalesce_secs = 60;
	start();
	publish_all("a");
	first_ends(EXITED(0));
	fake_advance(e, 61);
	publish_all("a");
	ck_assert_str_eq(under_way(), "a");
} END_TEST

START_TEST(windows_are_not_without_number)
{
	conf.coalesce_secs = 60;
	conf.buffer_size = 10;
	start();
	for (int i = 0; i < WINDOWS_MAX + 10; i++) {
		char name[32];

		snprintf(name, sizeof(name), "g%d", i);
		publish(name);
	}
	ck_assert_uint_eq(hook->coalesce.n, WINDOWS_MAX);
	ck_assert_uint_eq(hook->backlog.n_accepted, WINDOWS_MAX + 10);
	fake_advance(e, 61);
	publish("new");
	ck_assert_uint_eq(hook->coalesce.n, 1);
} END_TEST

START_TEST(what_takes_too_long_is_asked_to_end_and_then_killed)
{
	pid_t pid;

	conf.timeout_secs = 30;
	start();
	publish_all("a");
	pid = hook->deliveries->process->pid;
	fake_advance(e, 29.9);
	ck_assert_int_eq(fake_n_signals(), 0);
	fake_advance(e, 0.2);
	ck_assert_int_eq(fake_last_target(), -pid);
	ck_assert_int_eq(fake_last_signal(), SIGTERM);
	fake_advance(e, 5.1);
	ck_assert_int_eq(fake_last_signal(), SIGKILL);
	ck_assert_int_eq(fake_n_signals(), 2);
	first_ends(EXITED(0));
	ck_assert_uint_eq(hook->n_failed, 1);
	ck_assert_str_eq(hook->last_error, "it took too long");
} END_TEST

START_TEST(who_has_nothing_to_do_arms_nothing)
{
	int armed;

	conf.coalesce_secs = 60;
	conf.retries = 1;
	start();
	armed = fake_n_armed();
	publish_all("a");
	ck_assert_int_eq(fake_n_armed(), armed);
	first_ends(EXITED(1));
	ck_assert_int_eq(fake_n_armed(), armed + 1);
	fake_advance(e, 11);
	first_ends(EXITED(0));
	ck_assert_int_eq(fake_n_armed(), armed);
} END_TEST

START_TEST(its_own_runs_are_no_news)
{
	conf.events = event_mask("EVENT");
	start();
	while (hook->deliveries)
		first_ends(EXITED(1));
	publish_all("a");
	first_ends(EXITED(1));
	ck_assert_ptr_null(hook->deliveries);
} END_TEST

/* --- the end --- */

START_TEST(at_the_end_what_waits_is_still_done)
{
	conf.coalesce_secs = 60;
	start();
	publish_all("aab");
	engine_set_mood(e, MOOD_SHUTDOWN);
	engine_turn(e);
	ck_assert(!fake_loop_stopped());
	for (int i = 0; i < 3; i++) {
		ck_assert_str_ne(under_way(), "");
		first_ends(EXITED(0));
	}
	ck_assert_uint_eq(hook->n_done, 3);
	ck_assert(fake_loop_stopped());
} END_TEST

START_TEST(the_end_waits_for_a_few_seconds_only)
{
	pid_t pid;

	start();
	publish_all("ab");
	pid = hook->deliveries->process->pid;
	engine_set_mood(e, MOOD_SHUTDOWN);
	engine_turn(e);
	fake_advance(e, 4.9);
	ck_assert(!fake_loop_stopped());
	fake_advance(e, 0.2);
	ck_assert(fake_loop_stopped());
	ck_assert_int_eq(fake_last_target(), -pid);
	ck_assert_int_eq(fake_last_signal(), SIGKILL);
	ck_assert_ptr_null(hook->deliveries);
} END_TEST

START_TEST(the_end_does_not_wait_for_a_retry_that_comes_too_late)
{
	conf.retries = 5;
	start();
	publish_all("a");
	first_ends(EXITED(1));
	engine_set_mood(e, MOOD_SHUTDOWN);
	engine_turn(e);
	ck_assert(fake_loop_stopped());
} END_TEST

START_TEST(the_end_waits_no_longer_than_one_try_may_take)
{
	conf.timeout_secs = 2;
	start();
	publish_all("a");
	engine_set_mood(e, MOOD_SHUTDOWN);
	engine_turn(e);
	fake_advance(e, 2.1);
	ck_assert(fake_loop_stopped());
} END_TEST

/* --- updates --- */

START_TEST(a_group_that_is_removed_goes_on_unseen_until_its_events_are_done)
{
	start();
	publish_all("ab");
	after = a_snapshot();
	reread();
	expect("supervisor.removeProcessGroup", "[\"x\"]", "true");
	ck_assert_ptr_null(engine_find_group(e, "x"));
	publish_all("c");
	first_ends(EXITED(0));
	ck_assert_str_eq(under_way(), "b");
	first_ends(EXITED(0));
	ck_assert_ptr_null(e->hooks);
} END_TEST

START_TEST(a_group_that_is_removed_and_idle_is_gone)
{
	start();
	after = a_snapshot();
	reread();
	expect("supervisor.removeProcessGroup", "[\"x\"]", "true");
	ck_assert_ptr_null(e->hooks);
} END_TEST

START_TEST(who_is_slow_to_go_is_killed)
{
	pid_t pid;

	start();
	publish_all("ab");
	pid = hook->deliveries->process->pid;
	after = a_snapshot();
	reread();
	expect("supervisor.removeProcessGroup", "[\"x\"]", "true");
	fake_advance(e, 5.1);
	ck_assert_ptr_null(e->hooks);
	ck_assert_int_eq(fake_last_target(), -pid);
	ck_assert_int_eq(fake_last_signal(), SIGKILL);
} END_TEST

START_TEST(the_end_of_svd_takes_along_who_is_about_to_go)
{
	start();
	publish_all("a");
	after = a_snapshot();
	reread();
	expect("supervisor.removeProcessGroup", "[\"x\"]", "true");
	ck_assert_ptr_nonnull(e->hooks);
} END_TEST

START_TEST(an_update_changes_a_hook_and_what_waits_stays)
{
	static struct hook_config other;

	conf.coalesce_secs = 60;
	start();
	publish_all("abaa");
	after = a_snapshot();
	other = conf;
	other.concurrency = 3;
	other.coalesce_secs = 0;
	other.max_per_minute = 10;
	add_hook(after, &other);
	expect("supervisor.reloadConfig", "[]", "[[[],[\"x\"],[]]]");
	expect("svd.updateGroup", "[\"x\"]", "[]");
	engine_turn(e);
	ck_assert_str_eq(under_way(), "aba");
	expect("supervisor.reloadConfig", "[]", "[[[],[],[]]]");
} END_TEST

int main(void)
{
	Suite *s = suite_create("hook");
	TCase *tc = tcase_create("hook");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(tc, setup, life_teardown);
	tcase_add_test(tc, an_event_is_done_when_its_command_has_ended_well);
	tcase_add_test(tc, types_that_it_did_not_ask_for_are_not_rendered);
	tcase_add_test(tc, globs_choose_whom_an_event_is_about);
	tcase_add_test(tc, one_at_a_time_is_in_order);
	tcase_add_test(tc, so_many_at_a_time_as_are_allowed);
	tcase_add_test(tc, what_fails_is_tried_again_after_longer_and_longer);
	tcase_add_test(tc, no_wait_is_longer_than_an_hour);
	tcase_add_test(tc, who_asks_to_wait_is_waited_for);
	tcase_add_test(tc, what_another_try_does_not_help_is_given_up);
	tcase_add_test(tc, a_command_that_cannot_begin_is_a_failed_try);
	tcase_add_test(tc, what_a_child_says_about_its_failed_start_is_the_reason);
	tcase_add_test(tc, a_minute_has_its_limit);
	tcase_add_test(tc, tries_count_for_the_limit_of_a_minute);
	tcase_add_test(tc, of_too_many_the_oldest_go);
	tcase_add_test(tc, a_crash_loop_is_one_event_with_its_count);
	tcase_add_test(tc, a_crash_loop_that_goes_on_is_told_once_in_a_window);
	tcase_add_test(tc, after_a_quiet_window_the_next_event_is_a_first_one);
	tcase_add_test(tc, windows_are_not_without_number);
	tcase_add_test(tc, what_takes_too_long_is_asked_to_end_and_then_killed);
	tcase_add_test(tc, who_has_nothing_to_do_arms_nothing);
	tcase_add_test(tc, its_own_runs_are_no_news);
	tcase_add_test(tc, at_the_end_what_waits_is_still_done);
	tcase_add_test(tc, the_end_waits_for_a_few_seconds_only);
	tcase_add_test(tc, the_end_does_not_wait_for_a_retry_that_comes_too_late);
	tcase_add_test(tc, the_end_waits_no_longer_than_one_try_may_take);
	tcase_add_test(tc, a_group_that_is_removed_goes_on_unseen_until_its_events_are_done);
	tcase_add_test(tc, a_group_that_is_removed_and_idle_is_gone);
	tcase_add_test(tc, who_is_slow_to_go_is_killed);
	tcase_add_test(tc, the_end_of_svd_takes_along_who_is_about_to_go);
	tcase_add_test(tc, an_update_changes_a_hook_and_what_waits_stays);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
