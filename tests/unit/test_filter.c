/* test_filter.c - what a filter takes, what it holds, and when that comes out */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "logd/filter.h"

static struct filters all;
static struct filter *filter;
static struct filter_time now;
static struct strbuf out, seen, messages;

static void on_seen(void *user, const char *p, size_t n, bool captured)
{
	ck_assert_ptr_eq(user, &all);
	if (captured)
		strbuf_addc(&seen, '(');
	strbuf_add(&seen, p, n);
	if (captured)
		strbuf_addc(&seen, ')');
}

static void on_captured(void *user, const char *p, size_t n, bool cut)
{
	ck_assert_ptr_eq(user, &all);
	strbuf_add(&messages, p, n);
	strbuf_adds(&messages, cut ? "!;" : ";");
}

static const struct filter_ops ops = { on_seen, on_captured };
static const struct speaker_spec speaker = { "p", "p", "stdout", 1 };

#define LINE "1970-01-01T00:00:00.000Z p[1] stdout: "
#define PART "1970-01-01T00:00:00.000Z p[1] stdout+ "

static void begin(struct filter_spec spec)
{
	filters_init(&all, &ops);
	ck_assert_int_eq(filter_new(&all, &spec, &speaker, &all, &filter), 0);
	now = (struct filter_time){ .wall = 0, .mono = 100 };
}

static void end(void)
{
	filter_free(filter);
	filters_done(&all);
	strbuf_done(&out);
	strbuf_done(&seen);
	strbuf_done(&messages);
}

/* Of this text so much is taken, and this comes out. */
static void gives(enum filter_how how, const char *text, size_t took, const char *expected)
{
	strbuf_reset(&out);
	ck_assert_uint_eq(filter_run(filter, text, strlen(text), how, &now, &out), took);
	ck_assert_str_eq(strbuf_str(&out), expected);
}

static void ends_with(const char *expected)
{
	strbuf_reset(&out);
	filter_end(filter, &now, &out);
	ck_assert_str_eq(strbuf_str(&out), expected);
}

START_TEST(what_changes_nothing_is_only_seen)
{
	begin((struct filter_spec){ 0 });
	ck_assert(!filter_changes(filter) && !filter_counts(filter));
	filter_see(filter, "a\nb\n", 4);
	ck_assert_uint_eq(filter->lines, 0);
	filter_change(filter, &(struct filter_spec){ .lines = true }, &now, &out);
	ck_assert(!filter_changes(filter) && filter_counts(filter));
	filter_see(filter, "a\nb\nc", 5);
	ck_assert_uint_eq(filter->lines, 2);
	ck_assert_str_eq(strbuf_str(&seen), "a\nb\na\nb\nc");
	end();
} END_TEST

START_TEST(a_patient_one_leaves_what_is_unfinished)
{
	begin((struct filter_spec){ .strip = true, .capture = 100 });
	gives(FILTER_PATIENT, "text\x1b[0m more", 13, "text more");
	gives(FILTER_PATIENT, "a\x1b[0", 1, "a");
	gives(FILTER_PATIENT, "\x1b[0", 0, "");
	gives(FILTER_PATIENT, "\x1b[0mb<!--", 5, "b");
	gives(FILTER_PATIENT, CAPTURE_BEGIN "half", 0, "");
	ck_assert_uint_eq(seen.len, strlen("text moreab"));
	gives(FILTER_PATIENT, CAPTURE_BEGIN "all" CAPTURE_END "<", 24 + 3 + 22, "");
	ck_assert_str_eq(strbuf_str(&messages), "all;");
	end();
} END_TEST

START_TEST(a_patient_one_leaves_lines_of_a_format)
{
	begin((struct filter_spec){ .format = FORMAT_PREFIX, .capture = 100 });
	gives(FILTER_PATIENT, "one\ntw", 4, LINE "one\n");
	gives(FILTER_PATIENT, "tw", 0, "");
	gives(FILTER_PATIENT, "two" CAPTURE_BEGIN "x" CAPTURE_END, 0, "");
	gives(FILTER_PATIENT, "two" CAPTURE_BEGIN "x" CAPTURE_END "2\n", 52, LINE "two2\n");
	gives(FILTER_PATIENT, CAPTURE_BEGIN "y" CAPTURE_END, 47, "");
	ck_assert_str_eq(strbuf_str(&messages), "x;y;");
	ends_with("");
	end();
} END_TEST

START_TEST(an_eager_one_holds_it)
{
	begin((struct filter_spec){ .strip = true, .capture = 100, .format = FORMAT_PREFIX });
	gives(FILTER_EAGER, "a\x1b[0", 4, "");
	gives(FILTER_EAGER, "mb<!--XSUPERVISOR:BE", 20, "");
	gives(FILTER_EAGER, "GIN-->x", 7, "");
	gives(FILTER_EAGER, "y<!--XSUPERVISOR:END", 20, "");
	gives(FILTER_EAGER, "-->c", 4, "");
	gives(FILTER_EAGER, "\n", 1, LINE "abc\n");
	ck_assert_str_eq(strbuf_str(&seen), "ab(x)(y)c\n");
	ck_assert_str_eq(strbuf_str(&messages), "xy;");
	ck_assert_uint_eq(filter->lines, 1);
	end();
} END_TEST

START_TEST(what_waits_in_the_pipe_is_taken_after_a_second)
{
	begin((struct filter_spec){ .capture = 100 });
	gives(FILTER_PATIENT, "text<!--", 4, "text");
	ck_assert_double_eq(filter->due, 101);
	now.mono = 100.5;
	gives(FILTER_PATIENT, "<!--X", 0, "");
	ck_assert_double_eq(filter->due, 101);
	now.mono = 101;
	gives(FILTER_PATIENT, "<!--X", 5, "");
	ck_assert_double_eq(filter->due, 0);
	gives(FILTER_PATIENT, "-->", 3, "<!--X-->");
	end();
} END_TEST

START_TEST(a_line_that_does_not_end_goes_in_parts)
{
	begin((struct filter_spec){ .format = FORMAT_PREFIX, .linesecs = 2 });
	gives(FILTER_PATIENT, "pass", 0, "");
	ck_assert_double_eq(filter->due, 101);
	now.mono = 101;
	gives(FILTER_PATIENT, "pass", 4, "");
	ck_assert_double_eq(filter->due, 102);
	now.mono = 101.5;
	gives(FILTER_PATIENT, "word", 0, "");
	now.mono = 102;
	gives(FILTER_PATIENT, "word", 4, PART "password\n");
	ck_assert_double_eq(filter->due, 0);
	gives(FILTER_PATIENT, ": x\nnext", 4, LINE ": x\n");
	ck_assert_double_eq(filter->due, 103);
	end();
} END_TEST

START_TEST(a_late_part_leaves_half_a_character_once)
{
	begin((struct filter_spec){ .format = FORMAT_PREFIX, .linesecs = 1 });
	gives(FILTER_EAGER, "a\xc3", 2, "");
	now.mono = 101;
	gives(FILTER_EAGER, "", 0, PART "a\n");
	now.mono = 102;
	gives(FILTER_EAGER, "", 0, PART "\xc3\n");
	ck_assert_double_eq(filter->due, 0);
	end();
} END_TEST

START_TEST(dribble_does_not_put_off_what_is_late)
{
	begin((struct filter_spec){ .format = FORMAT_PREFIX, .linesecs = 2 });
	for (int i = 0; i < 20; i++) {
		gives(FILTER_EAGER, ".", 1, "");
		now.mono += 0.1;
	}
	now.mono = 102;
	gives(FILTER_EAGER, ".", 1, PART ".....................\n");
	end();
} END_TEST

START_TEST(without_patience_for_lines_they_wait_for_ever)
{
	begin((struct filter_spec){ .format = FORMAT_PREFIX });
	gives(FILTER_PATIENT, "a", 0, "");
	now.mono = 101;
	gives(FILTER_PATIENT, "a", 1, "");
	ck_assert_double_eq(filter->due, 0);
	now.mono = 1000;
	gives(FILTER_PATIENT, "\n", 1, LINE "a\n");
	end();
} END_TEST

START_TEST(a_long_line_is_broken_between_characters)
{
	begin((struct filter_spec){ .format = FORMAT_PREFIX, .linemax = 4 });
	gives(FILTER_EAGER, "1234\n12345\n", 11, LINE "1234\n" PART "1234\n" LINE "5\n");
	gives(FILTER_EAGER, "abc\xc3\xa4x\n", 7, PART "abc\n" LINE "\xc3\xa4x\n");
	gives(FILTER_EAGER, "\xf0\x9f\x98\x80\xf0\x9f", 6, PART "\xf0\x9f\x98\x80\n");
	gives(FILTER_EAGER, "\x98\x80", 2, "");
	ends_with(LINE "\xf0\x9f\x98\x80\n");
	end();
} END_TEST

START_TEST(the_end_brings_out_what_is_held)
{
	begin((struct filter_spec){ .strip = true, .capture = 100 });
	gives(FILTER_EAGER, "a<!--", 5, "a");
	ends_with("<!--");
	gives(FILTER_EAGER, "a\x1b", 2, "a");
	ends_with("\x1b");
	gives(FILTER_EAGER, CAPTURE_BEGIN "half", 28, "");
	ends_with("");
	gives(FILTER_EAGER, CAPTURE_END, 22, CAPTURE_END);
	ck_assert_uint_eq(messages.len, 0);
	end();
} END_TEST

START_TEST(a_change_brings_out_what_is_held)
{
	begin((struct filter_spec){ .format = FORMAT_PREFIX });
	gives(FILTER_EAGER, "half", 4, "");
	filter_change(filter, &(struct filter_spec){ .format = FORMAT_PREFIX, .linesecs = 3 },
		      &now, &out);
	ck_assert_uint_eq(out.len, 0);
	filter_change(filter, &(struct filter_spec){ .strip = true }, &now, &out);
	ck_assert_str_eq(strbuf_str(&out), LINE "half\n");
	gives(FILTER_EAGER, "\x1b[0mx", 5, "x");
	end();
} END_TEST

START_TEST(a_message_that_is_too_long_loses_its_beginning)
{
	begin((struct filter_spec){ .capture = 4 });
	gives(FILTER_PATIENT, CAPTURE_BEGIN "123456" CAPTURE_END CAPTURE_BEGIN CAPTURE_END,
	      24 + 6 + 22 + 24 + 22, "");
	ck_assert_str_eq(strbuf_str(&messages), "3456!;;");
	end();
} END_TEST

START_TEST(a_sequence_does_not_go_on_beyond_a_token)
{
	begin((struct filter_spec){ .capture = 100, .strip = true });
	gives(FILTER_PATIENT, "a\x1b[3" CAPTURE_BEGIN "m\x1b" CAPTURE_END "[0m",
	      4 + 24 + 2 + 22 + 3, "a[0m");
	ck_assert_str_eq(strbuf_str(&messages), "m\x1b;");
	end();
} END_TEST

int main(void)
{
	Suite *s = suite_create("filter");
	TCase *tc = tcase_create("filter");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_test(tc, what_changes_nothing_is_only_seen);
	tcase_add_test(tc, a_patient_one_leaves_what_is_unfinished);
	tcase_add_test(tc, a_patient_one_leaves_lines_of_a_format);
	tcase_add_test(tc, an_eager_one_holds_it);
	tcase_add_test(tc, what_waits_in_the_pipe_is_taken_after_a_second);
	tcase_add_test(tc, a_line_that_does_not_end_goes_in_parts);
	tcase_add_test(tc, a_late_part_leaves_half_a_character_once);
	tcase_add_test(tc, dribble_does_not_put_off_what_is_late);
	tcase_add_test(tc, without_patience_for_lines_they_wait_for_ever);
	tcase_add_test(tc, a_long_line_is_broken_between_characters);
	tcase_add_test(tc, the_end_brings_out_what_is_held);
	tcase_add_test(tc, a_change_brings_out_what_is_held);
	tcase_add_test(tc, a_message_that_is_too_long_loses_its_beginning);
	tcase_add_test(tc, a_sequence_does_not_go_on_beyond_a_token);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
