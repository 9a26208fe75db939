/* test_hook_conf.c - [eventexec:x] and [webhook:x] */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/diff.h"
#include "conf/events.h"
#include "conf/print.h"
#include "conf_box.h"

#define DAEMON "[supervisord]\n"
#define EXEC DAEMON "[eventexec:x]\nevents=PROCESS_STATE\ncommand=/bin/cat\n"
#define WEBHOOK DAEMON "[webhook:x]\nevents=TICK_5\nurl=https://example.com/hook\n"

/* The first group, which others may follow. */
static const struct hook_config *hook(const char *text)
{
	loads(text);
	ck_assert_uint_ge(config->n_groups, 1);
	ck_assert_uint_eq(config->groups[0].n_programs, 0);
	ck_assert_ptr_nonnull(config->groups[0].hook);
	return config->groups[0].hook;
}

START_TEST(an_eventexec_is_a_group_without_programs)
{
	const struct hook_config *h = hook(EXEC);

	ck_assert_int_eq(config->groups[0].kind, GROUP_EXEC);
	ck_assert_int_eq(config->groups[0].priority, -1);
	ck_assert_uint_eq(h->events, event_mask("PROCESS_STATE"));
	ck_assert_uint_eq(h->n_programs, 0);
	ck_assert_int_eq(h->buffer_size, 1024);
	ck_assert_int_eq(h->concurrency, 1);
	ck_assert_int_eq(h->max_per_minute, 0);
	ck_assert_int_eq(h->coalesce_secs, 0);
	ck_assert_int_eq(h->timeout_secs, 60);
	ck_assert_int_eq(h->retries, 0);
	ck_assert_int_eq(h->backoff_secs, 1);
	ck_assert_ptr_null(h->url);
	ck_assert_ptr_eq(h->exec->group, &config->groups[0]);
	ck_assert_str_eq(h->exec->name, "x");
	ck_assert_str_eq(h->exec->command, "/bin/cat");
	ck_assert_int_eq(h->exec->log[CHANNEL_STDOUT].kind, LOGFILE_AUTO);
} END_TEST

START_TEST(a_webhook_has_a_url)
{
	const struct hook_config *h = hook(WEBHOOK);

	ck_assert_int_eq(config->groups[0].kind, GROUP_WEBHOOK);
	ck_assert_uint_eq(h->events, event_mask("TICK_5"));
	ck_assert_int_eq(h->timeout_secs, 10);
	ck_assert_int_eq(h->retries, 5);
	ck_assert_int_eq(h->format, WEBHOOK_JSON);
	ck_assert_ptr_null(h->headers);
	ck_assert_ptr_null(h->exec);
	ck_assert_str_eq(h->url, "https://example.com/hook");
	ck_assert_int_eq(hook(WEBHOOK "format=Slack\n")->format, WEBHOOK_SLACK);
} END_TEST

START_TEST(the_command_has_options_of_programs)
{
	const struct hook_config *h =
		hook(EXEC "directory=/\numask=027\nenvironment=A=\"1\"\nstdout_logfile=NONE\n"
			  "stderr_logfile_maxbytes=1KB\nredirect_stderr=true\nprograms=a, b:*,\n"
			  "[group:b]\nprograms=c\n[program:c]\ncommand=/bin/cat\n[program:a]\n"
			  "command=/bin/cat\n");

	ck_assert_str_eq(h->exec->directory, "/");
	ck_assert(h->exec->has_umask && h->exec->umask == 027);
	ck_assert(has_pair(h->exec->environment, "A=1"));
	ck_assert_int_eq(h->exec->log[CHANNEL_STDOUT].kind, LOGFILE_NONE);
	ck_assert_int_eq(h->exec->log[CHANNEL_STDERR].maxbytes, 1024);
	ck_assert(h->exec->redirect_stderr);
	ck_assert_uint_eq(h->n_programs, 2);
	ck_assert_str_eq(h->programs[0], "a");
	ck_assert_str_eq(h->programs[1], "b:*");
	ck_assert_int_eq(noted(LEVEL_WARN, ""), 0);
} END_TEST

/* What svd keeps running has them; and output that makes events would make them for ever. */
START_TEST(options_of_what_is_kept_running_are_unknown)
{
	hook(EXEC "autorestart=true\nnumprocs=3\nstdout_events_enabled=true\n"
		  "stderr_capture_maxbytes=1MB\npriority=4\n");
	ck_assert_int_eq(noted(LEVEL_WARN, "is an unknown option"), 5);
	ck_assert(!config->groups[0].hook->exec->log[CHANNEL_STDOUT].events_enabled);
	ck_assert_int_eq(config->groups[0].hook->exec->log[CHANNEL_STDERR].capture_maxbytes, 0);
} END_TEST

START_TEST(slips_are_told)
{
	loads(DAEMON "[eventexce:x]\n");
	ck_assert_int_eq(noted(LEVEL_WARN, "did you mean [eventexec:x]?"), 1);
	loads(DAEMON "[web-hook:x]\n");
	ck_assert_int_eq(noted(LEVEL_WARN, "did you mean [webhook:x]?"), 1);
	hook(EXEC "coalesce_seconds=5\n");
	ck_assert_int_eq(noted(LEVEL_WARN, "did you mean coalesce_secs?"), 1);
} END_TEST

START_TEST(what_is_needed_is_asked_for)
{
	refuses(DAEMON "[eventexec:x]\ncommand=/bin/cat\n",
		"FILE:2: [eventexec:x] section requires an \"events\" line");
	refuses(DAEMON "[eventexec:x]\nevents=EVENT\n", "[eventexec:x] program section "
		"eventexec:x does not specify a command");
	refuses(DAEMON "[webhook:x]\nevents=EVENT\n",
		"FILE:2: [webhook:x] section requires a \"url\" line");
	refuses(DAEMON "[webhook:x]\nevents=EVENT,TOCK\nurl=http://h\n",
		"FILE:3: [webhook:x] events=EVENT,TOCK: Unknown event type TOCK in [webhook:x] "
		"events");
} END_TEST

START_TEST(numbers_have_limits)
{
	refuses(EXEC "buffer_size=0\n", "FILE:5: [eventexec:x] buffer_size=0: not from 1 to");
	refuses(EXEC "concurrency=0\n", "concurrency=0: not from 1 to 100");
	refuses(EXEC "concurrency=101\n", "concurrency=101: not from 1 to 100");
	refuses(EXEC "max_per_minute=-1\n", "max_per_minute=-1: not from 0 to");
	refuses(EXEC "coalesce_secs=-1\n", "coalesce_secs=-1: not from 0 to");
	refuses(EXEC "backoff_secs=0\n", "backoff_secs=0: not from 1 to 3600");
	refuses(EXEC "timeout_secs=-1\n", "timeout_secs=-1: not from 0 to");
	refuses(EXEC "retries=-1\n", "retries=-1: not from 0 to");
	refuses(WEBHOOK "timeout_secs=-1\n", "timeout_secs=-1: not from 0 to");
	refuses(WEBHOOK "retries=many\n", "retries=many: not a whole number");
	refuses(WEBHOOK "format=xml\n", "format=xml: not json or slack");
} END_TEST

START_TEST(globs_that_mean_nobody_are_noted)
{
	loads(EXEC "programs=a,b:c,\n[program:a]\ncommand=/bin/cat\n");
	ck_assert_int_eq(noted(LEVEL_WARN, "[eventexec:x] programs=a,b:c,: there is no process "
				"that \"b:c\" means"), 1);
	ck_assert_int_eq(noted(LEVEL_WARN, "there is no process"), 1);
} END_TEST

START_TEST(names_collide_as_those_of_groups_do)
{
	refuses(EXEC "[program:x]\ncommand=/bin/cat\n", "there are two groups named x");
	refuses(EXEC "[webhook:x]\nevents=EVENT\nurl=http://h\n", "there are two groups named x");
} END_TEST

static const char *shown(const char *url)
{
	char conf[256];

	snprintf(conf, sizeof(conf), DAEMON "[webhook:x]\nevents=EVENT\nurl=%s\n", url);
	return hook(conf)->shown;
}

START_TEST(of_a_url_nothing_is_shown_that_may_be_a_password)
{
	ck_assert_str_eq(shown("http://h"), "http://h/***");
	ck_assert_str_eq(shown("HTTPS://me:secret@h.example:8443/T0/secret?key=secret#secret"),
			 "HTTPS://h.example:8443/***");
	ck_assert_str_eq(shown("http://a@b:c@h/x@y"), "http://h/***");
	ck_assert_str_eq(shown("http://[::1]:80/secret"), "http://[::1]:80/***");
	ck_assert_str_eq(shown("http://h?secret"), "http://h/***");
} END_TEST

static void refuses_url(const char *url, const char *why)
{
	char conf[256], expected[256];

	snprintf(conf, sizeof(conf), DAEMON "[webhook:x]\nevents=EVENT\nurl=%s\n", url);
	snprintf(expected, sizeof(expected), "FILE:4: [webhook:x] url=***: %s", why);
	refuses(conf, expected);
}

START_TEST(what_is_no_url_of_a_web_server_is_refused)
{
	refuses_url("ftp://h/", "not a URL that begins with http:// or https://");
	refuses_url("file:///etc/passwd", "not a URL that begins with http:// or https://");
	refuses_url("h/secret", "not a URL that begins with http:// or https://");
	refuses_url("http://", "a URL with a bad host or port");
	refuses_url("http:///secret", "a URL with a bad host or port");
	refuses_url("http://me@/", "a URL with a bad host or port");
	refuses_url("http://h:0/", "a URL with a bad host or port");
	refuses_url("http://h:65536/", "a URL with a bad host or port");
	refuses_url("http://h:+1/", "a URL with a bad host or port");
	refuses_url("http://h:/", "a URL with a bad host or port");
	refuses_url("http://[::1/", "a URL with a bad host or port");
	refuses_url("http://[]/", "a URL with a bad host or port");
	refuses_url("http://h/a b", "a URL has no blanks in it");
	refuses_url("http://h/a\n b", "a URL has no blanks in it");
} END_TEST

static void ck_headers(const char *text, const char *first, const char *second)
{
	char conf[256];
	const char *const *list;

	snprintf(conf, sizeof(conf), WEBHOOK "headers=%s\n", text);
	list = hook(conf)->headers;
	ck_assert_str_eq(list[0], first);
	if (second)
		ck_assert_str_eq(list[1], second);
	ck_assert_ptr_null(list[second ? 2 : 1]);
}

START_TEST(headers_are_quoted_like_variables)
{
	ck_headers("A: b", "A: b", NULL);
	ck_headers("A: b, C: d", "A: b", "C: d");
	ck_headers("\"A: b, c\" , 'D: \"e\"',", "A: b, c", "D: \"e\"");
	ck_headers("\"A: \\\"b\\\\\", C: d\\,e", "A: \"b\\", "C: d,e");
	ck_headers("A:,\n B:", "A:", "B:");
	ck_headers("\"A: b  \"", "A: b  ", NULL);
} END_TEST

START_TEST(what_is_no_header_is_refused_without_being_shown)
{
	static const char why[] = "FILE:5: [webhook:x] headers=***: ";
	static const char *const bad[] = { "secret", "a b: secret", ": secret", "A: b,,C: d",
					   "A: b\n secret", "\"A\": \"x", "A: b\\" };
	char conf[256];

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		snprintf(conf, sizeof(conf), WEBHOOK "headers=%s\n", bad[i]);
		refuses(conf, why);
		ck_assert_ptr_null(strstr(conf_err.text, "secret"));
	}
} END_TEST

static bool same_as(const char *text, const char *other)
{
	struct config *old;
	bool same;

	hook(text);
	old = config_ref(config);
	hook(other);
	same = group_config_is_same(&old->groups[0], &config->groups[0]);
	config_unref(old);
	return same;
}

START_TEST(every_option_is_a_difference)
{
	ck_assert(same_as(EXEC, EXEC));
	ck_assert(same_as(EXEC "programs=a\n", EXEC "programs=a,\n"));
	ck_assert(!same_as(EXEC, EXEC "events=EVENT\n"));
	ck_assert(!same_as(EXEC "programs=a\n", EXEC "programs=b\n"));
	ck_assert(!same_as(EXEC "programs=a\n", EXEC "programs=a,b\n"));
	ck_assert(!same_as(EXEC, EXEC "buffer_size=7\n"));
	ck_assert(!same_as(EXEC, EXEC "concurrency=7\n"));
	ck_assert(!same_as(EXEC, EXEC "retries=7\n"));
	ck_assert(!same_as(EXEC, EXEC "command=/bin/echo\n"));
	ck_assert(!same_as(EXEC, EXEC "environment=A=1\n"));
	ck_assert(same_as(WEBHOOK, WEBHOOK));
	ck_assert(!same_as(WEBHOOK, WEBHOOK "url=https://example.com/other\n"));
	ck_assert(!same_as(WEBHOOK, WEBHOOK "format=slack\n"));
	ck_assert(!same_as(WEBHOOK "headers=A: b\n", WEBHOOK "headers=A: c\n"));
	ck_assert(!same_as(WEBHOOK, WEBHOOK "headers=A: c\n"));
} END_TEST

START_TEST(what_is_printed_can_be_read_and_has_no_secrets)
{
	const char *path = box_write("supervisord.conf",
				     WEBHOOK "url=https://me:secret@h/secret?secret\n"
					     "headers=\"A: secret\"\n");
	struct strbuf out = { 0 };
	struct err err = { 0 };
	const struct hook_config *h;

	ck_assert_int_eq(config_print(path, NULL, false, &out, &err), 0);
	ck_assert_ptr_null(strstr(strbuf_str(&out), "secret"));
	h = hook(strbuf_str(&out));
	ck_assert_str_eq(h->url, "https://h/***");
	ck_assert_str_eq(h->headers[0], "***: ***");
	strbuf_done(&out);
} END_TEST

START_TEST(a_url_of_a_variable_is_hidden_all_the_same)
{
	struct strbuf out = { 0 };
	struct err err = { 0 };

	setenv("HOOK_URL", "http://h/secret", 1);
	ck_assert_str_eq(hook(DAEMON "[webhook:x]\nevents=EVENT\nurl=%(ENV_HOOK_URL)s\n")->url,
			 "http://h/secret");
	ck_assert_int_eq(config_print(config->path, NULL, false, &out, &err), 0);
	ck_assert_ptr_null(strstr(strbuf_str(&out), "secret"));
	ck_assert_ptr_nonnull(strstr(strbuf_str(&out), "\nurl=http://***"));
	strbuf_done(&out);
	unsetenv("HOOK_URL");
} END_TEST

int main(void)
{
	Suite *s = suite_create("hook_conf");
	TCase *tc = tcase_create("hook_conf");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(tc, box_setup, box_teardown);
	tcase_add_test(tc, an_eventexec_is_a_group_without_programs);
	tcase_add_test(tc, a_webhook_has_a_url);
	tcase_add_test(tc, the_command_has_options_of_programs);
	tcase_add_test(tc, options_of_what_is_kept_running_are_unknown);
	tcase_add_test(tc, slips_are_told);
	tcase_add_test(tc, what_is_needed_is_asked_for);
	tcase_add_test(tc, numbers_have_limits);
	tcase_add_test(tc, globs_that_mean_nobody_are_noted);
	tcase_add_test(tc, names_collide_as_those_of_groups_do);
	tcase_add_test(tc, of_a_url_nothing_is_shown_that_may_be_a_password);
	tcase_add_test(tc, what_is_no_url_of_a_web_server_is_refused);
	tcase_add_test(tc, headers_are_quoted_like_variables);
	tcase_add_test(tc, what_is_no_header_is_refused_without_being_shown);
	tcase_add_test(tc, every_option_is_a_difference);
	tcase_add_test(tc, what_is_printed_can_be_read_and_has_no_secrets);
	tcase_add_test(tc, a_url_of_a_variable_is_hidden_all_the_same);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
