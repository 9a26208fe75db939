/* test_format.c - what a line looks like in the file */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "logd/format.h"

static const struct speaker_spec cat = { "pets", "cat", "stderr", 42 };

static void looks(enum log_format kind, const struct speaker_spec *speaker, double now,
		  const char *text, bool partial, const char *expected)
{
	struct strbuf out = { 0 };
	struct format f;

	ck_assert_int_eq(format_init(&f, kind, speaker), 0);
	for (int i = 0; i < 2; i++) {
		strbuf_reset(&out);
		format_line(&f, now, text, strlen(text), partial, &out);
		ck_assert_str_eq(strbuf_str(&out), expected);
	}
	format_done(&f);
	strbuf_done(&out);
}

START_TEST(a_prefix_says_when_and_who)
{
	looks(FORMAT_PREFIX, &cat, 1000000000.0625, "a line", false,
	      "2001-09-09T01:46:40.062Z pets:cat[42] stderr: a line\n");
	looks(FORMAT_PREFIX, &cat, 0, "", false,
	      "1970-01-01T00:00:00.000Z pets:cat[42] stderr: \n");
} END_TEST

START_TEST(a_group_of_the_same_name_is_not_said_twice)
{
	const struct speaker_spec one = { "dog", "dog", "stdout", 1 };

	looks(FORMAT_PREFIX, &one, 0, "x", false, "1970-01-01T00:00:00.000Z dog[1] stdout: x\n");
} END_TEST

START_TEST(json_says_all_of_it)
{
	looks(FORMAT_JSON, &cat, 1000000000.9375, "a \"line\"\t\xff", false,
	      "{\"time\":\"2001-09-09T01:46:40.937Z\",\"program\":\"cat\",\"group\":\"pets\","
	      "\"pid\":42,\"channel\":\"stderr\","
	      "\"message\":\"a \\\"line\\\"\\u0009\xef\xbf\xbd\"}\n");
} END_TEST

START_TEST(a_part_says_so)
{
	looks(FORMAT_PREFIX, &cat, 0, "part", true,
	      "1970-01-01T00:00:00.000Z pets:cat[42] stderr+ part\n");
	looks(FORMAT_JSON, &cat, 0, "part", true,
	      "{\"time\":\"1970-01-01T00:00:00.000Z\",\"program\":\"cat\",\"group\":\"pets\","
	      "\"pid\":42,\"channel\":\"stderr\",\"message\":\"part\",\"partial\":true}\n");
} END_TEST

START_TEST(time_is_utc_and_goes_on)
{
	struct strbuf out = { 0 };
	struct format f;

	setenv("TZ", "America/New_York", 1);
	tzset();
	ck_assert_int_eq(format_init(&f, FORMAT_PREFIX, &cat), 0);
	format_line(&f, 59.5, "a", 1, false, &out);
	format_line(&f, 59.75, "b", 1, false, &out);
	format_line(&f, 60, "c", 1, false, &out);
	ck_assert_str_eq(strbuf_str(&out),
			 "1970-01-01T00:00:59.500Z pets:cat[42] stderr: a\n"
			 "1970-01-01T00:00:59.750Z pets:cat[42] stderr: b\n"
			 "1970-01-01T00:01:00.000Z pets:cat[42] stderr: c\n");
	format_done(&f);
	strbuf_done(&out);
} END_TEST

int main(void)
{
	Suite *s = suite_create("format");
	TCase *tc = tcase_create("format");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_test(tc, a_prefix_says_when_and_who);
	tcase_add_test(tc, a_group_of_the_same_name_is_not_said_twice);
	tcase_add_test(tc, json_says_all_of_it);
	tcase_add_test(tc, a_part_says_so);
	tcase_add_test(tc, time_is_utc_and_goes_on);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
