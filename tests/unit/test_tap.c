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

static void begin_at(const char *where, bool tell, bool strip, const char *syslog)
{
	struct channel_spec spec = {
		.id = 7,
		.filter = { .strip = strip },
		.tap = { .tell = tell, .syslog = syslog, .tag = syslog },
		.speaker = { .group = "g", .name = "n", .channel = "stdout" },
	};

	loop = loop_new();
	helpers_init(&helpers, loop);
	outlets_init(&outlets, loop, where, &helpers, &news, NULL);
	taps = (struct taps){ .outlets = &outlets, .on_text = on_text };
	ck_assert_int_eq(taps_init(&taps), 0);
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

/* n bytes pass: they are seen, taken out of the pipe, and told. */
static void pass(const char *p, size_t n)
{
	size_t seen;

	ck_assert_int_eq(write(ends[1], p, n), (ssize_t)n);
	ck_assert_int_eq(look_at(&look, ends[0]), (ssize_t)n);
	seen = tap_see(tap, &look, n);
	ck_assert_uint_eq(seen, n);
	look_drop(&look, ends[0], n);
	tap_took(tap, n);
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
	begin(true, true, NULL);
	ck_assert_int_eq(write(ends[1], "\x1b[1mab", 6), 6);
	for (int i = 0; i < 2; i++) {
		const char *text;

		ck_assert_int_eq(look_at(&look, ends[0]), 6);
		ck_assert_uint_eq(tap_see(tap, &look, 6), 6);
		ck_assert_uint_eq(tap_text(tap, 6, &text), 2);
		ck_assert_mem_eq(text, "ab", 2);
		ck_assert_uint_eq(tap_bytes(tap, 6, 1), 5);
	}
	ck_assert_uint_eq(told.len, 0);
	tap_took(tap, 5);
	ck_assert_str_eq(strbuf_str(&told), "a");
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
	end();
} END_TEST

START_TEST(without_anything_wanted_there_is_no_tap)
{
	struct channel_spec none = { .id = 7 }, all = {
		.id = 7,
		.filter = { .strip = true },
		.tap = { .tell = true, .syslog = true, .tag = "x" },
	};

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
