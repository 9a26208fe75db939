/* test_tap.c - what a tap tells and sends to syslog of the bytes that pass */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/strbuf.h"
#include "logd/helper.h"
#include "logd/look.h"
#include "logd/outlet.h"
#include "logd/spec.h"
#include "logd/tap.h"

static struct loop *loop;
static struct helpers helpers;
static struct outlets outlets;
static struct outbox *const out = &outlets.devlog.out;
static struct taps taps;
static struct look look;
static struct tap *tap;
static struct strbuf told;
static int told_code, ends[2], syslog_fd, troubles;
static uint64_t told_lost, lost;

static const char NOWHERE[] = "/nowhere/svd-test-tap";
static char path[] = "/tmp/svd-test-tap-XXXXXX/log";

static int on_text(void *user, int64_t id, const char *p, size_t n, uint64_t bytes)
{
	(void)user;
	ck_assert_int_eq(id, 7);
	if (told_code == 0) {
		strbuf_add(&told, p, n);
		told_lost += bytes;
	}
	return told_code;
}

static int on_message(void *user, int64_t id, const char *p, size_t n, bool cut, uint64_t before)
{
	(void)user;
	ck_assert_int_eq(id, 7);
	if (told_code == 0) {
		strbuf_addf(&told, "[%.*s%s]", (int)n, p, cut ? "!" : "");
		told_lost += before;
	}
	return told_code;
}

static const struct tap_news tap_news = { on_text, on_message };

static int on_trouble(void *user, const char *name, const char *text, uint64_t bytes)
{
	(void)user;
	ck_assert_str_eq(name, "syslog");
	ck_assert_ptr_nonnull(strstr(text, "cannot send to "));
	troubles++;
	lost += bytes;
	return 0;
}

static int on_healed(void *user, const char *name, uint64_t bytes)
{
	(void)user, (void)name, (void)bytes;
	return 0;
}

static const struct sink_news news = { on_trouble, on_healed };

static void listen_there(void)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };

	(void)unlink(path);	/* of a test that failed */
	strcpy(addr.sun_path, path);
	syslog_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	ck_assert_int_eq(bind(syslog_fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
}

/* What is wanted of channel 7. */
static struct channel_spec wanted(bool tell, struct filter_spec filter, const char *syslog)
{
	return (struct channel_spec){
		.id = 7,
		.filter = filter,
		.tap = { .tell = tell, .syslog = syslog, .tag = syslog },
		.speaker = { .group = "g", .name = "n", .channel = "stdout" },
	};
}

static void begin_at(const char *where, bool tell, bool strip, const char *syslog)
{
	struct channel_spec spec = wanted(tell, (struct filter_spec){ .strip = strip }, syslog);

	loop = loop_new();
	helpers_init(&helpers, loop);
	outlets_init(&outlets, loop, where, &helpers, &news, NULL);
	ck_assert_int_eq(taps_init(&taps, &outlets, &tap_news, NULL), 0);
	ck_assert_int_eq(look_init(&look), 0);
	ck_assert_int_eq(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
	tap = NULL;
	ck_assert_int_eq(tap_set(&tap, &taps, &spec), 0);
	strbuf_reset(&told);
	told_code = troubles = 0;
	told_lost = lost = 0;
}

static void begin(bool tell, bool strip, const char *syslog)
{
	listen_there();
	begin_at(path, tell, strip, syslog);
}

static void end(void)
{
	tap_free(tap);
	taps_done(&taps);
	look_done(&look);
	outlets_done(&outlets);
	helpers_done(&helpers);
	loop_free(loop);
	close_fd(&ends[0]);
	close_fd(&ends[1]);
	close_fd(&syslog_fd);
	strbuf_done(&told);
	(void)unlink(path);
}

static void look_at_new(const char *p, size_t n)
{
	ck_assert_int_eq(write(ends[1], p, n), (ssize_t)n);
	ck_assert_int_eq(look_at(&look, ends[0]), (ssize_t)n);
}

/* n bytes pass, as they are or as something else, and leave the pipe. */
static void pass(const char *p, size_t n)
{
	size_t len;

	look_at_new(p, n);
	if (tap_changes(tap)) {
		ck_assert_int_eq(tap_draft(tap, &look, n, FILTER_EAGER), 0);
		ck_assert_uint_eq(tap->input, n);
		if (tap_text(tap, &len))
			tap_wrote(tap, len);
	} else {
		ck_assert_uint_eq(tap_see(tap, &look, n), n);
		tap_took(tap, n);
	}
	look_drop(&look, ends[0], n);
}

/* The next message without its priority and time; NULL: there is none. */
static const char *message(void)
{
	static char buf[SYSLOG_LINE_MAX + 256];
	ssize_t n = recv(syslog_fd, buf, sizeof(buf) - 1, 0);

	if (n < 0)
		return NULL;
	buf[n] = '\0';
	ck_assert_int_eq(strncmp(buf, "<14>", 4), 0);
	ck_assert_int_eq(buf[4 + 15], ' ');
	return buf + 4 + 16;
}

static void sends(const char *expected)
{
	const char *m = message();

	ck_assert_ptr_nonnull(m);
	ck_assert_str_eq(m, expected);
}

START_TEST(a_message_looks_like_the_c_librarys)
{
	struct syslog_head head = { .priority = 14, .ident = "supervisord", .who = "cat" };
	struct strbuf sb = { 0 };

	setenv("TZ", "UTC", 1);
	tzset();
	devlog_format(&sb, 1000000000, &head, "a line", 6);
	ck_assert_str_eq(strbuf_str(&sb), "<14>Sep  9 01:46:40 supervisord: cat a line");
	strbuf_reset(&sb);
	head.who = "";
	devlog_format(&sb, 1000000000, &head, "a line", 6);
	ck_assert_str_eq(strbuf_str(&sb), "<14>Sep  9 01:46:40 supervisord: a line");
	strbuf_done(&sb);
} END_TEST

START_TEST(each_line_is_a_message)
{
	begin(false, false, "cat");
	pass("one\ntwo\n\nthr", 12);
	sends("supervisord: cat one");
	sends("supervisord: cat two");
	sends("supervisord: cat ");
	ck_assert_ptr_null(message());
	pass("ee\nrest", 7);
	sends("supervisord: cat three");
	ck_assert_ptr_null(message());
	tap_free(tap);
	tap = NULL;
	sends("supervisord: cat rest");
	end();
} END_TEST

START_TEST(a_line_without_end_is_cut)
{
	static char text[LOOK_BUF];
	const char *m;

	begin(false, false, "");
	memset(text, 'x', sizeof(text));
	pass(text, 40000);
	pass(text, 40000);
	m = message();
	ck_assert_ptr_nonnull(m);
	ck_assert_uint_eq(strlen(m), strlen("supervisord: ") + SYSLOG_LINE_MAX);
	pass("\n", 1);
	m = message();
	ck_assert_ptr_nonnull(m);
	ck_assert_uint_eq(strlen(m), strlen("supervisord: ") + 80000 - SYSLOG_LINE_MAX);
	end();
} END_TEST

START_TEST(sequences_are_neither_told_nor_sent)
{
	begin(true, true, "p");
	pass("\x1b[1mbo", 6);
	pass("ld\x1b[0", 5);
	pass("m\n", 2);
	ck_assert_str_eq(strbuf_str(&told), "bold\n");
	sends("supervisord: p bold");
	end();
} END_TEST

START_TEST(what_is_seen_and_not_taken_is_not_told)
{
	begin(true, false, NULL);
	look_at_new("abc", 3);
	ck_assert_uint_eq(tap_see(tap, &look, 3), 3);
	ck_assert_uint_eq(told.len, 0);
	tap_took(tap, 2);
	ck_assert_str_eq(strbuf_str(&told), "ab");
	end();
} END_TEST

START_TEST(what_becomes_text_is_written_in_parts)
{
	size_t len;

	begin(true, true, NULL);
	look_at_new("\x1b[1mabcd\x1b[", 10);
	ck_assert_int_eq(tap_draft(tap, &look, 10, FILTER_PATIENT), 0);
	ck_assert_uint_eq(tap->input, 8);
	ck_assert_str_eq(tap_text(tap, &len), "abcd");
	tap_wrote(tap, 3);
	ck_assert(tap_changes(tap));
	ck_assert_str_eq(tap_text(tap, &len), "d");
	ck_assert_uint_eq(len, 1);
	tap_wrote(tap, 1);
	ck_assert_ptr_null(tap_text(tap, &len));
	ck_assert_str_eq(strbuf_str(&told), "abcd");
	end();
} END_TEST

START_TEST(messages_are_told_and_nothing_else_of_them)
{
	struct channel_spec captures = wanted(false, (struct filter_spec){ .capture = 5 }, "p");

	begin(true, false, "p");
	ck_assert_int_eq(tap_set(&tap, &taps, &captures), 0);
	ck_assert(tap_has_news(tap));
	pass("a" CAPTURE_BEGIN "one" CAPTURE_END, 1 + 24 + 3 + 22);
	told_code = -ENOBUFS;
	pass(CAPTURE_BEGIN "two" CAPTURE_END, 24 + 3 + 22);
	told_code = 0;
	pass(CAPTURE_BEGIN "longer" CAPTURE_END "b\n", 24 + 6 + 22 + 2);
	ck_assert_str_eq(strbuf_str(&told), "[one][onger!]");
	ck_assert_uint_eq(told_lost, 1);
	sends("supervisord: p ab");
	end();
} END_TEST

START_TEST(events_and_the_debug_log_hear_what_is_captured)
{
	struct channel_spec captures = wanted(true, (struct filter_spec){ .capture = 9 }, NULL);

	begin(true, false, NULL);
	ck_assert_int_eq(tap_set(&tap, &taps, &captures), 0);
	pass("a" CAPTURE_BEGIN "one" CAPTURE_END "b", 1 + 24 + 3 + 22 + 1);
	ck_assert_str_eq(strbuf_str(&told), "aone[one]b");
	end();
} END_TEST

START_TEST(what_is_held_becomes_text)
{
	struct channel_spec with = wanted(false, (struct filter_spec){ .format = FORMAT_PREFIX },
					  NULL);
	struct channel_spec without = wanted(false, (struct filter_spec){ .strip = false }, NULL);
	size_t len;

	begin(true, false, NULL);
	ck_assert_int_eq(tap_set(&tap, &taps, &with), 0);
	pass("half", 4);
	tap_end(tap);
	ck_assert_ptr_nonnull(strstr(tap_text(tap, &len), "Z g:n[0] stdout: half\n"));
	tap_wrote(tap, len);
	pass("more", 4);
	ck_assert_int_eq(tap_set(&tap, &taps, &without), 0);
	ck_assert_ptr_nonnull(tap);
	ck_assert_ptr_nonnull(strstr(tap_text(tap, &len), "Z g:n[0] stdout: more\n"));
	tap_wrote(tap, len);
	ck_assert(!tap_changes(tap));
	end();
} END_TEST

START_TEST(what_could_not_be_told_is_counted)
{
	begin(true, false, NULL);
	told_code = -ENOBUFS;
	pass("12345", 5);
	pass("678", 3);
	told_code = 0;
	pass("90", 2);
	pass("1", 1);
	ck_assert_str_eq(strbuf_str(&told), "901");
	ck_assert_uint_eq(told_lost, 8);
	tap_tell_loss(tap);
	ck_assert_uint_eq(told_lost, 8);
	told_code = -ENOBUFS;
	pass("23", 2);
	told_code = 0;
	tap_tell_loss(tap);
	ck_assert_uint_eq(told_lost, 10);
	end();
} END_TEST

START_TEST(without_anything_wanted_there_is_no_tap)
{
	struct channel_spec none = wanted(false, (struct filter_spec){ .strip = false }, NULL);
	struct channel_spec all = wanted(true, (struct filter_spec){ .strip = true }, "x");

	begin(true, false, NULL);
	ck_assert_int_eq(tap_set(&tap, &taps, &none), 0);
	ck_assert_ptr_null(tap);
	ck_assert_int_eq(tap_set(&tap, &taps, &all), 0);
	pass("\x1b[ma\n", 5);
	sends("supervisord: x a");
	ck_assert_str_eq(strbuf_str(&told), "a\n");
	end();
} END_TEST

START_TEST(a_syslog_that_starts_again_is_found_again)
{
	begin(false, false, "p");
	pass("one\n", 4);
	sends("supervisord: p one");
	close_fd(&syslog_fd);
	ck_assert_int_eq(unlink(path), 0);
	listen_there();
	pass("two\n", 4);
	sends("supervisord: p two");
	ck_assert_int_eq(troubles, 0);
	end();
} END_TEST

/* Nobody reads: the kernel keeps some, the queue keeps a megabyte, the rest is counted. */
START_TEST(a_busy_syslog_gets_what_the_queue_holds)
{
	static char line[10000];
	const char *m;
	int got = 0;

	begin(false, false, "p");
	memset(line, 'x', sizeof(line) - 1);
	line[sizeof(line) - 1] = '\n';
	for (int i = 0; i < 2000; i++)
		pass(line, sizeof(line));
	ck_assert_int_eq(troubles, 1);
	ck_assert_uint_le(out->queued, OUTBOX_MAX);
	ck_assert_uint_gt(out->queued, OUTBOX_MAX - 11000);
	while ((m = message()) || out->queue) {
		got += m != NULL;
		outlets_drain(&outlets, 0.001);
	}
	ck_assert_uint_ge((uint64_t)got * 10000, OUTBOX_MAX - 11000);
	ck_assert_uint_gt(out->trouble.lost + lost, 0);
	end();
} END_TEST

START_TEST(a_syslog_that_is_not_there_costs_its_lines)
{
	begin_at(NOWHERE, false, false, "p");
	syslog_fd = -1;
	pass("one\n", 4);
	ck_assert_uint_gt(out->queued, 0);	/* it may come in a moment */
	out->trouble.since -= 10;		/* ... and has not */
	outlets.devlog.retry.on_fire(&outlets.devlog.retry);
	ck_assert_uint_eq(out->queued, 0);
	ck_assert_int_eq(troubles, 1);
	pass("two\n", 4);
	ck_assert_uint_eq(out->queued, 0);
	ck_assert_uint_eq(out->trouble.lost, 3);
	end();
} END_TEST

static void make_dir(void)
{
	char *slash = strrchr(path, '/');

	*slash = '\0';
	ck_assert_ptr_nonnull(mkdtemp(path));
	*slash = '/';
}

static void remove_dir(void)
{
	(void)unlink(path);
	*strrchr(path, '/') = '\0';
	ck_assert_int_eq(rmdir(path), 0);
}

int main(void)
{
	Suite *s = suite_create("tap");
	TCase *tc = tcase_create("tap");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_unchecked_fixture(tc, make_dir, remove_dir);
	tcase_add_test(tc, a_message_looks_like_the_c_librarys);
	tcase_add_test(tc, each_line_is_a_message);
	tcase_add_test(tc, a_line_without_end_is_cut);
	tcase_add_test(tc, sequences_are_neither_told_nor_sent);
	tcase_add_test(tc, what_is_seen_and_not_taken_is_not_told);
	tcase_add_test(tc, what_becomes_text_is_written_in_parts);
	tcase_add_test(tc, messages_are_told_and_nothing_else_of_them);
	tcase_add_test(tc, events_and_the_debug_log_hear_what_is_captured);
	tcase_add_test(tc, what_is_held_becomes_text);
	tcase_add_test(tc, what_could_not_be_told_is_counted);
	tcase_add_test(tc, without_anything_wanted_there_is_no_tap);
	tcase_add_test(tc, a_syslog_that_starts_again_is_found_again);
	tcase_add_test(tc, a_busy_syslog_gets_what_the_queue_holds);
	tcase_add_test(tc, a_syslog_that_is_not_there_costs_its_lines);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
