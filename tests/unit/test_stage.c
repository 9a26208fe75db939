/* test_stage.c - what stands in a stage outlives us, and every byte of it is there once */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/fd.h"
#include "logd/stage.h"

/* --- svd, as far as stages know it --- */

static struct {
	char name[32];
	int  fd;
} kept[64];
static int n_kept;
static bool is_safe;

static int keep(void *user, const char *name, int fd)
{
	(void)user;
	ck_assert_int_lt(n_kept, 64);
	snprintf(kept[n_kept].name, sizeof(kept[n_kept].name), "%s", name);
	kept[n_kept++].fd = fd_dup(fd);
	return 0;
}

static bool is_kept(void *user)
{
	(void)user;
	return is_safe;
}

static const struct stage_ops ops = { keep, is_kept };
static struct stages stages;
static int ends[2];

static void begin(void)
{
	n_kept = 0;
	is_safe = true;
	ck_assert_int_eq(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
	stages_init(&stages, &ops, NULL);
	ck_assert_int_eq(stages_begin(&stages), 0);
}

static void end(void)
{
	stages_done(&stages);
	while (n_kept > 0)
		close_fd(&kept[--n_kept].fd);
	close_fd(&ends[0]);
	close_fd(&ends[1]);
}

/* kill -9, and a successor. */
static void die(void)
{
	int n = n_kept;

	stages_done(&stages);
	stages_init(&stages, &ops, NULL);
	for (int i = 0; i < n; i++)
		stages_adopt(&stages, kept[i].name, fd_dup(kept[i].fd));
	ck_assert_int_eq(stages_begin(&stages), 0);
}

static struct stage *left(void)
{
	for (size_t i = 0; i < STAGES_MAX; i++) {
		if (stage_is_left(&stages.all[i]))
			return &stages.all[i];
	}
	return NULL;
}

static void say(const char *text)
{
	ck_assert_int_eq(write(ends[1], text, strlen(text)), (ssize_t)strlen(text));
}

static void ck_assert_in_pipe(int fd, const char *wanted)
{
	char text[256];
	ssize_t n = read(fd, text, sizeof(text) - 1);

	text[n > 0 ? n : 0] = '\0';
	ck_assert_str_eq(text, wanted);
}

START_TEST(nothing_is_used_that_svd_does_not_keep_yet)
{
	is_safe = false;
	ck_assert_ptr_null(stage_get(&stages, 1, false));
	is_safe = true;
	ck_assert_ptr_nonnull(stage_get(&stages, 1, false));
} END_TEST

START_TEST(what_was_moved_is_found_by_the_successor)
{
	struct stage *st = stage_get(&stages, 42, false);

	say("one\ntwo\n");
	ck_assert_int_eq(stage_move(st, ends[0], 4), 4);
	die();
	st = left();
	ck_assert_ptr_nonnull(st);
	ck_assert_int_eq(st->line->channel, 42);
	ck_assert_uint_eq(st->n, 4);
	stage_recover(&stages, st, ends[0]);
	ck_assert_in_pipe(st->out, "one\n");
	ck_assert_in_pipe(ends[0], "two\n");
} END_TEST

/* Killed as soon as the bytes were in, and again when a part of them was in the file. */
START_TEST(what_has_gone_in_part_is_not_fresh_after_two_kills)
{
	struct stage *st = stage_get(&stages, 42, true);
	char part[4];

	say("one\ntwo\n");
	ck_assert_int_eq(splice(ends[0], NULL, st->in, NULL, 8, 0), 8);
	die();
	ck_assert(stage_is_fresh(left()));
	ck_assert_int_eq(read(left()->out, part, 2), 2);
	die();
	ck_assert_uint_eq(left()->n, 6);
	ck_assert(!stage_is_fresh(left()));
} END_TEST

START_TEST(an_empty_stage_has_nothing_for_the_successor)
{
	struct stage *st = stage_get(&stages, 42, false);

	say("one\n");
	ck_assert_int_eq(stage_move(st, ends[0], 100), 4);
	ck_assert_in_pipe(st->out, "one\n");
	stage_went(st, 4);
	stage_put_back(&stages, st);
	die();
	ck_assert_ptr_null(left());
	ck_assert_ptr_nonnull(stage_get(&stages, 1, false));
} END_TEST

START_TEST(a_text_stands_for_its_input)
{
	struct stage *st = stage_get(&stages, 7, false);

	say("raw raw");
	ck_assert_int_eq(stage_write(&stages, st, "text\n", 5, ends[0], 3), 0);
	ck_assert_in_pipe(ends[0], " raw");
	ck_assert_in_pipe(st->out, "text\n");
} END_TEST

/* The three moments at which a kill could take a byte or give it twice. */
START_TEST(a_text_that_is_not_whole_yet_never_was)
{
	struct stage *st = stage_get(&stages, 7, false);

	say("raw");
	slate_set(st->line, SLATE_DRAFT, 7, 3);
	ck_assert_int_eq(write(st->in, "te", 2), 2);
	die();
	ck_assert_ptr_null(left());
	ck_assert_in_pipe(ends[0], "raw");
} END_TEST

START_TEST(the_input_of_a_text_is_taken_out_by_the_successor)
{
	for (size_t gone = 0; gone <= 3; gone++) {
		struct stage *st = stage_get(&stages, 7, false);

		say("raw more");
		ck_assert_int_eq(write(st->in, "text", 4), 4);
		slate_set(st->line, SLATE_TEXT, 7, 3);
		if (gone)
			ck_assert_int_eq(splice(ends[0], NULL, stages.drain[1], NULL, gone, 0),
					 gone);
		die();
		st = left();
		ck_assert_uint_eq(st->n, 4);
		stage_recover(&stages, st, ends[0]);
		ck_assert_in_pipe(ends[0], " more");
		ck_assert_in_pipe(st->out, "text");
		st->n = 0;
		stage_put_back(&stages, st);
	}
} END_TEST

START_TEST(input_that_became_nothing_is_taken_out_too)
{
	struct stage *st = stage_get(&stages, 7, false);

	say("raw more");
	slate_set(st->line, SLATE_TEXT, 7, 3);
	die();
	st = left();
	ck_assert_ptr_nonnull(st);
	ck_assert_uint_eq(st->n, 0);
	stage_recover(&stages, st, ends[0]);
	ck_assert_in_pipe(ends[0], " more");
	stage_put_back(&stages, st);
} END_TEST

START_TEST(a_text_that_does_not_fit_leaves_everything_as_it_was)
{
	struct stage *st = stage_get(&stages, 7, false);
	char *text = calloc(1, st->size + 1);

	say("raw");
	ck_assert_int_eq(stage_write(&stages, st, text, st->size + 1, ends[0], 3), -EMSGSIZE);
	ck_assert_in_pipe(ends[0], "raw");
	ck_assert_in_pipe(st->out, "");
	free(text);
} END_TEST

START_TEST(there_are_so_many_and_no_more)
{
	struct stage *st[STAGES_MAX];

	for (size_t i = 0; i < STAGES_MAX; i++) {
		st[i] = stage_get(&stages, (int64_t)i, false);
		ck_assert_ptr_nonnull(st[i]);
	}
	ck_assert(!stages.short_of);
	ck_assert_ptr_null(stage_get(&stages, 99, false));
	ck_assert(stages.short_of);
	stage_put_back(&stages, st[3]);
	ck_assert_ptr_eq(stage_get(&stages, 99, false), st[3]);
} END_TEST

START_TEST(the_slate_of_another_version_is_not_believed)
{
	struct stage *st = stage_get(&stages, 7, false);

	say("raw");
	ck_assert_int_eq(stage_move(st, ends[0], 3), 3);
	stages.slate.page->magic++;
	die();
	ck_assert_ptr_null(left());
	ck_assert_ptr_nonnull(stage_get(&stages, 1, false));
} END_TEST

START_TEST(names_of_others_are_no_trouble)
{
	stages_adopt(&stages, "stage.99.in", fd_dup(ends[0]));
	stages_adopt(&stages, "stage.1.inn", fd_dup(ends[0]));
	stages_adopt(&stages, "something", fd_dup(ends[0]));
} END_TEST

int main(void)
{
	Suite *s = suite_create("stage");
	TCase *tc = tcase_create("stages");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(tc, begin, end);
	tcase_add_test(tc, nothing_is_used_that_svd_does_not_keep_yet);
	tcase_add_test(tc, what_was_moved_is_found_by_the_successor);
	tcase_add_test(tc, what_has_gone_in_part_is_not_fresh_after_two_kills);
	tcase_add_test(tc, an_empty_stage_has_nothing_for_the_successor);
	tcase_add_test(tc, a_text_stands_for_its_input);
	tcase_add_test(tc, a_text_that_is_not_whole_yet_never_was);
	tcase_add_test(tc, the_input_of_a_text_is_taken_out_by_the_successor);
	tcase_add_test(tc, input_that_became_nothing_is_taken_out_too);
	tcase_add_test(tc, a_text_that_does_not_fit_leaves_everything_as_it_was);
	tcase_add_test(tc, there_are_so_many_and_no_more);
	tcase_add_test(tc, the_slate_of_another_version_is_not_believed);
	tcase_add_test(tc, names_of_others_are_no_trouble);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
