/* test_hook_body.c - what webhooks post */
#include <check.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "svd/hook_body.h"

static struct event *event;
static struct notice notice;
static char *body;

static void teardown(void)
{
	free(event);
	free(body);
	event = NULL;
	body = NULL;
}

static void an_event_of(enum event_type type, const char *payload, size_t n)
{
	event = calloc(1, sizeof(*event) + n);
	ck_assert_ptr_nonnull(event);
	event->type = type;
	event->serial = 7;
	event->len = n;
	memcpy(event->payload, payload, n);
	notice = (struct notice){ .event = event, .at = 5, .count = 1, .server = "supervisor",
				  .host = "web-1", .pool = "alarm" };
}

static void an_event(enum event_type type, const char *payload)
{
	an_event_of(type, payload, strlen(payload));
}

static void ck_body(enum webhook_format format, const char *expected)
{
	free(body);
	body = hook_body(&notice, format);
	ck_assert_str_eq(body, expected);
}

/* The event is this sentence. */
static void ck_says(enum event_type type, const char *payload, const char *sentence)
{
	json_t *o;

	an_event(type, payload);
	body = hook_body(&notice, WEBHOOK_SLACK);
	o = json_loads(body, 0, NULL);
	ck_assert_uint_eq(json_object_size(o), 1);
	ck_assert_str_eq(json_string_value(json_object_get(o, "text")), sentence);
	json_decref(o);
	teardown();
}

START_TEST(the_object_has_what_the_stream_of_events_has_and_whose_it_is)
{
	an_event(EVENT_PROCESS_STATE_EXITED,
		 "processname:p groupname:g from_state:RUNNING expected:0 pid:47");
	notice.count = 3;
	ck_body(WEBHOOK_JSON,
		"{\"type\":\"PROCESS_STATE_EXITED\",\"serial\":7,\"at\":5.0,"
		"\"server\":\"supervisor\",\"host\":\"web-1\",\"pool\":\"alarm\",\"count\":3,"
		"\"group\":\"g\",\"process\":\"p\",\"from_state\":\"RUNNING\",\"expected\":0,"
		"\"pid\":47}");
} END_TEST

START_TEST(an_event_about_nobody_has_no_process)
{
	an_event(EVENT_TICK_5, "when:1700000000");
	ck_body(WEBHOOK_JSON,
		"{\"type\":\"TICK_5\",\"serial\":7,\"at\":5.0,\"server\":\"supervisor\","
		"\"host\":\"web-1\",\"pool\":\"alarm\",\"count\":1,\"when\":1700000000}");
} END_TEST

START_TEST(bytes_that_are_no_text_are_replaced)
{
	an_event(EVENT_PROCESS_LOG_STDOUT,
		 "processname:p\xff groupname:g pid:4 channel:stdout\na\xc3");
	notice.host = "h\xfe";
	ck_body(WEBHOOK_JSON,
		"{\"type\":\"PROCESS_LOG_STDOUT\",\"serial\":7,\"at\":5.0,"
		"\"server\":\"supervisor\",\"host\":\"h\xef\xbf\xbd\",\"pool\":\"alarm\","
		"\"count\":1,\"group\":\"g\",\"process\":\"p\xef\xbf\xbd\",\"pid\":4,"
		"\"channel\":\"stdout\",\"data\":\"a\xef\xbf\xbd\"}");
	ck_body(WEBHOOK_SLACK,
		"{\"text\":\":speech_balloon: h\xef\xbf\xbd: g:p\xef\xbf\xbd wrote to its stdout "
		"(pid 4): a\xef\xbf\xbd\"}");
} END_TEST

/* "\xc3\xbc" has two bytes: where the limit falls between them, neither is posted. */
START_TEST(long_data_is_cut_between_characters_and_says_so)
{
	static const char head[] = "processname:p groupname:g pid:4\n";
	enum { HEAD = sizeof(head) - 1, LEN = HOOK_PAYLOAD_MAX + 1 };
	char *payload = malloc(LEN);
	json_t *o;

	memset(payload, 'x', LEN);
	memcpy(payload, head, HEAD);
	memcpy(payload + HOOK_PAYLOAD_MAX - 1, "\xc3\xbc", 2);
	an_event_of(EVENT_PROCESS_COMMUNICATION_STDOUT, payload, LEN);
	free(payload);
	body = hook_body(&notice, WEBHOOK_JSON);
	o = json_loads(body, 0, NULL);
	ck_assert(json_is_true(json_object_get(o, "cut")));
	ck_assert_uint_eq(json_string_length(json_object_get(o, "data")),
			  HOOK_PAYLOAD_MAX - 1 - HEAD);
	json_decref(o);
} END_TEST

START_TEST(what_fits_is_not_called_cut)
{
	an_event(EVENT_PROCESS_COMMUNICATION_STDOUT, "processname:p groupname:g pid:4\ndata");
	body = hook_body(&notice, WEBHOOK_JSON);
	ck_assert_ptr_null(strstr(body, "cut"));
} END_TEST

START_TEST(people_get_a_sentence)
{
	ck_says(EVENT_PROCESS_STATE_EXITED,
		"processname:tornado_8000 groupname:tornado from_state:RUNNING expected:0 pid:4711",
		":red_circle: web-1: tornado:tornado_8000 exited unexpectedly (was RUNNING, "
		"pid 4711)");
	ck_says(EVENT_PROCESS_STATE_EXITED,
		"processname:p groupname:p from_state:RUNNING expected:1 pid:4",
		":black_circle: web-1: p exited (was RUNNING, pid 4)");
	ck_says(EVENT_PROCESS_STATE_BACKOFF,
		"processname:p groupname:g from_state:STARTING tries:2",
		":large_orange_circle: web-1: g:p exited too quickly (was STARTING, try 2)");
	ck_says(EVENT_PROCESS_STATE_FATAL, "processname:p groupname:g from_state:BACKOFF",
		":red_circle: web-1: g:p is given up, too many starts have failed (was BACKOFF)");
	ck_says(EVENT_PROCESS_GROUP_ADDED, "groupname:g\n",
		":large_green_circle: web-1: the group g was added");
	ck_says(EVENT_SUPERVISOR_STATE_CHANGE_STOPPING, "",
		":black_circle: web-1: svd is stopping");
	ck_says(EVENT_TICK_60, "when:120", ":clock1: web-1: TICK_60 (at 120)");
	ck_says(EVENT_REMOTE_COMMUNICATION, "type:deploy\nnow\n",
		":speech_balloon: web-1: svd was told (deploy): now");
} END_TEST

START_TEST(every_event_that_happens_has_a_sentence)
{
	static const char *const published[] = {
		"PROCESS_STATE", "PROCESS_COMMUNICATION", "PROCESS_LOG",
		"SUPERVISOR_STATE_CHANGE", "PROCESS_GROUP",
	};

	for (size_t i = 0; i < ARRAY_LEN(published); i++) {
		for (int t = 0; t < EVENT_N; t++) {
			if (!(event_mask(published[i]) >> t & 1) ||
			    strcmp(event_name(t), published[i]) == 0)
				continue;
			an_event(t, "");
			body = hook_body(&notice, WEBHOOK_SLACK);
			ck_assert_ptr_null(strstr(body, event_name(t)));
			teardown();
		}
	}
} END_TEST

START_TEST(how_many_times_and_on_which_of_several_svds)
{
	an_event(EVENT_PROCESS_STATE_BACKOFF,
		 "processname:p groupname:g from_state:STARTING tries:2");
	notice.count = 12;
	notice.server = "blue";
	ck_body(WEBHOOK_SLACK,
		"{\"text\":\":large_orange_circle: web-1/blue: g:p exited too quickly "
		"(was STARTING, try 2), 12 times\"}");
} END_TEST

START_TEST(what_programs_say_makes_no_marks)
{
	ck_says(EVENT_PROCESS_COMMUNICATION_STDERR,
		"processname:p groupname:p pid:4\n<!channel> a & b\n",
		":speech_balloon: web-1: p says (pid 4): &lt;!channel&gt; a &amp; b");
	ck_says(EVENT_PROCESS_COMMUNICATION_STDERR, "processname:p groupname:p pid:4\n \n",
		":speech_balloon: web-1: p says (pid 4)");
} END_TEST

START_TEST(a_sentence_quotes_not_more_than_a_bit)
{
	enum { LEN = 5000, QUOTED = 1000 };
	static const char head[] = "processname:p groupname:p pid:4\n";
	char payload[sizeof(head) + LEN] = "";
	const char *quote;

	memset(payload, 'x', sizeof(payload) - 1);
	memcpy(payload, head, sizeof(head) - 1);
	an_event(EVENT_PROCESS_COMMUNICATION_STDOUT, payload);
	body = hook_body(&notice, WEBHOOK_SLACK);
	quote = strstr(body, ": xxx");
	ck_assert_ptr_nonnull(quote);
	ck_assert_uint_eq(strspn(quote + 2, "x"), QUOTED);
	ck_assert_str_eq(quote + 2 + QUOTED, "\xe2\x80\xa6\"}");
} END_TEST

int main(void)
{
	Suite *s = suite_create("hook_body");
	TCase *tc = tcase_create("hook_body");
	SRunner *sr = srunner_create(s);
	int failed;

	suite_add_tcase(s, tc);
	tcase_add_checked_fixture(tc, NULL, teardown);
	tcase_add_test(tc, the_object_has_what_the_stream_of_events_has_and_whose_it_is);
	tcase_add_test(tc, an_event_about_nobody_has_no_process);
	tcase_add_test(tc, bytes_that_are_no_text_are_replaced);
	tcase_add_test(tc, long_data_is_cut_between_characters_and_says_so);
	tcase_add_test(tc, what_fits_is_not_called_cut);
	tcase_add_test(tc, people_get_a_sentence);
	tcase_add_test(tc, every_event_that_happens_has_a_sentence);
	tcase_add_test(tc, how_many_times_and_on_which_of_several_svds);
	tcase_add_test(tc, what_programs_say_makes_no_marks);
	tcase_add_test(tc, a_sentence_quotes_not_more_than_a_bit);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
