/* test_clearing.c - files that one call has cleared or rotated: each once, told to all who ask */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "svd/clearing.h"
#include "svd/logs.h"

/* --- svd-logd: these are linked instead of svd/logs.c --- */

enum { ASKED_MAX = 8 };

static struct clear_file *asked[ASKED_MAX];
static unsigned n_asked, n_forgotten;

void logs_clear(struct logs *logs, struct clear_file *file)
{
	(void)logs;
	asked[n_asked++] = file;
	file->id = n_asked;
}

void logs_clear_forget(struct logs *logs, struct clear_file *file)
{
	(void)logs;
	n_forgotten += file->id && !file->done;
}

/* --- tests --- */

static struct clearing *clearing;

static void setup(void)
{
	n_asked = n_forgotten = 0;
	clearing = clearing_new(NULL, "rotate", 2);
	ck_assert_ptr_nonnull(clearing);
	ck_assert_int_eq(clearing_ask(clearing, 0, CHANNEL_STDOUT, "/a"), 0);
	ck_assert_int_eq(clearing_ask(clearing, 0, CHANNEL_STDERR, "/b"), 0);
	ck_assert_int_eq(clearing_ask(clearing, 1, CHANNEL_STDOUT, "/a"), 0);
}

static void teardown(void)
{
	clearing_free(clearing);
}

START_TEST(a_file_of_several_is_asked_for_once)
{
	ck_assert_uint_eq(n_asked, 2);
	ck_assert_str_eq(asked[0]->path, "/a");
	ck_assert_str_eq(asked[1]->path, "/b");
	ck_assert_str_eq(asked[1]->order, "rotate");
} END_TEST

START_TEST(it_is_done_when_all_are)
{
	asked[0]->done = true;
	ck_assert(!clearing_is_done(clearing));
	asked[1]->done = true;
	ck_assert(clearing_is_done(clearing));
	ck_assert_ptr_null(clearing_failed(clearing, 0));
	ck_assert_ptr_null(clearing_failed(clearing, 1));
} END_TEST

START_TEST(a_failure_is_that_of_all_who_asked)
{
	asked[0]->done = asked[0]->failed = true;
	ck_assert_ptr_eq(clearing_failed(clearing, 0), asked[0]);
	ck_assert_ptr_eq(clearing_failed(clearing, 1), asked[0]);
} END_TEST

START_TEST(who_goes_asks_no_more)
{
	asked[0]->done = true;
	clearing_free(clearing);
	clearing = NULL;
	ck_assert_uint_eq(n_forgotten, 1);
} END_TEST

int main(void)
{
	Suite *suite = suite_create("clearing");
	TCase *tcase = tcase_create("clearing");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, a_file_of_several_is_asked_for_once);
	tcase_add_test(tcase, it_is_done_when_all_are);
	tcase_add_test(tcase, a_failure_is_that_of_all_who_asked);
	tcase_add_test(tcase, who_goes_asks_no_more);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
