/* test_sse.c - events as server-sent events */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "httpd/sse.h"

static struct strbuf sb;

static void teardown(void)
{
	strbuf_done(&sb);
}

/* The event whose frame has this head and payload is this text. */
static void ck_event_of(const char *head, const char *payload, size_t n, const char *expected)
{
	json_t *value = json_loads(head, 0, NULL);

	ck_assert_ptr_nonnull(value);
	ck_assert_int_eq(sse_add_event(&sb, value, payload, n), 0);
	ck_assert_str_eq(strbuf_str(&sb), expected);
	json_decref(value);
}

static void ck_event(const char *head, const char *payload, const char *expected)
{
	ck_event_of(head, payload, strlen(payload), expected);
}

START_TEST(a_state_has_its_tokens_as_members)
{
	ck_event("{\"serial\": 3, \"name\": \"PROCESS_STATE_EXITED\", \"at\": 5, \"group\": \"g\","
		 " \"process\": \"p\"}",
		 "processname:p groupname:g from_state:RUNNING expected:0 pid:7",
		 "id: 3\nevent: PROCESS_STATE_EXITED\ndata: {\"type\":\"PROCESS_STATE_EXITED\","
		 "\"serial\":3,\"at\":5,\"group\":\"g\",\"process\":\"p\","
		 "\"from_state\":\"RUNNING\",\"expected\":0,\"pid\":7}\n\n");
} END_TEST

START_TEST(what_follows_the_first_line_is_data)
{
	ck_event("{\"serial\": 0, \"name\": \"PROCESS_LOG_STDOUT\"}",
		 "processname:p groupname:g pid:7 channel:stdout\na\nb\xff\n",
		 "id: 0\nevent: PROCESS_LOG_STDOUT\ndata: {\"type\":\"PROCESS_LOG_STDOUT\","
		 "\"serial\":0,\"pid\":7,\"channel\":\"stdout\",\"data\":\"a\\nb\xef\xbf\xbd\\n\"}"
		 "\n\n");
} END_TEST

START_TEST(the_type_of_a_remote_event_is_any_text)
{
	ck_event("{\"serial\": 1, \"name\": \"REMOTE_COMMUNICATION\"}", "type:a pid:5 b\nc pid:7",
		 "id: 1\nevent: REMOTE_COMMUNICATION\ndata: {\"type\":\"REMOTE_COMMUNICATION\","
		 "\"serial\":1,\"remote_type\":\"a pid:5 b\",\"data\":\"c pid:7\"}\n\n");
} END_TEST

START_TEST(a_payload_may_be_empty)
{
	ck_event("{\"serial\": 1, \"name\": \"SUPERVISOR_STATE_CHANGE_RUNNING\"}", "",
		 "id: 1\nevent: SUPERVISOR_STATE_CHANGE_RUNNING\n"
		 "data: {\"type\":\"SUPERVISOR_STATE_CHANGE_RUNNING\",\"serial\":1}\n\n");
} END_TEST

START_TEST(blanks_and_bytes_in_names_do_no_harm)
{
	ck_event("{\"serial\": 1, \"name\": \"TICK_5\"}", "when:5  processname:\xff x: :y when",
		 "id: 1\nevent: TICK_5\ndata: {\"type\":\"TICK_5\",\"serial\":1,\"when\":5}\n\n");
} END_TEST

START_TEST(a_nul_is_a_byte_like_others)
{
	static const char payload[] = "tries:2 kind:a\0b when:1 pid:3";

	ck_event_of("{\"serial\": 1, \"name\": \"X\"}", payload, strlen("tries:2 kind:a") + 16,
		    "id: 1\nevent: X\ndata: {\"type\":\"X\",\"serial\":1,\"tries\":2,"
		    "\"when\":1,\"pid\":3}\n\n");
} END_TEST

START_TEST(what_is_missing_is_told)
{
	sse_add_dropped(&sb, 12);
	ck_assert_str_eq(strbuf_str(&sb), "event: dropped\ndata: {\"dropped\":12}\n\n");
} END_TEST

int main(void)
{
	Suite *suite = suite_create("sse");
	TCase *tcase = tcase_create("sse");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tcase, NULL, teardown);
	tcase_add_test(tcase, a_state_has_its_tokens_as_members);
	tcase_add_test(tcase, what_follows_the_first_line_is_data);
	tcase_add_test(tcase, the_type_of_a_remote_event_is_any_text);
	tcase_add_test(tcase, a_payload_may_be_empty);
	tcase_add_test(tcase, blanks_and_bytes_in_names_do_no_harm);
	tcase_add_test(tcase, a_nul_is_a_byte_like_others);
	tcase_add_test(tcase, what_is_missing_is_told);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
