/* test_link.c - frames: the format, and their way over a socket pair with descriptors */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/strbuf.h"
#include "ipc/frame.h"

/* --- the format --- */

START_TEST(what_is_built_is_parsed)
{
	json_t *head = json_pack("{s:s, s:i}", "t", "open", "ch", 7);
	struct strbuf sb = { 0 };
	struct frame f;

	ck_assert_int_eq(frame_build(&sb, head, "body", 4, false), 0);
	for (size_t n = 0; n < sb.len; n++)
		ck_assert_int_eq(frame_parse(sb.s, n, &f), 0);
	ck_assert_int_eq(frame_parse(sb.s, sb.len, &f), (ssize_t)sb.len);
	ck_assert_str_eq(f.type, "open");
	ck_assert_int_eq(json_integer_value(json_object_get(f.head, "ch")), 7);
	ck_assert_uint_eq(f.body_len, 4);
	ck_assert_mem_eq(f.body, "body", 4);
	json_decref(f.head);
	json_decref(head);
	strbuf_done(&sb);
} END_TEST

static ssize_t parse_raw(uint32_t head_len, uint32_t body_len, const char *rest)
{
	struct strbuf sb = { 0 };
	struct frame f;
	ssize_t ret;

	strbuf_add(&sb, &head_len, 4);
	strbuf_add(&sb, &body_len, 4);
	strbuf_adds(&sb, rest);
	ret = frame_parse(sb.s, sb.len, &f);
	if (ret > 0)
		json_decref(f.head);
	strbuf_done(&sb);
	return ret;
}

START_TEST(what_breaks_the_format_is_refused)
{
	ck_assert_int_eq(parse_raw(FRAME_HEAD_MAX + 1, 0, ""), -EPROTO);
	ck_assert_int_eq(parse_raw(2, FRAME_BODY_MAX + 1, "{}"), -EPROTO);
	ck_assert_int_eq(parse_raw(2, 0, "{}"), -EPROTO);	/* no type */
	ck_assert_int_eq(parse_raw(2, 0, "xx"), -EPROTO);
	ck_assert_int_eq(parse_raw(7, 0, "{\"t\":1}"), -EPROTO);
	ck_assert_int_eq(parse_raw(0, 0, ""), -EPROTO);
	ck_assert_int_eq(parse_raw(9, 0, "{\"t\":\"a\"}"), 17);
} END_TEST

START_TEST(any_bytes_become_text)
{
	json_t *text = json_textn("a\xff\xc3\xa4\xed\xa0\x80z", 8);

	ck_assert_str_eq(json_string_value(text),
			 "a\xef\xbf\xbd\xc3\xa4\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdz");
	json_decref(text);
} END_TEST

/* --- the link, on a real loop --- */

struct end {
	struct link *link;
	struct loop *loop;
	int frames, downs, error, last, stop_after;
	int fd;			/* the last one that came; owned */
	int fd_of;		/* number of the frame that it came with */
	bool free_on_frame;
};

static struct loop *loop;
static struct end a, b;

static void on_frame(struct link *link, struct frame *frame)
{
	struct end *end = link_user(link);

	end->frames++;
	end->last = (int)json_integer_value(json_object_get(frame->head, "n"));
	if (frame->fd >= 0) {
		close_fd(&end->fd);
		end->fd = steal_fd(&frame->fd);
		end->fd_of = end->last;
	}
	if (end->free_on_frame) {
		link_free(link);
		end->link = NULL;
	}
	if (end->frames == end->stop_after)
		loop_stop(end->loop);
}

static void on_down(struct link *link, int error)
{
	struct end *end = link_user(link);

	end->downs++;
	end->error = error;
	loop_stop(end->loop);
}

static const struct link_ops ops = { .on_frame = on_frame, .on_down = on_down };

static void setup(void)
{
	int pair[2];

	loop = loop_new();
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	a = b = (struct end){ .loop = loop, .fd = -1 };
	ck_assert_int_eq(link_new(loop, pair[0], &ops, &a, &a.link), 0);
	ck_assert_int_eq(link_new(loop, pair[1], &ops, &b, &b.link), 0);
}

static void teardown(void)
{
	link_free(a.link);
	link_free(b.link);
	close_fd(&a.fd);
	close_fd(&b.fd);
	loop_free(loop);
}

static int send_number(struct link *link, int n, size_t body_len, int fd)
{
	char *body = calloc(1, body_len + 1);
	int ret = link_send(link, json_pack("{s:s, s:i}", "t", "x", "n", n), body, body_len, fd);

	free(body);
	return ret;
}

START_TEST(frames_come_whole_and_in_order)
{
	b.stop_after = 100;
	for (int i = 1; i <= 100; i++)
		ck_assert_int_eq(send_number(a.link, i, 50000, -1), 0);
	ck_assert_uint_gt(link_queued(a.link), 0);	/* more than a socket holds */
	loop_run(loop);
	ck_assert_int_eq(b.frames, 100);
	ck_assert_int_eq(b.last, 100);
	ck_assert_uint_eq(link_queued(a.link), 0);
} END_TEST

START_TEST(each_descriptor_comes_with_its_frame)
{
	char c = 0;

	b.stop_after = 40;
	for (int i = 1; i <= 40; i++) {
		int fds[2] = { -1, -1 };

		/* Two of three frames carry one; bodies so large that most of them queue. */
		if (i % 3) {
			ck_assert_int_eq(pipe(fds), 0);
			ck_assert_int_eq(write(fds[1], &(char){ (char)i }, 1), 1);
		}
		ck_assert_int_eq(send_number(a.link, i, 20000, fds[0]), 0);
		close_fd(&fds[0]);
		close_fd(&fds[1]);
	}
	loop_run(loop);
	ck_assert_int_eq(b.frames, 40);
	ck_assert_int_eq(read(b.fd, &c, 1), 1);
	ck_assert_int_eq(c, 40);
} END_TEST

START_TEST(the_other_side_hears_of_the_end_after_the_last_frame)
{
	ck_assert_int_eq(send_number(a.link, 1, 0, -1), 0);
	link_free(a.link);
	a.link = NULL;
	loop_run(loop);
	ck_assert_int_eq(b.frames, 1);
	ck_assert_int_eq(b.downs, 1);
	ck_assert_int_eq(b.error, 0);
	ck_assert_int_eq(send_number(b.link, 1, 0, -1), -EPIPE);
} END_TEST

START_TEST(a_link_may_be_freed_by_its_own_frame)
{
	b.free_on_frame = true;
	b.stop_after = 1;
	ck_assert_int_eq(send_number(a.link, 1, 0, -1), 0);
	ck_assert_int_eq(send_number(a.link, 2, 0, -1), 0);
	loop_run(loop);
	ck_assert_int_eq(b.frames, 1);
} END_TEST

START_TEST(the_queue_has_a_ceiling)
{
	int i = 0, ret;

	do {
		ret = send_number(a.link, ++i, FRAME_BODY_MAX, -1);
	} while (ret == 0);
	ck_assert_int_eq(ret, -ENOBUFS);
	ck_assert_uint_le(link_queued(a.link), LINK_QUEUE_MAX);
	ck_assert_int_eq(send_number(a.link, 1, FRAME_BODY_MAX + 1, -1), -ENOBUFS);
} END_TEST

#ifdef __GLIBC_PREREQ
#define HAS_MALLINFO2 __GLIBC_PREREQ(2, 33)
#else
#define HAS_MALLINFO2 0
#endif

#if HAS_MALLINFO2
static size_t memory_in_use(void)
{
	struct mallinfo2 info = mallinfo2();

	return info.uordblks + info.hblkhd;
}

static void send_numbers(int n, size_t body_len)
{
	b.frames = 0;
	b.stop_after = n;
	for (int i = 1; i <= n; i++)
		ck_assert_int_eq(send_number(a.link, i, body_len, -1), 0);
	loop_run(loop);
}

/* A daemon that lives for years must not have the memory of its busiest moment. */
START_TEST(a_burst_leaves_little_memory_behind)
{
	size_t before = memory_in_use();

	send_numbers(4000, 20);
	ck_assert_uint_le(memory_in_use(), before + 80 * 1024);
	send_numbers(3, FRAME_BODY_MAX);
	ck_assert_uint_le(memory_in_use(), before + 80 * 1024);
} END_TEST
#endif

/* The other end of b's link from now on; the caller's. */
static int bare_end(void)
{
	int pair[2];

	link_free(a.link);
	a.link = NULL;
	link_free(b.link);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	ck_assert_int_eq(link_new(loop, pair[1], &ops, &b, &b.link), 0);
	return pair[0];
}

static void send_raw(int sock, const char *p, size_t n, int fd)
{
	union {
		struct cmsghdr head;
		char           space[CMSG_SPACE(sizeof(int))];
	} control = { .head = { .cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET,
				.cmsg_type = SCM_RIGHTS } };
	struct iovec iov = { .iov_base = (char *)(uintptr_t)p, .iov_len = n };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control,
			      .msg_controllen = sizeof(control) };

	memcpy(CMSG_DATA(&control.head), &fd, sizeof(fd));
	ck_assert_int_eq(sendmsg(sock, &msg, 0), (ssize_t)n);
}

static void on_timer(struct timer *t)
{
	loop_stop(t->loop);
}

/* What lies there already is read. */
static void run_once(void)
{
	struct timer timer;

	timer_init(&timer, loop, on_timer);
	timer_start(&timer, 0);
	loop_run(loop);
}

START_TEST(a_descriptor_that_finds_no_room_leaves_the_others_alone)
{
	json_t *first = json_pack("{s:s, s:i}", "t", "x", "n", 1);
	json_t *second = json_pack("{s:s, s:i}", "t", "x", "n", 2);
	struct rlimit before, none = { .rlim_cur = 0 };
	struct strbuf one = { 0 }, two = { 0 };
	int sock = bare_end();

	ck_assert_int_eq(frame_build(&one, first, "body", 4, true), 0);
	ck_assert_int_eq(frame_build(&two, second, NULL, 0, true), 0);
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &before), 0);
	none.rlim_max = before.rlim_max;
	send_raw(sock, one.s, one.len - 2, STDIN_FILENO);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
	run_once();
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &before), 0);
	ck_assert_int_eq(write(sock, one.s + one.len - 2, 2), 2);
	send_raw(sock, two.s, two.len, STDIN_FILENO);
	run_once();
	ck_assert_int_eq(b.frames, 2);
	ck_assert_int_eq(b.fd_of, 2);
	strbuf_done(&one);
	strbuf_done(&two);
	json_decref(first);
	json_decref(second);
	close_fd(&sock);
} END_TEST

START_TEST(garbage_ends_the_link_and_not_the_program)
{
	int sock = bare_end();

	ck_assert_int_eq(write(sock, "GET / HTTP/1.1\r\n\r\n", 18), 18);
	loop_run(loop);
	ck_assert_int_eq(b.error, -EPROTO);
	close_fd(&sock);
} END_TEST

int main(void)
{
	Suite *s = suite_create("link");
	TCase *format = tcase_create("format"), *way = tcase_create("way");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_test(format, what_is_built_is_parsed);
	tcase_add_test(format, what_breaks_the_format_is_refused);
	tcase_add_test(format, any_bytes_become_text);
	tcase_add_checked_fixture(way, setup, teardown);
	tcase_add_test(way, frames_come_whole_and_in_order);
	tcase_add_test(way, each_descriptor_comes_with_its_frame);
	tcase_add_test(way, the_other_side_hears_of_the_end_after_the_last_frame);
	tcase_add_test(way, a_link_may_be_freed_by_its_own_frame);
	tcase_add_test(way, the_queue_has_a_ceiling);
#if HAS_MALLINFO2
	tcase_add_test(way, a_burst_leaves_little_memory_behind);
#endif
	tcase_add_test(way, a_descriptor_that_finds_no_room_leaves_the_others_alone);
	tcase_add_test(way, garbage_ends_the_link_and_not_the_program);
	suite_add_tcase(s, format);
	suite_add_tcase(s, way);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
