/* test_sink.c - one file, one sink; what is said of trouble, and when */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "logd/sink.h"
#include "logd/source.h"
#include "logd/stage.h"
#include "logd/tap.h"
#include "logd/trouble.h"

/* --- a fake clock: this one is linked instead of base/clock.c --- */

static double now;

double clock_mono(void)
{
	return now;
}

double clock_wall(void)
{
	return now;
}

/* --- sinks in a directory of their own --- */

static const struct sink_rules rules = { .mode = 0644 };
static char dir[] = "/tmp/svd-test-sink-XXXXXX";
static struct sinks sinks;
static int troubles, healings;
static uint64_t lost;

static int on_trouble(void *user, const char *path, const char *text, uint64_t bytes)
{
	(void)user, (void)path, (void)text, (void)bytes;
	troubles++;
	return 0;
}

static int on_healed(void *user, const char *path, uint64_t bytes)
{
	(void)user, (void)path;
	healings++;
	lost = bytes;
	return 0;
}

static const struct sink_news news = { on_trouble, on_healed };

/* What is made and removed by the runner itself goes when a test aborts, too. */
static void make_dir(void)
{
	ck_assert_ptr_nonnull(mkdtemp(dir));
}

static void empty_dir(void)
{
	ck_assert_int_eq(chdir(dir), 0);
	(void)remove("a");
	(void)remove("a.1");
	(void)remove("b");
	(void)remove("d/a");
	(void)remove("d");
}

static void remove_dir(void)
{
	empty_dir();
	ck_assert_int_eq(chdir("/"), 0);
	ck_assert_int_eq(rmdir(dir), 0);
}

static int keep(void *user, const char *name, int fd)
{
	(void)user, (void)name, (void)fd;
	return 0;
}

static bool is_kept(void *user)
{
	(void)user;
	return true;
}

static const struct stage_ops stage_ops = { keep, is_kept };
static struct stages stages;

static void begin(void)
{
	now = 1000;
	troubles = healings = 0;
	lost = 0;
	empty_dir();
	stages_init(&stages, &stage_ops, NULL);
	ck_assert_int_eq(stages_begin(&stages), 0);
	ck_assert_int_eq(sinks_init(&sinks, &stages, &news, NULL), 0);
}

static void end(void)
{
	sinks_done(&sinks);
	stages_done(&stages);
}

/* A program's pipe with a sink at its end. */
struct program {
	struct source src;
	int           out;
};

static int work(struct sink *s)
{
	sink_work(s);
	return sink_apply(s);
}

/* What is to be done to files, as in the turn. */
static void tend(void)
{
	while (sinks.todo) {
		if (sink_do(sinks.todo) == TAKEN_WORK)
			(void)work(sinks.todo);
	}
}

static void start(struct program *p)
{
	int ends[2];

	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	p->out = ends[1];
	ck_assert_int_eq(source_init(&p->src, ends[0]), 0);
}

static void join(struct program *p, const char *path)
{
	start(p);
	ck_assert_int_eq(sink_join(&sinks, path, &rules, &p->src), 0);
	tend();
}

static void leave(struct program *p)
{
	sink_leave(&p->src);
	source_done(&p->src);
	close_fd(&p->out);
}

static void say(const struct program *p, const char *text)
{
	ck_assert_int_eq(write(p->out, text, strlen(text)), (ssize_t)strlen(text));
}

static enum taken take(struct program *p)
{
	enum taken taken = sink_take(p->src.sink, &p->src);

	while (taken == TAKEN_WORK) {
		int ret = work(p->src.sink);

		if (ret > 0)
			return TAKEN_SOME;
		taken = ret < 0 ? sink_cannot(p->src.sink, &p->src) :
				  sink_take(p->src.sink, &p->src);
	}
	return taken;
}

static const char *text_of(const char *path)
{
	static char text[4096];
	int fd = open(path, O_RDONLY);
	ssize_t n = read(fd, text, sizeof(text) - 1);

	text[n > 0 ? n : 0] = '\0';
	close_fd(&fd);
	return text;
}

START_TEST(the_same_path_is_the_same_sink)
{
	struct program p, q;

	join(&p, "a");
	ck_assert(!p.src.sink->shared);
	join(&q, "a");
	ck_assert_ptr_eq(p.src.sink, q.src.sink);
	ck_assert(p.src.sink->shared);
	leave(&p);
	ck_assert_ptr_nonnull(sinks_by_path(&sinks, "a"));
	leave(&q);
	ck_assert_ptr_null(sinks_by_path(&sinks, "a"));
	ck_assert_ptr_null(sinks.by_file);
} END_TEST

START_TEST(another_name_of_the_same_file_is_the_same_sink)
{
	struct program p, q, r;

	join(&p, "a");
	ck_assert_int_eq(symlink("a", "b"), 0);
	join(&q, "b");
	ck_assert_ptr_eq(p.src.sink, q.src.sink);
	ck_assert_int_eq(remove("b"), 0);
	join(&r, "b");
	ck_assert_ptr_ne(p.src.sink, r.src.sink);
	leave(&p);
	leave(&q);
	leave(&r);
} END_TEST

START_TEST(a_file_that_cannot_be_opened_is_shared_by_its_path)
{
	struct program p, q;

	join(&p, "d/a");
	join(&q, "d/a");
	ck_assert_ptr_eq(p.src.sink, q.src.sink);
	ck_assert_int_eq(troubles, 1);
	ck_assert_int_eq(mkdir("d", 0700), 0);
	say(&p, "text\n");
	ck_assert_int_eq(take(&p), TAKEN_SOME);
	ck_assert_ptr_eq(sinks_by_file(&sinks, &p.src.sink->target.id), p.src.sink);
	ck_assert_int_eq(healings, 1);
	leave(&p);
	leave(&q);
} END_TEST

START_TEST(a_sink_is_found_by_its_new_file_after_rotation)
{
	struct program p;
	struct file_id before;

	join(&p, "a");
	before = p.src.sink->target.id;
	p.src.sink->rules = (struct sink_rules){ .maxbytes = 10, .backups = 1, .mode = 0644 };
	say(&p, "12345678\n12345678\n");
	ck_assert_int_eq(take(&p), TAKEN_SOME);
	ck_assert_int_eq(take(&p), TAKEN_SOME);
	ck_assert_int_eq(take(&p), TAKEN_NONE);
	ck_assert_ptr_null(sinks_by_file(&sinks, &before));
	ck_assert_ptr_eq(sinks_by_file(&sinks, &p.src.sink->target.id), p.src.sink);
	ck_assert_int_eq(remove("a.1"), 0);
	leave(&p);
} END_TEST

START_TEST(an_unfinished_line_of_one_of_two_waits_a_second)
{
	struct program p, q;

	join(&p, "a");
	join(&q, "a");
	say(&p, "half");
	ck_assert_int_eq(take(&p), TAKEN_LATER);
	now += 0.9;
	ck_assert_int_eq(take(&p), TAKEN_LATER);
	now += 0.2;
	ck_assert_int_eq(take(&p), TAKEN_SOME);
	ck_assert_str_eq(text_of("a"), "half");

	say(&q, "other\n");
	ck_assert_int_eq(take(&q), TAKEN_LATER);
	now += 0.9;
	say(&p, " more");
	ck_assert_int_eq(take(&p), TAKEN_SOME);
	now += 0.9;
	ck_assert_int_eq(take(&q), TAKEN_LATER);
	now += 0.2;
	ck_assert_int_eq(take(&q), TAKEN_SOME);
	ck_assert_str_eq(text_of("a"), "half more\nother\n");
	leave(&p);
	leave(&q);
} END_TEST

START_TEST(nobody_holds_a_sink_for_longer_than_five_seconds)
{
	struct program p, q;

	join(&p, "a");
	join(&q, "a");
	say(&p, "half");
	ck_assert_int_eq(take(&p), TAKEN_LATER);
	now += 1;
	ck_assert_int_eq(take(&p), TAKEN_SOME);
	say(&q, "other\n");
	for (int i = 0; i < 10; i++) {
		ck_assert_int_eq(take(&q), TAKEN_LATER);
		now += 0.5;
		say(&p, ".");
		ck_assert_int_eq(take(&p), TAKEN_SOME);
	}
	ck_assert_int_eq(take(&q), TAKEN_SOME);
	ck_assert_str_eq(text_of("a"), "half..........\nother\n");
	leave(&p);
	leave(&q);
} END_TEST

/* What a kill -9 inside a splice leaves behind: half a line in the file, half in the pipe. */
START_TEST(the_owner_of_an_unfinished_line_is_known_to_the_next_life)
{
	struct program p, q;
	int own, other;

	join(&p, "a");
	join(&q, "a");
	say(&p, "half");
	p.src.closing = true;
	ck_assert_int_eq(take(&p), TAKEN_SOME);
	own = fcntl(p.src.fd, F_DUPFD_CLOEXEC, 3);
	other = fcntl(q.src.fd, F_DUPFD_CLOEXEC, 3);
	say(&p, " and half\n");
	say(&q, "other\n");
	sink_leave(&p.src);
	sink_leave(&q.src);
	source_done(&p.src);
	source_done(&q.src);

	sinks.started_at = now;
	ck_assert_int_eq(source_init(&q.src, other), 0);
	ck_assert_int_eq(sink_join(&sinks, "a", &rules, &q.src), 0);
	ck_assert_int_eq(source_init(&p.src, own), 0);
	source_mark(&p.src, MARK_OWNER, true);
	ck_assert_int_eq(sink_join(&sinks, "a", &rules, &p.src), 0);
	ck_assert_int_eq(take(&q), TAKEN_LATER);
	ck_assert_int_eq(take(&p), TAKEN_SOME);
	ck_assert_int_eq(take(&q), TAKEN_SOME);
	ck_assert_str_eq(text_of("a"), "half and half\nother\n");
	leave(&p);
	leave(&q);
} END_TEST

/* Bytes that our predecessor had between the pipe and the file. */
static void stage_bytes(struct program *p, size_t n, bool fresh)
{
	struct stage *st = stage_get(&stages, 1, fresh);

	ck_assert_int_eq(stage_move(st, p->src.fd, n), (ssize_t)n);
	sink_adopt(&p->src, st);
}

START_TEST(what_was_staged_by_a_predecessor_goes_first)
{
	struct program p;

	join(&p, "a");
	say(&p, "one\ntwo\nthree\n");
	stage_bytes(&p, 6, false);
	ck_assert_int_eq(take(&p), TAKEN_SOME);
	ck_assert_str_eq(text_of("a"), "one\ntw");
	ck_assert_int_eq(take(&p), TAKEN_SOME);
	ck_assert_str_eq(text_of("a"), "one\ntwo\nthree\n");
	leave(&p);
} END_TEST

START_TEST(what_was_staged_does_not_go_into_the_line_of_another)
{
	struct program p, q;

	join(&p, "a");
	say(&p, "half");
	ck_assert_int_eq(take(&p), TAKEN_SOME);
	join(&q, "a");
	say(&q, "whole\nrest\n");
	stage_bytes(&q, 6, true);
	ck_assert_int_eq(take(&p), TAKEN_SOME);
	ck_assert_str_eq(text_of("a"), "half\nwhole\n");
	leave(&p);
	leave(&q);
} END_TEST

/* The kill came when the bytes had been staged, and before they were marked as q's. */
START_TEST(who_has_staged_the_beginning_of_a_line_owns_the_file)
{
	struct program p, q;

	join(&p, "a");
	say(&p, "half");
	p.src.closing = true;
	ck_assert_int_eq(take(&p), TAKEN_SOME);
	say(&p, " and half\n");
	ck_assert_int_eq(take(&p), TAKEN_SOME);
	join(&q, "a");
	ck_assert(source_has(&p.src, MARK_OWNER));
	say(&q, "begun and ended\n");
	stage_bytes(&q, 5, true);
	ck_assert(source_has(&q.src, MARK_OWNER));
	ck_assert(!source_has(&p.src, MARK_OWNER));
	say(&p, "other\n");
	ck_assert_int_eq(take(&p), TAKEN_SOME);
	ck_assert_str_eq(text_of("a"), "half and half\nbegun");
	ck_assert_int_eq(take(&p), TAKEN_LATER);
	ck_assert_int_eq(take(&q), TAKEN_SOME);
	ck_assert_int_eq(take(&p), TAKEN_SOME);
	ck_assert_str_eq(text_of("a"), "half and half\nbegun and ended\nother\n");
	leave(&p);
	leave(&q);
} END_TEST

START_TEST(the_owner_is_known_by_another_name_too)
{
	struct program p, q;

	join(&q, "a");
	ck_assert_int_eq(symlink("a", "b"), 0);
	say(&q, "half");
	q.src.closing = true;
	ck_assert_int_eq(take(&q), TAKEN_SOME);
	leave(&q);

	join(&q, "a");
	start(&p);
	source_mark(&p.src, MARK_OWNER, true);
	ck_assert_int_eq(sink_join(&sinks, "b", &rules, &p.src), 0);
	tend();
	say(&q, "other\n");
	ck_assert_int_eq(take(&q), TAKEN_LATER);
	say(&p, " and half\n");
	ck_assert_int_eq(take(&p), TAKEN_SOME);
	ck_assert_int_eq(take(&q), TAKEN_SOME);
	ck_assert_str_eq(text_of("a"), "half and half\nother\n");
	leave(&p);
	leave(&q);
} END_TEST

START_TEST(what_was_staged_under_another_name_is_no_part_of_the_line_of_another)
{
	struct program p, q;

	join(&p, "a");
	ck_assert_int_eq(symlink("a", "b"), 0);
	say(&p, "half");
	ck_assert_int_eq(take(&p), TAKEN_SOME);
	start(&q);
	ck_assert_int_eq(sink_join(&sinks, "b", &rules, &q.src), 0);
	say(&q, "begun and ended\n");
	stage_bytes(&q, 5, true);
	tend();
	ck_assert(source_has(&q.src, MARK_OWNER));
	ck_assert(!source_has(&p.src, MARK_OWNER));
	say(&p, "other\n");
	ck_assert_int_eq(take(&p), TAKEN_SOME);
	ck_assert_str_eq(text_of("a"), "half\nbegun");
	ck_assert_int_eq(take(&p), TAKEN_LATER);
	ck_assert_int_eq(take(&q), TAKEN_SOME);
	ck_assert_int_eq(take(&p), TAKEN_SOME);
	ck_assert_str_eq(text_of("a"), "half\nbegun and ended\nother\n");
	leave(&p);
	leave(&q);
} END_TEST

/* A sink with a filter, and files of ten bytes. */
static struct tap *join_filtered(struct program *p, struct taps *taps)
{
	static const struct channel_spec spec = { .filter = { .strip = true },
						  .speaker = { "g", "n", "stdout", 1 } };
	static const struct sink_rules small = { .mode = 0644, .maxbytes = 10, .backups = 1 };

	join(p, "a");
	sink_set_rules(p->src.sink, &small);
	ck_assert_int_eq(taps_init(taps, NULL, NULL, NULL), 0);
	ck_assert_int_eq(tap_set(&p->src.tap, taps, &spec), 0);
	return p->src.tap;
}

/* ... or, killed between two files, we leave a part of it in one, and all of it in the pipe. */
START_TEST(text_leaves_the_pipe_before_its_first_part_is_written)
{
	struct program p;
	struct taps taps;
	struct tap *tap = join_filtered(&p, &taps);

	say(&p, "one\ntwo\nlonger than a file\nfour\n");
	ck_assert_int_eq(take(&p), TAKEN_SOME);
	ck_assert_str_eq(text_of("a"), "one\ntwo\n");
	ck_assert_uint_eq(source_pending(&p.src), 0);
	ck_assert_int_eq(take(&p), TAKEN_SOME);
	ck_assert_str_eq(text_of("a"), "longer than a file\n");
	ck_assert_int_eq(take(&p), TAKEN_SOME);
	ck_assert_str_eq(text_of("a.1"), "longer than a file\n");
	ck_assert_str_eq(text_of("a"), "four\n");
	leave(&p);
	tap_free(tap);
	taps_done(&taps);
} END_TEST

START_TEST(a_later_life_comes_after_the_last_words_of_the_one_before)
{
	struct program p, q;

	join(&p, "a");
	say(&p, "last words\n");
	sink_closes(&p.src);
	join(&q, "a");
	say(&q, "first words\n");
	ck_assert_int_eq(take(&q), TAKEN_LATER);
	ck_assert_int_eq(take(&p), TAKEN_SOME);
	ck_assert_int_eq(take(&q), TAKEN_LATER);
	leave(&p);
	ck_assert_int_eq(take(&q), TAKEN_SOME);
	ck_assert_str_eq(text_of("a"), "last words\nfirst words\n");
	leave(&q);
} END_TEST

START_TEST(whole_lines_are_dropped_after_a_second_of_trouble)
{
	struct program p;

	join(&p, "d/a");
	say(&p, "one\ntwo");
	ck_assert_int_eq(take(&p), TAKEN_LATER);
	now += 1;
	ck_assert_int_eq(take(&p), TAKEN_SOME);
	ck_assert_int_eq(mkdir("d", 0700), 0);
	now += 3;
	say(&p, " rest\nthree\n");
	ck_assert_int_eq(take(&p), TAKEN_SOME);
	ck_assert_int_eq(take(&p), TAKEN_SOME);
	ck_assert_str_eq(text_of("d/a"), "three\n");
	leave(&p);
	ck_assert_uint_eq(lost, strlen("one\ntwo rest\n"));
} END_TEST

/* --- trouble --- */

START_TEST(trouble_is_told_once_a_minute)
{
	struct trouble t = { 0 };

	trouble_note(&t, -ENOSPC, 10);
	ck_assert(trouble_may_tell(&t, 10));
	trouble_was_told(&t, 10);
	trouble_lose(&t, 100);
	ck_assert(!trouble_may_tell(&t, 69));
	ck_assert(trouble_may_tell(&t, 70));
	trouble_was_told(&t, 70);
	ck_assert_uint_eq(t.lost, 0);
	ck_assert_uint_eq(t.lost_all, 100);
	ck_assert(trouble_end(&t, 71));
	trouble_is_over(&t);
	ck_assert_uint_eq(t.lost_all, 0);
	ck_assert(!trouble_end(&t, 72));
	trouble_note(&t, -ENOSPC, 73);
	ck_assert(!trouble_may_tell(&t, 73));
} END_TEST

START_TEST(young_trouble_is_tried_again_at_once_and_old_trouble_now_and_then)
{
	struct trouble t = { 0 };

	trouble_note(&t, -ENOSPC, 10);
	ck_assert(trouble_is_young(&t, 10.9) && trouble_may_try(&t, 10.1));
	trouble_note(&t, -ENOSPC, 11);
	ck_assert(!trouble_is_young(&t, 11) && !trouble_may_try(&t, 13.9));
	ck_assert(trouble_may_try(&t, 14));
	trouble_note(&t, -EAGAIN, 14);
	ck_assert(trouble_may_try(&t, 14));
} END_TEST

int main(void)
{
	Suite *s = suite_create("sink");
	TCase *tc = tcase_create("sinks"), *trouble = tcase_create("trouble");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_unchecked_fixture(tc, make_dir, remove_dir);
	tcase_add_checked_fixture(tc, begin, end);
	tcase_add_test(tc, the_same_path_is_the_same_sink);
	tcase_add_test(tc, another_name_of_the_same_file_is_the_same_sink);
	tcase_add_test(tc, a_file_that_cannot_be_opened_is_shared_by_its_path);
	tcase_add_test(tc, a_sink_is_found_by_its_new_file_after_rotation);
	tcase_add_test(tc, an_unfinished_line_of_one_of_two_waits_a_second);
	tcase_add_test(tc, nobody_holds_a_sink_for_longer_than_five_seconds);
	tcase_add_test(tc, the_owner_of_an_unfinished_line_is_known_to_the_next_life);
	tcase_add_test(tc, what_was_staged_by_a_predecessor_goes_first);
	tcase_add_test(tc, what_was_staged_does_not_go_into_the_line_of_another);
	tcase_add_test(tc, who_has_staged_the_beginning_of_a_line_owns_the_file);
	tcase_add_test(tc, text_leaves_the_pipe_before_its_first_part_is_written);
	tcase_add_test(tc, the_owner_is_known_by_another_name_too);
	tcase_add_test(tc, what_was_staged_under_another_name_is_no_part_of_the_line_of_another);
	tcase_add_test(tc, a_later_life_comes_after_the_last_words_of_the_one_before);
	tcase_add_test(tc, whole_lines_are_dropped_after_a_second_of_trouble);
	suite_add_tcase(s, tc);
	tcase_add_test(trouble, trouble_is_told_once_a_minute);
	tcase_add_test(trouble, young_trouble_is_tried_again_at_once_and_old_trouble_now_and_then);
	suite_add_tcase(s, trouble);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
