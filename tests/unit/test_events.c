/* test_events.c - types of events, and the names that mean several */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "conf/events.h"

/* The names that a subscription to these (with commas) comes down to. */
static void check_summary(const char *names, const char *wanted)
{
	enum event_type types[EVENT_N];
	struct strbuf sb = { 0 };
	char copy[512], *at = copy, *name;
	uint64_t mask = 0;
	size_t n;

	strcpy(copy, names);
	while ((name = strsep(&at, ",")))
		mask |= event_mask(name);
	n = event_summary(mask, types);
	for (size_t i = 0; i < n; i++)
		strbuf_addf(&sb, "%s%s", i ? "," : "", event_name(types[i]));
	ck_assert_str_eq(strbuf_str(&sb), wanted);
	strbuf_done(&sb);
}

START_TEST(a_super_type_stands_for_all_below_it)
{
	check_summary("TICK", "TICK");
	check_summary("EVENT", "EVENT");
	check_summary("TICK_60,EVENT,PROCESS_LOG", "EVENT");
	check_summary("PROCESS_STATE_EXITED,PROCESS_STATE", "PROCESS_STATE");
} END_TEST

START_TEST(all_children_are_not_their_parent)
{
	check_summary("TICK_3600,TICK_60,TICK_5", "TICK_5,TICK_60,TICK_3600");
} END_TEST

START_TEST(super_types_come_first)
{
	check_summary("PROCESS_STATE_EXITED,TICK_5,PROCESS_LOG",
		      "PROCESS_LOG,PROCESS_STATE_EXITED,TICK_5");
} END_TEST

START_TEST(nothing_has_no_names)
{
	enum event_type types[EVENT_N];

	ck_assert_uint_eq(event_mask("PROCESS"), 0);
	ck_assert_uint_eq(event_summary(0, types), 0);
} END_TEST

/* Families are few and small: every union of two of them can be tried. */
START_TEST(the_names_mean_what_was_subscribed_to)
{
	for (enum event_type a = 0; a < EVENT_N; a++) {
		for (enum event_type b = 0; b < EVENT_N; b++) {
			uint64_t mask = event_mask(event_name(a)) | event_mask(event_name(b));
			uint64_t again = 0;
			enum event_type types[EVENT_N];
			size_t n = event_summary(mask, types);

			ck_assert_uint_le(n, 2);
			while (n > 0)
				again |= event_mask(event_name(types[--n]));
			ck_assert_uint_eq(again, mask);
		}
	}
} END_TEST

int main(void)
{
	Suite *suite = suite_create("events");
	TCase *tcase = tcase_create("events");
	SRunner *runner;
	int failed;

	tcase_add_test(tcase, a_super_type_stands_for_all_below_it);
	tcase_add_test(tcase, all_children_are_not_their_parent);
	tcase_add_test(tcase, super_types_come_first);
	tcase_add_test(tcase, nothing_has_no_names);
	tcase_add_test(tcase, the_names_mean_what_was_subscribed_to);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
