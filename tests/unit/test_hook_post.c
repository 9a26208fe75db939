/* test_hook_post.c - webhooks and the svd-webhook that posts them, told as stories */
#include <check.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/strbuf.h"
#include "ipc/frame.h"
#include "life_box.h"
#include "svd/hook.h"
#include "svd/news.h"

enum { FIRST_PID = 100, LINK_FD = 3 };

static struct hook_config conf;
static struct hook *hook;
static struct frame frame;	/* that svd-webhook got last */
static char got[65536];
static size_t n_got;

static void setup(void)
{
	static const char *const headers[] = { "X-Key: k", NULL };
	struct group_config *group;

	life_setup();
	conf = (struct hook_config){ .buffer_size = 10,
				     .events = event_mask("SUPERVISOR_STATE_CHANGE") |
					       event_mask("REMOTE_COMMUNICATION"),
				     .concurrency = 2, .timeout_secs = 7, .retries = 2,
				     .backoff_secs = 1, .url = "http://h/", .headers = headers };
	(void)add_group(before, "hook", 0);
	group = (struct group_config *)&before->groups[0];
	group->kind = GROUP_WEBHOOK;
	group->hook = &conf;
	(void)start_engine();
	hook = e->hooks;
	n_got = 0;
}

static void teardown(void)
{
	json_decref(frame.head);
	frame.head = NULL;
	life_teardown();
	fake_reset();
}

/* The life of svd-webhook, from the first one on. */
static pid_t current(void)
{
	return FIRST_PID + fake_n_spawned() - 1;
}

static void an_event(const char *data)
{
	news_remote(&e->bus, "test", data);
	engine_turn(e);
}

static void ends(int wait_status)
{
	n_got = 0;
	fake_child_ends(current(), wait_status);
	e->reap_wanted = true;
	engine_turn(e);
}

/* Is there another frame for svd-webhook? */
static bool gets(void)
{
	int fd = fake_child_fd(current(), LINK_FD);
	ssize_t n = recv(fd, got + n_got, sizeof(got) - n_got, MSG_DONTWAIT), len;

	n_got += n > 0 ? (size_t)n : 0;
	json_decref(frame.head);
	frame.head = NULL;
	len = frame_parse(got, n_got, &frame);
	ck_assert_int_ge(len, 0);
	if (len == 0)
		return false;
	/* Its body is borrowed from where the next one will be: only the head is of use. */
	n_got -= (size_t)len;
	memmove(got, got + len, n_got);
	return true;
}

static json_int_t gets_post(void)
{
	ck_assert(gets());
	ck_assert_str_eq(frame.type, "post");
	return json_integer_value(json_object_get(frame.head, "id"));
}

static void says(json_t *head)
{
	struct strbuf sb = { 0 };

	ck_assert_int_eq(frame_build(&sb, head, NULL, 0, false), 0);
	ck_assert_int_eq(write(fake_child_fd(current(), LINK_FD), sb.s, sb.len), (ssize_t)sb.len);
	strbuf_done(&sb);
	json_decref(head);
	fake_ready(IO_READ);
	engine_turn(e);
}

static void posted(json_int_t id, int status)
{
	says(json_pack("{s:s, s:I, s:i, s:s}", "t", "posted", "id", id, "status", status, "text",
		       status ? "" : "no way"));
}

START_TEST(it_is_started_for_the_first_post_and_told_of_all)
{
	ck_assert_int_eq(fake_n_spawned(), 1);	/* by SUPERVISOR_STATE_CHANGE_RUNNING */
	ck_assert_int_gt(gets_post(), 0);
	ck_assert_str_eq(json_string_value(json_object_get(frame.head, "url")), "http://h/");
	ck_assert_int_eq(json_integer_value(json_object_get(frame.head, "timeout")), 7);
	ck_assert_str_eq(json_string_value(json_array_get(json_object_get(frame.head, "headers"),
							  0)), "X-Key: k");
	an_event("a");
	an_event("b");
	ck_assert_int_gt(gets_post(), 0);
	ck_assert(!gets());	/* two at a time */
	ck_assert_int_eq(fake_n_spawned(), 1);
} END_TEST

static const struct {
	int  status;
	char outcome;	/* done, failed, again */
} statuses[] = {
	{ 200, 'd' }, { 204, 'd' }, { 299, 'd' }, { 300, 'f' }, { 302, 'f' }, { 308, 'f' },
	{ 400, 'f' }, { 404, 'f' }, { 410, 'f' }, { 408, 'a' }, { 429, 'a' }, { 500, 'a' },
	{ 503, 'a' }, { 599, 'a' }, { 0, 'a' },
};

START_TEST(a_status_means_one_of_three_things)
{
	posted(gets_post(), statuses[_i].status);
	ck_assert_uint_eq(hook->n_done, statuses[_i].outcome == 'd');
	ck_assert_uint_eq(hook->n_failed, statuses[_i].outcome == 'f');
	ck_assert_uint_eq(hook->n_deliveries, statuses[_i].outcome == 'a');
	ck_assert_int_eq(hook->last_error == NULL, statuses[_i].outcome == 'd');
	fake_advance(e, 2);
	ck_assert_uint_eq(hook->n_retries, statuses[_i].outcome == 'a');
	ck_assert_int_eq(gets(), statuses[_i].outcome == 'a');
} END_TEST

START_TEST(a_server_may_ask_us_to_wait)
{
	says(json_pack("{s:s, s:I, s:i, s:i}", "t", "posted", "id", gets_post(), "status", 429,
		       "after", 17));
	fake_advance(e, 16.9);
	ck_assert(!gets());
	fake_advance(e, 0.2);
	ck_assert(gets());
} END_TEST

START_TEST(but_not_for_more_than_an_hour)
{
	says(json_pack("{s:s, s:I, s:i, s:i}", "t", "posted", "id", gets_post(), "status", 503,
		       "after", 1000 * 1000 * 1000));
	fake_advance(e, 3601);
	ck_assert(gets());
} END_TEST

START_TEST(what_libcurl_says_is_one_line)
{
	says(json_pack("{s:s, s:I, s:i, s:s}", "t", "posted", "id", gets_post(), "status", 0,
		       "text", "a\nb\x1b[31m"));
	ck_assert_str_eq(hook->last_error, "a?b?[31m");
} END_TEST

START_TEST(its_successor_gets_what_it_has_not_answered)
{
	json_int_t first = gets_post(), second;

	an_event("a");
	second = gets_post();
	posted(first, 200);
	ends(SIGKILL);
	ck_assert_int_eq(fake_n_spawned(), 2);
	ck_assert_int_eq(gets_post(), second);
	ck_assert(!gets());
	posted(second, 200);
	ck_assert_uint_eq(hook->n_done, 2);
	ck_assert_uint_eq(hook->n_retries, 0);
} END_TEST

START_TEST(what_it_said_with_its_last_breath_counts)
{
	json_int_t id = gets_post();
	struct strbuf sb = { 0 };
	json_t *head = json_pack("{s:s, s:I, s:i}", "t", "posted", "id", id, "status", 200);

	ck_assert_int_eq(frame_build(&sb, head, NULL, 0, false), 0);
	ck_assert_int_gt(write(fake_child_fd(current(), LINK_FD), sb.s, sb.len), 0);
	strbuf_done(&sb);
	json_decref(head);
	ends(SIGKILL);
	ck_assert_uint_eq(hook->n_done, 1);
	ck_assert(!gets());
} END_TEST

START_TEST(who_leaves_while_a_post_is_on_its_way_is_followed_at_once)
{
	json_int_t id = gets_post();

	ends(EXITED(0));
	ck_assert_int_eq(fake_n_spawned(), 2);
	ck_assert_int_eq(gets_post(), id);
} END_TEST

START_TEST(who_leaves_when_nothing_is_to_be_done_is_not_followed_before_there_is)
{
	posted(gets_post(), 200);
	ends(EXITED(0));
	fake_advance(e, 100);
	ck_assert_int_eq(fake_n_spawned(), 1);
	an_event("a");
	ck_assert_int_eq(fake_n_spawned(), 2);
	ck_assert_int_gt(gets_post(), 0);
} END_TEST

START_TEST(a_post_that_kills_it_again_and_again_is_a_failed_try)
{
	json_int_t id = gets_post();

	for (int deaths = 1; deaths < 10; deaths++) {
		ends(SIGSEGV);
		fake_advance(e, 10);
		ck_assert_int_eq(gets_post(), id);
	}
	ck_assert_ptr_null(hook->last_error);
	ends(SIGSEGV);
	ck_assert_ptr_nonnull(hook->last_error);
	ck_assert_uint_eq(hook->n_failed, 0);
	fake_advance(e, 10);
	ck_assert_int_ne(gets_post(), id);
	ck_assert_uint_eq(hook->n_retries, 1);
} END_TEST

START_TEST(when_it_cannot_be_started_events_wait_for_that)
{
	posted(gets_post(), 200);
	ends(EXITED(0));
	fake_spawn_fails(EAGAIN);
	an_event("a");
	fake_advance(e, 60);
	ck_assert_int_eq(fake_n_spawned(), 1);
	fake_spawn_fails(0);
	fake_advance(e, 6);
	ck_assert_int_eq(fake_n_spawned(), 2);
	ck_assert_int_gt(gets_post(), 0);
	ck_assert_uint_eq(hook->n_retries, 0);
} END_TEST

START_TEST(it_is_told_what_nobody_waits_for_any_more)
{
	json_int_t id = gets_post();

	hooks_end(e);
	ck_assert(gets());
	ck_assert_str_eq(frame.type, "cancel");
	ck_assert_int_eq(json_integer_value(json_object_get(frame.head, "id")), id);
	posted(id, 200);
	ck_assert_uint_eq(hook->n_done, 0);
} END_TEST

START_TEST(what_it_says_of_posts_that_are_none_is_nothing)
{
	json_int_t id = gets_post();

	posted(id + 1, 200);
	posted(0, 200);
	says(json_pack("{s:s}", "t", "posted"));
	says(json_pack("{s:s, s:I}", "t", "post", "id", id));
	ck_assert_uint_eq(hook->n_done, 0);
	ck_assert_uint_eq(hook->n_deliveries, 1);
} END_TEST

int main(void)
{
	Suite *s = suite_create("hook_post");
	TCase *tc = tcase_create("hook_post");
	SRunner *sr = srunner_create(s);
	int failed;

	suite_add_tcase(s, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, it_is_started_for_the_first_post_and_told_of_all);
	tcase_add_loop_test(tc, a_status_means_one_of_three_things, 0, ARRAY_LEN(statuses));
	tcase_add_test(tc, a_server_may_ask_us_to_wait);
	tcase_add_test(tc, but_not_for_more_than_an_hour);
	tcase_add_test(tc, what_libcurl_says_is_one_line);
	tcase_add_test(tc, its_successor_gets_what_it_has_not_answered);
	tcase_add_test(tc, what_it_said_with_its_last_breath_counts);
	tcase_add_test(tc, who_leaves_while_a_post_is_on_its_way_is_followed_at_once);
	tcase_add_test(tc, who_leaves_when_nothing_is_to_be_done_is_not_followed_before_there_is);
	tcase_add_test(tc, a_post_that_kills_it_again_and_again_is_a_failed_try);
	tcase_add_test(tc, when_it_cannot_be_started_events_wait_for_that);
	tcase_add_test(tc, it_is_told_what_nobody_waits_for_any_more);
	tcase_add_test(tc, what_it_says_of_posts_that_are_none_is_nothing);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
