/* test_metrics.c - numbers in Prometheus' text format */
#include <check.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "httpd/metrics.h"
#include "httpd/promtext.h"

static struct strbuf sb;

static void teardown(void)
{
	strbuf_done(&sb);
}

static const char *render(const char *result)
{
	json_t *value = json_loads(result, 0, NULL);

	ck_assert_ptr_nonnull(value);
	metrics_render(&sb, value);
	json_decref(value);
	return strbuf_str(&sb);
}

static int n_lines(const char *text, const char *line)
{
	int n = 0;

	for (const char *at = text; (at = strstr(at, line)); at++)
		n += (at == text || at[-1] == '\n') && at[strlen(line)] == '\n';
	return n;
}

START_TEST(a_metric_has_one_head_before_its_samples)
{
	struct promtext p = { .sb = &sb, .name = "a_bytes", .type = "gauge", .help = "What." };
	struct promlabel labels[] = { { "name", "x" }, { "group", "y" } };

	promtext_add(&p, labels, 2, 1);
	promtext_add(&p, NULL, 0, 2.5);
	ck_assert_str_eq(strbuf_str(&sb), "# HELP a_bytes What.\n# TYPE a_bytes gauge\n"
					  "a_bytes{name=\"x\",group=\"y\"} 1\na_bytes 2.5\n");
} END_TEST

START_TEST(labels_may_hold_anything)
{
	struct promtext p = { .sb = &sb, .name = "a", .has_head = true };
	struct promlabel label = { "name", "\\ \" \n \xc3\xb6 {}" };

	promtext_add(&p, &label, 1, 0);
	ck_assert_str_eq(strbuf_str(&sb), "a{name=\"\\\\ \\\" \\n \xc3\xb6 {}\"} 0\n");
} END_TEST

START_TEST(large_numbers_keep_their_digits)
{
	struct promtext p = { .sb = &sb, .name = "a", .has_head = true };

	promtext_add(&p, NULL, 0, 123456789012345);
	promtext_add(&p, NULL, 0, 0.07);
	promtext_add(&p, NULL, 0, -1);
	ck_assert_str_eq(strbuf_str(&sb), "a 123456789012345\na 0.07\na -1\n");
} END_TEST

START_TEST(what_is_not_known_is_left_out)
{
	const char *text = render("{\"processes\": [{\"name\": \"a\", \"group\": \"b\", "
				  "\"state\": 100, \"statename\": \"EXITED\"}]}");

	ck_assert_int_eq(n_lines(text, "node_supervisord_up{name=\"a\",group=\"b\"} 0"), 1);
	ck_assert_ptr_null(strstr(text, "memory_bytes"));
	ck_assert_ptr_null(strstr(text, "svd_start_time"));
	ck_assert_ptr_null(strstr(text, "svd_event_pool"));
} END_TEST

START_TEST(an_empty_answer_is_still_up)
{
	ck_assert_int_eq(n_lines(render("{}"), "supervisord_up 1"), 1);
} END_TEST

START_TEST(channels_and_listeners_have_labels_of_their_own)
{
	const char *text = render(
		"{\"processes\": [{\"name\": \"a\", \"group\": \"a\", \"stdout\": {\"bytes\": 5.0},"
		" \"stderr\": {\"bytes\": 7.0, \"lines\": 2.0}}],"
		" \"pools\": [{\"name\": \"p\", \"queued\": 3, \"last_event\": {\"at\": 9},"
		" \"listeners\": [{\"name\": \"l\", \"listener_state\": \"READY\", \"sent\": 4.0},"
		" {\"name\": \"gone\", \"listener_state\": \"\"}]}]}");

	ck_assert_int_eq(n_lines(text, "svd_process_log_bytes_total"
				       "{name=\"a\",group=\"a\",channel=\"stdout\"} 5"), 1);
	ck_assert_int_eq(n_lines(text, "svd_process_log_bytes_total"
				       "{name=\"a\",group=\"a\",channel=\"stderr\"} 7"), 1);
	ck_assert_int_eq(n_lines(text, "svd_process_log_lines_total"
				       "{name=\"a\",group=\"a\",channel=\"stderr\"} 2"), 1);
	ck_assert_int_eq(n_lines(text, "svd_event_pool_queued_events{pool=\"p\"} 3"), 1);
	ck_assert_int_eq(n_lines(text, "svd_event_pool_last_event_time_seconds{pool=\"p\"} 9"), 1);
	ck_assert_ptr_null(strstr(text, "svd_event_pool_last_error_time_seconds"));
	ck_assert_int_eq(n_lines(text, "svd_event_pool_listeners"
				       "{pool=\"p\",state=\"READY\"} 1"), 1);
	ck_assert_int_eq(n_lines(text, "svd_event_pool_listeners{pool=\"p\",state=\"BUSY\"} 0"), 1);
	ck_assert_int_eq(n_lines(text, "svd_event_listener_state"
				       "{name=\"l\",group=\"p\",state=\"READY\"} 1"), 1);
	ck_assert_int_eq(n_lines(text, "svd_event_listener_state"
				       "{name=\"gone\",group=\"p\",state=\"READY\"} 0"), 1);
	ck_assert_int_eq(n_lines(text, "svd_event_listener_sent_events_total"
				       "{name=\"l\",group=\"p\"} 4"), 1);
} END_TEST

START_TEST(a_file_is_in_trouble_until_its_last_error_is_over)
{
	const char *text = render(
		"{\"files\": [{\"path\": \"/a\", \"size\": 5.0, \"last_error\": \"\"},"
		" {\"path\": \"/b\", \"last_error\": \"full\", \"last_error_at\": 9,"
		" \"last_error_over\": false}, {\"path\": \"/c\", \"last_error\": \"full\","
		" \"last_error_at\": 9, \"last_error_over\": true}]}");

	ck_assert_int_eq(n_lines(text, "svd_log_file_size_bytes{path=\"/a\"} 5"), 1);
	ck_assert_int_eq(n_lines(text, "svd_log_file_trouble{path=\"/a\"} 0"), 1);
	ck_assert_int_eq(n_lines(text, "svd_log_file_trouble{path=\"/b\"} 1"), 1);
	ck_assert_int_eq(n_lines(text, "svd_log_file_trouble{path=\"/c\"} 0"), 1);
	ck_assert_int_eq(n_lines(text, "svd_log_file_trouble_time_seconds{path=\"/c\"} 9"), 1);
	ck_assert_ptr_null(strstr(text, "svd_log_file_trouble_time_seconds{path=\"/a\"}"));
} END_TEST

int main(void)
{
	Suite *suite = suite_create("metrics");
	TCase *tcase = tcase_create("metrics");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tcase, NULL, teardown);
	tcase_add_test(tcase, a_metric_has_one_head_before_its_samples);
	tcase_add_test(tcase, labels_may_hold_anything);
	tcase_add_test(tcase, large_numbers_keep_their_digits);
	tcase_add_test(tcase, what_is_not_known_is_left_out);
	tcase_add_test(tcase, an_empty_answer_is_still_up);
	tcase_add_test(tcase, channels_and_listeners_have_labels_of_their_own);
	tcase_add_test(tcase, a_file_is_in_trouble_until_its_last_error_is_over);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
