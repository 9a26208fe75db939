/* test_outlet.c - the forms in which lines leave: RFC 5424, counted octets, the journal's fields */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "base/strbuf.h"
#include "logd/journal_wire.h"
#include "logd/outbox.h"
#include "logd/remote.h"

static const double NOW = 1000000000.25;	/* 2001-09-09 01:46:40.25 UTC */

static const char *message(const char *host, const struct remote_head *head, const char *line)
{
	static struct strbuf sb;

	strbuf_reset(&sb);
	rfc5424_message(&sb, NOW, host, head, line, strlen(line));
	return strbuf_str(&sb);
}

START_TEST(a_message_has_the_fields_of_rfc_5424)
{
	struct remote_head head = { .priority = LOG_LOCAL3 | LOG_INFO, .app = "cat", .pid = 42,
				    .channel = "stdout" };

	ck_assert_str_eq(message("box", &head, "a line"),
			 "<158>1 2001-09-09T01:46:40.250000Z box cat 42 stdout - a line");
	head.priority = LOG_USER | LOG_WARNING;
	ck_assert_str_eq(message("box", &head, ""),
			 "<12>1 2001-09-09T01:46:40.250000Z box cat 42 stdout - ");
} END_TEST

START_TEST(what_is_not_known_is_a_dash)
{
	struct remote_head head = { .priority = 14, .app = "", .pid = 0, .channel = "" };

	ck_assert_str_eq(message("", &head, "x"), "<14>1 2001-09-09T01:46:40.250000Z - - - - - x");
} END_TEST

START_TEST(a_field_has_no_spaces_and_an_end)
{
	struct remote_head head = { .priority = 14, .pid = 1, .channel = "stdout",
				    .app = "a b\tc\x7f\xc3\xa4"
					   "0123456789012345678901234567890123456789xxxx" };

	ck_assert_str_eq(message("a host", &head, "a b\xc3\xa4"),
			 "<14>1 2001-09-09T01:46:40.250000Z a_host "
			 "a_b_c___0123456789012345678901234567890123456789 1 stdout - a b\xc3\xa4");
} END_TEST

START_TEST(on_tcp_the_octets_are_counted)
{
	struct strbuf sb = { 0 };

	rfc5424_frame(&sb, "<14>1 one", 9);
	rfc5424_frame(&sb, "a\nb\0c", 5);
	ck_assert_uint_eq(sb.len, 18);
	ck_assert_int_eq(memcmp(sb.s, "9 <14>1 one5 a\nb\0c", 18), 0);
	strbuf_done(&sb);
} END_TEST

START_TEST(fields_of_any_bytes_come_out_as_they_went_in)
{
	struct iovec fields[JOURNAL_FIELDS_MAX];
	struct strbuf sb = { 0 };

	journal_add_field(&sb, "MESSAGE", "a\n\0=b", 5);
	journal_add_field(&sb, "EMPTY", "", 0);
	ck_assert_int_eq(journal_fields(sb.s, sb.len, fields), 2);
	ck_assert_uint_eq(fields[0].iov_len, 13);
	ck_assert_int_eq(memcmp(fields[0].iov_base, "MESSAGE=a\n\0=b", 13), 0);
	ck_assert_uint_eq(fields[1].iov_len, 6);
	ck_assert_int_eq(memcmp(fields[1].iov_base, "EMPTY=", 6), 0);
	ck_assert_int_eq(journal_fields(sb.s, 0, fields), 0);
	for (size_t n = 1; n < sb.len; n++) {
		if (n != 4 + 13)
			ck_assert_int_eq(journal_fields(sb.s, n, fields), -EPROTO);
	}
	strbuf_done(&sb);
} END_TEST

START_TEST(there_are_not_too_many_fields)
{
	struct iovec fields[JOURNAL_FIELDS_MAX];
	struct strbuf sb = { 0 };

	for (int i = 0; i < JOURNAL_FIELDS_MAX; i++)
		journal_add_field(&sb, "A", "b", 1);
	ck_assert_int_eq(journal_fields(sb.s, sb.len, fields), JOURNAL_FIELDS_MAX);
	journal_add_field(&sb, "A", "b", 1);
	ck_assert_int_eq(journal_fields(sb.s, sb.len, fields), -EPROTO);
	strbuf_done(&sb);
} END_TEST

/* --- what waits --- */

static char said[512];
static unsigned troubles, healings;
static uint64_t lost, lost_all;

static int on_trouble(void *user, const char *name, const char *text, uint64_t bytes)
{
	(void)user;
	ck_assert_str_eq(name, "tcp://x:1");
	strcpy(said, text);
	troubles++;
	lost += bytes;
	return 0;
}

static int on_healed(void *user, const char *name, uint64_t bytes)
{
	(void)user, (void)name;
	healings++;
	lost_all = bytes;
	return 0;
}

static const struct sink_news news = { on_trouble, on_healed };

START_TEST(what_does_not_fit_is_counted_and_said_once)
{
	static const char line[1000];
	struct outbox o;

	outbox_init(&o, "tcp://x:1", "the server", &news, NULL);
	for (int i = 0; i < 2000; i++)
		outbox_add(&o, line, sizeof(line), "it is slow");
	ck_assert_uint_eq(o.queued, OUTBOX_MAX / 1000 * 1000);
	ck_assert_uint_eq(troubles, 1);
	ck_assert_str_eq(said, "cannot send to the server: it is slow");
	ck_assert_uint_eq(lost + o.trouble.lost, 2000000 - o.queued);
	outbox_heal(&o);
	ck_assert_uint_eq(healings, 1);
	ck_assert_uint_eq(lost_all, 2000000 - o.queued);
	outbox_heal(&o);
	ck_assert_uint_eq(healings, 1);
	while (o.queue)
		outbox_pop(&o);
	ck_assert_uint_eq(o.queued, 0);
	outbox_done(&o);
} END_TEST

START_TEST(the_servers_of_one_url_are_one)
{
	struct remote *first, *second, *other;
	struct loop *loop = loop_new();
	struct remotes all;

	remotes_init(&all, loop, &news, NULL);
	ck_assert_int_eq(remote_get(&all, "udp://127.0.0.1:514", &first), 0);
	ck_assert_int_eq(remote_get(&all, "udp://127.0.0.1:514", &second), 0);
	ck_assert_int_eq(remote_get(&all, "tcp://[::1]:514", &other), 0);
	ck_assert_ptr_eq(first, second);
	ck_assert_ptr_ne(first, other);
	ck_assert(remotes_are_empty(&all));
	remote_unref(first);
	remote_unref(NULL);
	remotes_done(&all);
	loop_free(loop);
} END_TEST

START_TEST(what_is_no_url_is_no_server)
{
	static const char *const urls[] = { "", "udp:", "udp://", "tcp://host", "tcp://:1",
					    "tcp://host:", "http://host:1" };
	struct loop *loop = loop_new();
	struct remotes all;
	struct remote *r;

	remotes_init(&all, loop, &news, NULL);
	for (size_t i = 0; i < ARRAY_LEN(urls); i++)
		ck_assert_int_eq(remote_get(&all, urls[i], &r), -EINVAL);
	remotes_done(&all);
	loop_free(loop);
} END_TEST

int main(void)
{
	const TTest *const tests[] = {
		a_message_has_the_fields_of_rfc_5424,
		what_is_not_known_is_a_dash,
		a_field_has_no_spaces_and_an_end,
		on_tcp_the_octets_are_counted,
		fields_of_any_bytes_come_out_as_they_went_in,
		there_are_not_too_many_fields,
		what_does_not_fit_is_counted_and_said_once,
		the_servers_of_one_url_are_one,
		what_is_no_url_is_no_server,
	};
	Suite *s = suite_create("outlet");
	TCase *tc = tcase_create("all");
	SRunner *sr;
	int failed;

	for (size_t i = 0; i < ARRAY_LEN(tests); i++)
		tcase_add_test(tc, tests[i]);
	suite_add_tcase(s, tc);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
