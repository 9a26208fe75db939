/* test_listener.c - listeners that die, babble or fall silent, and when they begin anew */
#include <check.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "pool_box.h"
#include "svd/listener.h"

/* It answers one event in the wrong way, and ends as it is asked to. */
static void breaks(struct process *l)
{
	int n = fake_n_signals();

	says(l, "hello\n");
	ck_assert_int_eq(fake_n_signals(), n + 1);
	ck_assert_int_eq(fake_last_signal(), SIGTERM);
	ck_assert_int_eq(l->state, PROC_STOPPING);
	ends(l, SIGTERM);
	ck_assert_int_eq(l->state, PROC_STOPPED);
}

/* It has to wait so long for its next life, and not longer. */
static void waits(struct process *l, double seconds)
{
	enum proc_state state = l->state;

	fake_advance(e, seconds - 0.1);
	ck_assert_int_eq(l->state, state);
	fake_advance(e, 0.2);
	ck_assert_int_eq(l->state, PROC_STARTING);
	fake_advance(e, 1);
	ck_assert_int_eq(l->state, PROC_RUNNING);
}

START_TEST(who_breaks_the_protocol_begins_anew_later_each_time)
{
	static const double delays[] = { 1, 2, 4, 8, 16, 32, 60, 60 };

	start_engine("REMOTE_COMMUNICATION");
	run_for_a_while();
	for (size_t i = 0; i < ARRAY_LEN(delays); i++) {
		breaks(l0);
		waits(l0, delays[i]);
	}
	says(l0, "READY\n");
	publish("x");
	was_told(l0, 0, 0, "x");
	says(l0, "RESULT 4\nFAIL");	/* is an answer, too */
	breaks(l0);
	waits(l0, 1);
	ck_assert_uint_eq(l0->listener->counts.forced, ARRAY_LEN(delays) + 1);
	ck_assert_uint_eq(l0->listener->counts.rejected, 1);
} END_TEST

START_TEST(who_dies_of_an_event_is_back_at_once_but_the_next_time_later)
{
	start_engine("REMOTE_COMMUNICATION");
	run_for_a_while();
	publish("x");
	for (int i = 0; i < 4; i++) {
		says(l0, "READY\n");
		was_told(l0, 0, 0, "x");
		ends(l0, EXITED(1));
		if (i == 0)
			ck_assert_int_eq(l0->state, PROC_STARTING);
		if (i == 0)
			fake_advance(e, 1);
		else
			waits(l0, 1 << (i - 1));
	}
	ck_assert_uint_eq(l0->listener->counts.sent, 4);
	ck_assert_uint_eq(l0->listener->counts.forced, 0);
} END_TEST

START_TEST(who_is_stopped_while_he_waits_stays_stopped)
{
	start_engine("REMOTE_COMMUNICATION");
	run_for_a_while();
	breaks(l0);
	ck_assert(proc_comes_back(l0));
	proc_stay(l0);
	fake_advance(e, 100);
	ck_assert_int_eq(l0->state, PROC_STOPPED);
	/* ... and while svd stops him */
	proc_feed(l0, IN_START);
	run_for_a_while();
	says(l0, "hello\n");
	ck_assert(proc_comes_back(l0));
	proc_stay(l0);
	ends(l0, SIGTERM);
	fake_advance(e, 100);
	ck_assert_int_eq(l0->state, PROC_STOPPED);
} END_TEST

START_TEST(people_need_not_wait)
{
	programs[0].startsecs = 0;
	start_engine("REMOTE_COMMUNICATION");
	run_for_a_while();
	breaks(l0);
	proc_feed(l0, IN_START);
	engine_turn(e);
	ck_assert_int_eq(l0->state, PROC_RUNNING);
	ck_assert_int_eq(fake_n_armed(), 0);
	breaks(l0);
	engine_set_mood(e, MOOD_SHUTDOWN);
	engine_turn(e);
	ends(l1, SIGTERM);
	ck_assert_int_eq(l0->state, PROC_STOPPED);
	fake_advance(e, 100);
	ck_assert_int_eq(l0->state, PROC_STOPPED);
} END_TEST

START_TEST(who_is_stopped_by_people_while_he_works_is_not_to_blame)
{
	start_engine("REMOTE_COMMUNICATION");
	run_for_a_while();
	publish("x");
	for (int i = 0; i < 3; i++) {
		says(l0, "READY\n");
		was_told(l0, 0, 0, "x");
		proc_feed(l0, IN_STOP);
		ends(l0, SIGTERM);
		proc_feed(l0, IN_START);
		run_for_a_while();
	}
	says(l0, "READY\n");
	ends(l0, EXITED(1));
	ck_assert_int_eq(l0->state, PROC_STARTING);
} END_TEST

START_TEST(who_is_silent_while_he_stops_is_left_alone)
{
	start_engine("REMOTE_COMMUNICATION");
	run_for_a_while();
	proc_feed(l0, IN_STOP);
	close(fake_child_fd(l0->pid, 1));
	l0->listener->io.on_ready(&l0->listener->io, IO_READ);
	engine_turn(e);
	fake_advance(e, 5);
	ck_assert_int_eq(l0->listener->dialog.state, DIALOG_ACKNOWLEDGED);
	ends(l0, SIGTERM);
	fake_advance(e, 100);
	ck_assert_int_eq(l0->state, PROC_STOPPED);
} END_TEST

START_TEST(who_is_never_restarted_stays_unknown)
{
	programs[0].autorestart = AUTORESTART_NEVER;
	start_engine("REMOTE_COMMUNICATION");
	run_for_a_while();
	says(l0, "hello\n");
	ck_assert_int_eq(l0->listener->dialog.state, DIALOG_UNKNOWN);
	ck_assert_int_eq(l0->state, PROC_RUNNING);
	ck_assert_int_eq(fake_n_signals(), 0);
	ck_assert_uint_eq(l0->listener->counts.forced, 0);
} END_TEST

START_TEST(who_closes_his_output_and_lives_on_is_of_no_use)
{
	start_engine("REMOTE_COMMUNICATION");
	run_for_a_while();
	says(l0, "READY\n");
	publish("x");
	close(fake_child_fd(l0->pid, 1));
	l0->listener->io.on_ready(&l0->listener->io, IO_READ);
	engine_turn(e);
	fake_advance(e, 0.9);
	ck_assert_int_eq(fake_n_signals(), 0);		/* perhaps it just ends */
	says(l1, "READY\n");
	was_told_nothing(l1);
	fake_advance(e, 0.2);
	ck_assert_int_eq(fake_n_signals(), 1);
	was_told(l1, 0, 0, "x");
	ends(l0, SIGTERM);
	waits(l0, 1);
} END_TEST

START_TEST(who_closes_his_output_to_end_has_just_ended)
{
	start_engine("REMOTE_COMMUNICATION");
	run_for_a_while();
	close(fake_child_fd(l0->pid, 1));
	l0->listener->io.on_ready(&l0->listener->io, IO_READ);
	engine_turn(e);
	ends(l0, EXITED(1));
	ck_assert_int_eq(l0->state, PROC_STARTING);
	run_for_a_while();
	ck_assert_int_eq(fake_n_signals(), 0);
	ck_assert_int_eq(fake_n_armed(), 0);
} END_TEST

START_TEST(what_it_babbled_before_its_end_is_no_reason_to_stop_it)
{
	start_engine("REMOTE_COMMUNICATION");
	run_for_a_while();
	ck_assert_int_eq(write(fake_child_fd(l0->pid, 1), "bye bye\n", 8), 8);
	ends(l0, EXITED(1));
	ck_assert_int_eq(l0->state, PROC_EXITED);
	waits(l0, 1);
	ck_assert_int_eq(fake_n_signals(), 0);
	ck_assert_uint_eq(l0->listener->counts.forced, 0);
} END_TEST

START_TEST(noise_is_counted_where_it_is_tolerated)
{
	pools[0].strict = false;
	start_engine("REMOTE_COMMUNICATION");
	run_for_a_while();
	says(l0, "hello\nREADY\n");
	publish("x");
	was_told(l0, 0, 0, "x");
	says(l0, "thinking\nRESULT 2\nOKdone\n");
	ck_assert_uint_eq(l0->listener->counts.noise, 3);
	ck_assert_uint_eq(l0->listener->counts.ok, 1);
	ck_assert_int_eq(fake_n_signals(), 0);
} END_TEST

int main(void)
{
	Suite *s = suite_create("listener");
	TCase *tc = tcase_create("listener");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(tc, pool_box_begin, pool_box_end);
	tcase_add_test(tc, who_breaks_the_protocol_begins_anew_later_each_time);
	tcase_add_test(tc, who_dies_of_an_event_is_back_at_once_but_the_next_time_later);
	tcase_add_test(tc, who_is_stopped_while_he_waits_stays_stopped);
	tcase_add_test(tc, people_need_not_wait);
	tcase_add_test(tc, who_is_stopped_by_people_while_he_works_is_not_to_blame);
	tcase_add_test(tc, who_is_silent_while_he_stops_is_left_alone);
	tcase_add_test(tc, who_is_never_restarted_stays_unknown);
	tcase_add_test(tc, who_closes_his_output_and_lives_on_is_of_no_use);
	tcase_add_test(tc, who_closes_his_output_to_end_has_just_ended);
	tcase_add_test(tc, what_it_babbled_before_its_end_is_no_reason_to_stop_it);
	tcase_add_test(tc, noise_is_counted_where_it_is_tolerated);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
