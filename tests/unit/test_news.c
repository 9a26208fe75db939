/* test_news.c - whom an event is about, found again in its payload */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "svd/bus.h"
#include "svd/news.h"

static void ck_subject(const char *payload, const char *group, const char *process)
{
	struct event *event = calloc(1, sizeof(*event) + strlen(payload));
	struct subject subject;

	ck_assert_ptr_nonnull(event);
	event->len = strlen(payload);
	memcpy(event->payload, payload, event->len);
	news_subject(event, &subject);
	ck_assert_str_eq(subject.group, group);
	ck_assert_str_eq(subject.process, process);
	free(event);
}

START_TEST(a_state_is_about_a_process)
{
	ck_subject("processname:p groupname:g from_state:RUNNING expected:0 pid:1", "g", "p");
} END_TEST

START_TEST(so_is_output_whatever_it_says)
{
	ck_subject("processname:p groupname:g pid:1 channel:stdout\nprocessname:q groupname:h pid:",
		   "g", "p");
} END_TEST

START_TEST(names_may_hold_blanks)
{
	ck_subject("processname:a b groupname:c  d pid:1 channel:stderr\n", "c  d", "a b");
	ck_subject("processname:a b groupname:c d from_state:FATAL", "c d", "a b");
} END_TEST

START_TEST(a_group_is_no_process)
{
	ck_subject("groupname:g h\n", "g h", "");
} END_TEST

START_TEST(what_others_send_is_about_nobody)
{
	ck_subject("type:processname:p groupname:g pid:1\nprocessname:p", "", "");
	ck_subject("when:5", "", "");
	ck_subject("", "", "");
} END_TEST

START_TEST(a_very_long_name_is_cut)
{
	char payload[2 * SUBJECT_NAME_MAX], name[SUBJECT_NAME_MAX];

	memset(payload, 'x', sizeof(payload));
	memcpy(payload, "groupname:", strlen("groupname:"));
	payload[sizeof(payload) - 1] = '\0';
	memset(name, 'x', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	ck_subject(payload, name, "");
} END_TEST

int main(void)
{
	Suite *suite = suite_create("news");
	TCase *tcase = tcase_create("news");
	SRunner *runner;
	int failed;

	tcase_add_test(tcase, a_state_is_about_a_process);
	tcase_add_test(tcase, so_is_output_whatever_it_says);
	tcase_add_test(tcase, names_may_hold_blanks);
	tcase_add_test(tcase, a_group_is_no_process);
	tcase_add_test(tcase, what_others_send_is_about_nobody);
	tcase_add_test(tcase, a_very_long_name_is_cut);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
