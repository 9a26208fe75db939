/* test_dialog.c - the listener protocol: what is understood, and in pieces of any size */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "svd/dialog.h"

static struct dialog d;

static void begin(void)
{
	d = (struct dialog){ 0 };
}

static void end(void)
{
	dialog_done(&d);
}

static void hear(const char *text)
{
	dialog_hear(&d, text, strlen(text));
}

static void is_next(enum dialog_said said, enum dialog_state state)
{
	ck_assert_int_eq(dialog_next(&d), said);
	ck_assert_str_eq(dialog_state_name(d.state), dialog_state_name(state));
}

static void text_is(const char *text)
{
	ck_assert_uint_eq(d.text_len, strlen(text));
	ck_assert_mem_eq(d.text, text, d.text_len);
}

static void get_busy(void)
{
	hear("READY\n");
	is_next(SAID_READY, DIALOG_READY);
	dialog_sent(&d);
	is_next(SAID_NOTHING, DIALOG_BUSY);
}

START_TEST(a_round_is_ready_event_result_and_ready_again)
{
	is_next(SAID_NOTHING, DIALOG_ACKNOWLEDGED);
	for (int i = 0; i < 3; i++) {
		get_busy();
		hear("RESULT 2\nOK");
		is_next(SAID_RESULT, DIALOG_ACKNOWLEDGED);
		text_is("OK");
	}
} END_TEST

START_TEST(the_next_ready_may_come_with_the_result)
{
	get_busy();
	hear("RESULT 4\nFAILREADY\n");
	is_next(SAID_RESULT, DIALOG_ACKNOWLEDGED);
	text_is("FAIL");
	is_next(SAID_READY, DIALOG_READY);
	is_next(SAID_NOTHING, DIALOG_READY);
} END_TEST

START_TEST(an_empty_result_is_a_result)
{
	get_busy();
	hear("RESULT 0\n");
	is_next(SAID_RESULT, DIALOG_ACKNOWLEDGED);
	text_is("");
} END_TEST

START_TEST(a_result_may_hold_anything)
{
	get_busy();
	dialog_hear(&d, "RESULT 9\nREADY\n\0\xff\n", 18);
	is_next(SAID_RESULT, DIALOG_ACKNOWLEDGED);
	ck_assert_uint_eq(d.text_len, 9);
	ck_assert_mem_eq(d.text, "READY\n\0\xff\n", 9);
} END_TEST

START_TEST(nothing_but_ready_begins_a_dialog)
{
	hear("READY");
	is_next(SAID_NOTHING, DIALOG_ACKNOWLEDGED);
	hear("!READY\n");
	is_next(SAID_NOISE, DIALOG_UNKNOWN);
	hear("READY\n");
	is_next(SAID_NOTHING, DIALOG_UNKNOWN);
	ck_assert_uint_eq(d.in.len, 0);
} END_TEST

START_TEST(who_is_ready_has_to_be_silent)
{
	hear("READY\nREADY\n");
	is_next(SAID_READY, DIALOG_READY);
	is_next(SAID_NOISE, DIALOG_UNKNOWN);
	is_next(SAID_NOTHING, DIALOG_UNKNOWN);
} END_TEST

/* int() of Python decides in Supervisor, and what stands before the number is not looked at. */
START_TEST(the_number_is_read_as_supervisor_reads_it)
{
	static const char *const good[] = { "RESULT 2\nOK", "RESULT  2 \r\nOK", "RESULT +2\nOK",
					    "result=02\nOK" };

	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		get_busy();
		hear(good[i]);
		is_next(SAID_RESULT, DIALOG_ACKNOWLEDGED);
		text_is("OK");
	}
} END_TEST

START_TEST(a_line_that_is_no_result_ends_the_dialog)
{
	static const char *const bad[] = { "RESULT\n", "\n", "OK\n", "RESULT x\n", "RESULT 2x\n",
					   "RESULT -1\n", "RESULT \n", "RESULT 1048577\n",
					   "RESULT 99999999999999999999\n" };

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		get_busy();
		hear(bad[i]);
		hear("READY\n");
		is_next(SAID_BAD_RESULT, DIALOG_UNKNOWN);
		ck_assert_uint_eq(d.text_len, strlen(bad[i]) - 1);
		ck_assert_mem_eq(d.text, bad[i], d.text_len);
		is_next(SAID_NOTHING, DIALOG_UNKNOWN);
		dialog_done(&d);
	}
} END_TEST

START_TEST(a_line_without_end_is_not_kept_for_ever)
{
	get_busy();
	for (int i = 0; i < DIALOG_LINE_MAX; i++)
		hear("x");
	is_next(SAID_NOTHING, DIALOG_BUSY);
	hear("x");
	is_next(SAID_BAD_RESULT, DIALOG_UNKNOWN);
} END_TEST

START_TEST(who_is_lenient_ignores_lines_that_are_not_the_protocols)
{
	d.lenient = true;
	hear("starting up\n\nREADY \nREA");
	for (int i = 0; i < 3; i++)
		is_next(SAID_IGNORED, DIALOG_ACKNOWLEDGED);
	text_is("READY ");
	is_next(SAID_NOTHING, DIALOG_ACKNOWLEDGED);
	hear("DY\nREADY\nstill th");
	is_next(SAID_READY, DIALOG_READY);
	is_next(SAID_IGNORED, DIALOG_READY);
	is_next(SAID_NOTHING, DIALOG_READY);
	dialog_sent(&d);
	hear("ere\nWorker 12\nRESULT 5\nok\nokok\nREADY\n");
	is_next(SAID_IGNORED, DIALOG_BUSY);
	text_is("still there");
	is_next(SAID_IGNORED, DIALOG_BUSY);	/* to Supervisor this is a result of 12 bytes */
	is_next(SAID_RESULT, DIALOG_ACKNOWLEDGED);
	text_is("ok\nok");
	is_next(SAID_IGNORED, DIALOG_ACKNOWLEDGED);
	text_is("ok");
	is_next(SAID_READY, DIALOG_READY);
} END_TEST

START_TEST(who_is_lenient_does_not_wait_for_what_can_never_come)
{
	static const char *const bad[] = { "READY\n", "RESULT \n", "RESULT x\n", "RESULT -1\n" };

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		d.lenient = true;
		get_busy();
		hear("noise\n");
		hear(bad[i]);
		is_next(SAID_IGNORED, DIALOG_BUSY);
		is_next(SAID_BAD_RESULT, DIALOG_UNKNOWN);
		ck_assert_uint_eq(d.text_len, strlen(bad[i]) - 1);
		ck_assert_mem_eq(d.text, bad[i], d.text_len);
		dialog_done(&d);
	}
} END_TEST

START_TEST(who_is_lenient_keeps_no_line_without_end)
{
	d.lenient = true;
	for (int i = 0; i < 10 * DIALOG_LINE_MAX; i++) {
		hear("x");
		is_next(SAID_NOTHING, DIALOG_ACKNOWLEDGED);
		ck_assert_uint_le(d.in.len, DIALOG_LINE_MAX + 1);
	}
	hear("READY\nREADY\n");
	is_next(SAID_IGNORED, DIALOG_ACKNOWLEDGED);
	text_is("");
	is_next(SAID_READY, DIALOG_READY);
} END_TEST

START_TEST(who_is_given_up_is_not_heard_any_more)
{
	hear("READY\nREADY\n");
	is_next(SAID_READY, DIALOG_READY);
	dialog_give_up(&d);
	is_next(SAID_NOTHING, DIALOG_UNKNOWN);
	hear("READY\n");
	is_next(SAID_NOTHING, DIALOG_UNKNOWN);
} END_TEST

/* All that is said, as a text; each READY is answered by an event at once. */
static void tell(char *out)
{
	enum dialog_said said;

	while ((said = dialog_next(&d)) != SAID_NOTHING) {
		size_t n = strlen(out);

		out[n] = "-rRbni"[said];
		out[n + 1] = '\0';
		if (said == SAID_RESULT)
			strncat(out, d.text, d.text_len);
		if (said == SAID_READY)
			dialog_sent(&d);
	}
}

START_TEST(the_size_of_the_pieces_does_not_matter)
{
	static const struct { const char *said, *understood; bool lenient; } talks[] = {
		{ "READY\nRESULT 2\nOKREADY\nRESULT 0\nREADY\nRESULT 13\nRESULT 2\nOK\n\nREADY\n",
		  "rROKrRrRRESULT 2\nOK\n\nr", false },
		{ "READY\nRESULT 4\nFAILREADY\nRESULT x\nREADY\n", "rRFAILrb", false },
		{ "READY\nRESULT 2\nOK\nREADY\nRESULT 2\nOK", "rROKn", false },
		{ "ready\nREADY\n", "n", false },
		{ "a\nREADY\n\nb\nRESULT 2\nOKc\nREADY\nRESULT x\n", "iriiROKirb", true },
		{ "READY\na\nREADY\nRESULT 2\nOKREADY\n", "rib", true },
	};

	srand(1);
	for (int round = 0; round < 1000; round++) {
		size_t talk = (size_t)round % ARRAY_LEN(talks);
		const char *p = talks[talk].said;
		char out[256] = "";

		d.lenient = talks[talk].lenient;
		for (size_t left = strlen(p), n; left > 0; p += n, left -= n) {
			n = 1 + (size_t)rand() % left;
			dialog_hear(&d, p, n);
			tell(out);
		}
		ck_assert_str_eq(out, talks[talk].understood);
		dialog_done(&d);
	}
} END_TEST

int main(void)
{
	Suite *s = suite_create("dialog");
	TCase *tc = tcase_create("dialog");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(tc, begin, end);
	tcase_add_test(tc, a_round_is_ready_event_result_and_ready_again);
	tcase_add_test(tc, the_next_ready_may_come_with_the_result);
	tcase_add_test(tc, an_empty_result_is_a_result);
	tcase_add_test(tc, a_result_may_hold_anything);
	tcase_add_test(tc, nothing_but_ready_begins_a_dialog);
	tcase_add_test(tc, who_is_ready_has_to_be_silent);
	tcase_add_test(tc, the_number_is_read_as_supervisor_reads_it);
	tcase_add_test(tc, a_line_that_is_no_result_ends_the_dialog);
	tcase_add_test(tc, a_line_without_end_is_not_kept_for_ever);
	tcase_add_test(tc, who_is_lenient_ignores_lines_that_are_not_the_protocols);
	tcase_add_test(tc, who_is_lenient_does_not_wait_for_what_can_never_come);
	tcase_add_test(tc, who_is_lenient_keeps_no_line_without_end);
	tcase_add_test(tc, who_is_given_up_is_not_heard_any_more);
	tcase_add_test(tc, the_size_of_the_pieces_does_not_matter);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
