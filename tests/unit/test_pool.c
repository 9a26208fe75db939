/* test_pool.c - events on their way to listeners, told as stories against a fake kernel */
#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pool_box.h"
#include "scarce.h"
#include "svd/listener.h"
#include "svd/news.h"
#include "svd/pool.h"

START_TEST(an_event_waits_until_a_listener_is_running_and_ready)
{
	start_engine("REMOTE_COMMUNICATION");
	publish("x");
	says(l0, "READY\n");
	was_told_nothing(l0);
	run_for_a_while();
	was_told(l0, 0, 0, "x");
	says(l0, "RESULT 2\nOK");
	publish("y");
	was_told_nothing(l0);
	says(l0, "READY\n");
	was_told(l0, 1, 1, "y");
} END_TEST

START_TEST(the_first_that_is_ready_gets_it)
{
	start_engine("REMOTE_COMMUNICATION");
	run_for_a_while();
	says(l1, "READY\n");
	says(l0, "READY\n");
	publish("x");
	was_told(l0, 0, 0, "x");
	publish("y");
	was_told(l1, 1, 1, "y");
	publish("z");
	says(l1, "RESULT 2\nOKREADY\n");
	was_told(l1, 2, 2, "z");
} END_TEST

START_TEST(a_rejected_event_is_the_next_to_be_sent)
{
	start_engine("REMOTE_COMMUNICATION");
	run_for_a_while();
	says(l0, "READY\n");
	publish("x");
	publish("y");
	was_told(l0, 0, 0, "x");
	says(l0, "RESULT 4\nFAIL");
	says(l0, "READY\n");
	was_told(l0, 0, 0, "x");
	says(l0, "RESULT 2\nOKREADY\n");
	was_told(l0, 1, 1, "y");
} END_TEST

START_TEST(who_breaks_the_protocol_loses_the_event_and_gets_no_other)
{
	start_engine("REMOTE_COMMUNICATION");
	run_for_a_while();
	says(l0, "READY\n");
	publish("x");
	was_told(l0, 0, 0, "x");
	says(l0, "thank you\n");
	ck_assert_int_eq(l0->listener->dialog.state, DIALOG_UNKNOWN);
	says(l0, "READY\n");
	was_told_nothing(l0);
	says(l1, "READY\n");
	was_told(l1, 0, 0, "x");
} END_TEST

START_TEST(the_event_of_a_listener_that_dies_is_for_its_next_life)
{
	start_engine("REMOTE_COMMUNICATION");
	run_for_a_while();
	says(l0, "READY\n");
	publish("x");
	was_told(l0, 0, 0, "x");
	ends(l0, EXITED(1));
	run_for_a_while();
	ck_assert_int_eq(l0->listener->dialog.state, DIALOG_ACKNOWLEDGED);
	says(l0, "READY\n");
	was_told(l0, 0, 0, "x");
} END_TEST

START_TEST(what_it_said_before_its_end_counts)
{
	start_engine("REMOTE_COMMUNICATION");
	run_for_a_while();
	says(l0, "READY\n");
	publish("x");
	was_told(l0, 0, 0, "x");
	ck_assert_int_eq(write(fake_child_fd(l0->pid, 1), "RESULT 2\nOK", 11), 11);
	ends(l0, EXITED(0));
	says(l1, "READY\n");
	was_told_nothing(l1);
} END_TEST

START_TEST(the_oldest_goes_when_there_is_no_room)
{
	pools[0].buffer_size = 2;
	start_engine("REMOTE_COMMUNICATION");
	run_for_a_while();
	says(l0, "READY\n");
	publish("a");
	was_told(l0, 0, 0, "a");
	publish("b");
	publish("c");
	publish("d");
	says(l0, "RESULT 2\nOKREADY\n");
	was_told(l0, 2, 2, "c");
	/* Of a full buffer the oldest makes room for what comes back, too. */
	publish("e");
	says(l0, "RESULT 2\nNOREADY\n");
	was_told(l0, 2, 2, "c");
	says(l0, "RESULT 2\nOKREADY\n");
	was_told(l0, 4, 4, "e");
} END_TEST

START_TEST(what_is_dropped_is_reported_while_there_is_something_to_report)
{
	struct backlog *b;

	pools[0].buffer_size = 2;
	start_engine("REMOTE_COMMUNICATION");
	run_for_a_while();
	b = &e->pools->backlog;
	for (int i = 0; i < 3; i++)
		publish("x");
	ck_assert_uint_eq(b->n_dropped, 1);
	ck_assert_int_eq(fake_n_armed(), 0);		/* that was told at once */
	for (int i = 0; i < 5; i++)
		publish("x");
	ck_assert_uint_eq(b->n_unsaid, 5);
	ck_assert_int_eq(fake_n_armed(), 1);
	fake_advance(e, 59);
	ck_assert_uint_eq(b->n_unsaid, 5);
	fake_advance(e, 2);
	ck_assert_uint_eq(b->n_unsaid, 0);
	ck_assert_int_eq(fake_n_armed(), 0);
	publish("x");					/* within a minute of that */
	ck_assert_uint_eq(b->n_unsaid, 1);
	fake_advance(e, 61);
	ck_assert_int_eq(fake_n_armed(), 0);
	ck_assert_uint_eq(b->n_dropped, 7);
	ck_assert_uint_eq(b->n_accepted, 9);
} END_TEST

START_TEST(large_events_are_fewer)
{
	static char large[BACKLOG_BYTES_LEAST / 4];
	struct backlog *b;

	memset(large, 'x', sizeof(large) - 1);
	start_engine("REMOTE_COMMUNICATION");
	run_for_a_while();
	b = &e->pools->backlog;
	for (int i = 0; i < 5; i++)
		publish(large);
	ck_assert_uint_eq(b->number, 3);
	ck_assert_uint_le(b->bytes, BACKLOG_BYTES_LEAST);
	publish("x");
	ck_assert_uint_eq(b->number, 4);
	ck_assert_uint_eq(b->n_dropped, 2);
	bus_publish(&e->bus, EVENT_REMOTE_COMMUNICATION, NULL, 0, "%s%s%s%s%s", large, large,
		    large, large, large);
	ck_assert_uint_eq(b->number, 1);		/* alone, and more than the limit */
	publish("x");
	ck_assert_uint_eq(b->number, 1);
	ck_assert_uint_eq(b->bytes, 8);
	ck_assert_uint_eq(b->last_serial, 7);
	ck_assert_int_eq(b->last_type, EVENT_REMOTE_COMMUNICATION);
} END_TEST

START_TEST(what_there_is_no_memory_for_is_counted)
{
	start_engine("REMOTE_COMMUNICATION");
	run_for_a_while();
	says(l0, "READY\n");
	scarce_left = 2;		/* after the event itself */
	publish("x");
	ck_assert_uint_eq(scarce_left, 0);
	was_told_nothing(l0);
	ck_assert_uint_eq(e->pools->backlog.n_dropped, 1);
	publish("y");
	was_told(l0, 1, 1, "y");
} END_TEST

START_TEST(a_buffer_can_change_its_size)
{
	struct backlog *b;

	pools[0].buffer_size = 20000;
	start_engine("REMOTE_COMMUNICATION");
	run_for_a_while();
	b = &e->pools->backlog;
	ck_assert_uint_eq(b->max_bytes, 20000 * 1024);
	for (int i = 0; i < 10; i++)
		publish("x");
	pools[0].buffer_size = 4;
	pool_configure(e->pools);
	ck_assert_uint_eq(b->number, 4);
	ck_assert_uint_eq(b->list->serial, 6);
	ck_assert_uint_eq(b->max_bytes, BACKLOG_BYTES_LEAST);
	ck_assert_uint_eq(b->n_dropped, 6);
} END_TEST

START_TEST(who_cannot_be_reached_is_passed_over)
{
	start_engine("REMOTE_COMMUNICATION");
	run_for_a_while();
	says(l0, "READY\n");
	says(l1, "READY\n");
	input_close(&l0->input);
	publish("x");
	was_told(l1, 0, 0, "x");
	was_told_nothing(l0);
} END_TEST

START_TEST(serials_count_what_somebody_wanted)
{
	pools[1].events = event_mask("PROCESS_LOG");
	start_engine("REMOTE_COMMUNICATION");
	run_for_a_while();
	says(l0, "READY\n");
	news_mood(e, EVENT_SUPERVISOR_STATE_CHANGE_RUNNING);	/* nobody wants it */
	bus_publish(&e->bus, EVENT_PROCESS_LOG_STDOUT, "abc", 3, "x");	/* for m */
	publish("x");
	was_told(l0, 1, 0, "x");
} END_TEST

START_TEST(every_state_is_told_with_what_was_true_then)
{
	static const char *const lines[] = {
		"PROCESS_STATE_STARTING processname:p groupname:g from_state:STOPPED tries:0",
		"PROCESS_STATE_RUNNING processname:p groupname:g from_state:STARTING pid:103",
		"PROCESS_STATE_EXITED processname:p groupname:g from_state:RUNNING expected:0 "
			"pid:103",
		"PROCESS_STATE_STARTING processname:p groupname:g from_state:EXITED tries:0",
		"PROCESS_STATE_BACKOFF processname:p groupname:g from_state:STARTING tries:1",
		"PROCESS_STATE_STARTING processname:p groupname:g from_state:BACKOFF tries:1",
		"PROCESS_STATE_STOPPING processname:p groupname:g from_state:STARTING pid:105",
		"PROCESS_STATE_STOPPED processname:p groupname:g from_state:STOPPING pid:105",
	};
	size_t i = 0;

	pools[0].buffer_size = 100;
	start_engine("PROCESS_STATE");
	run_for_a_while();
	ends(p, EXITED(3));
	ends(p, EXITED(0));
	fake_advance(e, 1.1);
	proc_post(p, IN_STOP);
	engine_turn(e);
	ends(p, EXITED(0));
	for (struct queued *q = e->pools->backlog.list; q; q = q->next) {
		char line[256];

		snprintf(line, sizeof(line), "%s %.*s", event_name(q->event->type),
			 (int)q->event->len, q->event->payload);
		if (!strstr(line, "processname:p "))
			continue;
		ck_assert_uint_lt(i, ARRAY_LEN(lines));
		ck_assert_str_eq(line, lines[i++]);
	}
	ck_assert_uint_eq(i, ARRAY_LEN(lines));
} END_TEST

START_TEST(listeners_hear_of_the_end_before_they_are_stopped)
{
	groups[2].n_programs = 0;
	start_engine("SUPERVISOR_STATE_CHANGE_STOPPING");
	run_for_a_while();
	says(l0, "READY\n");
	engine_set_mood(e, MOOD_SHUTDOWN);
	engine_turn(e);
	ck_assert_str_eq(heard(l0), "ver:3.0 server:id serial:0 pool:l poolserial:0 "
				    "eventname:SUPERVISOR_STATE_CHANGE_STOPPING len:0\n");
	ck_assert_int_eq(l0->state, PROC_STOPPING);
} END_TEST

START_TEST(ticks_come_when_wall_time_enters_the_next_slice)
{
	pools[0].buffer_size = 100;
	start_engine("TICK_5");
	fake_advance(e, 4.9);
	ck_assert_ptr_null(e->pools->backlog.list);	/* the first look only sets the mark */
	fake_advance(e, 0.2);
	ck_assert_str_eq(event_name(e->pools->backlog.list->event->type), "TICK_5");
	ck_assert_mem_eq(e->pools->backlog.list->event->payload, "when:1700001005", 15);
	fake_advance(e, 60);
	ck_assert_uint_eq(e->pools->backlog.number, 13);
} END_TEST

START_TEST(longer_ticks_come_with_the_shorter_ones)
{
	pools[0].buffer_size = 2000;
	start_engine("TICK");
	fake_advance(e, 3601);
	ck_assert_uint_eq(e->pools->backlog.number, 720 + 60 + 1);
} END_TEST

START_TEST(who_comes_for_shorter_ticks_need_not_wait_for_a_longer_one)
{
	struct subscriber *m;

	start_engine("TICK_60");
	m = &e->pools->next->subscriber;
	fake_advance(e, 11);
	bus_unsubscribe(&e->bus, m);
	m->mask = event_mask("TICK_5");
	bus_subscribe(&e->bus, m);
	fake_advance(e, 3.9);
	ck_assert_ptr_null(e->pools->next->backlog.list);
	fake_advance(e, 0.2);
	ck_assert_mem_eq(e->pools->next->backlog.list->event->payload, "when:1700001015", 15);
	ck_assert_ptr_null(e->pools->backlog.list);
	fake_advance(e, 45);
	ck_assert_mem_eq(e->pools->backlog.list->event->payload, "when:1700001060", 15);
} END_TEST

START_TEST(who_wants_no_ticks_is_not_woken)
{
	start_engine("REMOTE_COMMUNICATION");
	run_for_a_while();
	ck_assert_int_eq(fake_n_armed(), 0);
} END_TEST

static void add_stories(TCase *tc)
{
	tcase_add_test(tc, an_event_waits_until_a_listener_is_running_and_ready);
	tcase_add_test(tc, the_first_that_is_ready_gets_it);
	tcase_add_test(tc, a_rejected_event_is_the_next_to_be_sent);
	tcase_add_test(tc, who_breaks_the_protocol_loses_the_event_and_gets_no_other);
	tcase_add_test(tc, the_event_of_a_listener_that_dies_is_for_its_next_life);
	tcase_add_test(tc, what_it_said_before_its_end_counts);
	tcase_add_test(tc, the_oldest_goes_when_there_is_no_room);
	tcase_add_test(tc, what_is_dropped_is_reported_while_there_is_something_to_report);
	tcase_add_test(tc, large_events_are_fewer);
	tcase_add_test(tc, what_there_is_no_memory_for_is_counted);
	tcase_add_test(tc, a_buffer_can_change_its_size);
	tcase_add_test(tc, who_cannot_be_reached_is_passed_over);
	tcase_add_test(tc, serials_count_what_somebody_wanted);
	tcase_add_test(tc, every_state_is_told_with_what_was_true_then);
	tcase_add_test(tc, listeners_hear_of_the_end_before_they_are_stopped);
	tcase_add_test(tc, ticks_come_when_wall_time_enters_the_next_slice);
	tcase_add_test(tc, longer_ticks_come_with_the_shorter_ones);
	tcase_add_test(tc, who_comes_for_shorter_ticks_need_not_wait_for_a_longer_one);
	tcase_add_test(tc, who_wants_no_ticks_is_not_woken);
}

int main(void)
{
	Suite *s = suite_create("pool");
	TCase *tc = tcase_create("pool");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(tc, pool_box_begin, pool_box_end);
	add_stories(tc);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
