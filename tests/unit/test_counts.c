/* test_counts.c - what svd-logd tells becomes sums since the beginning */
#include <check.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "svd/counts.h"
#include "svd/sinkstats.h"

static struct sinkstats stats;
static struct counts sum, told;

static void setup(void)
{
	stats = (struct sinkstats){ 0 };
	sum = told = (struct counts){ 0 };
}

static void teardown(void)
{
	sinkstats_done(&stats);
}

/* --- channels --- */

static void take(const char *array)
{
	json_t *json = json_loads(array, 0, NULL);
	struct counts now = counts_of_array(json);

	counts_take(&sum, &told, &now);
	json_decref(json);
}

static const char *as_text(void)
{
	static char text[256];
	struct strbuf sb = { 0 };

	counts_add(&sb, &sum);
	snprintf(text, sizeof(text), "%s", strbuf_str(&sb));
	strbuf_done(&sb);
	return text;
}

START_TEST(what_is_told_again_is_counted_once)
{
	take("[10, 4, 1, -1]");
	take("[10, 4, 1, -1]");
	take("[15, 4, 1, -1]");
	ck_assert_str_eq(as_text(), "\"bytes\":15.0,\"dropped\":4.0,\"dropped_lines\":1.0");
} END_TEST

START_TEST(a_new_svd_logd_counts_on)
{
	take("[10, 4, 1, 2]");
	told = (struct counts){ 0 };
	take("[3, 1, 1, 1]");
	ck_assert_str_eq(as_text(), "\"bytes\":13.0,\"lines\":3.0,\"dropped\":5.0,"
				    "\"dropped_lines\":2.0");
} END_TEST

START_TEST(lines_are_told_as_long_as_they_are_counted)
{
	take("[10, 0, 0, 2]");
	ck_assert(sum.has_lines);
	told = (struct counts){ 0 };
	take("[0, 0, 0, -1]");		/* one that has not begun says nothing of it */
	ck_assert(sum.has_lines);
	take("[5, 0, 0, -1]");
	ck_assert(!sum.has_lines);
	take("[6, 0, 0]");		/* a svd-logd of before */
	ck_assert(!sum.has_lines);
	ck_assert_uint_eq(sum.read, 16);
} END_TEST

/* --- sinks --- */

static void tell(const char *sinks)
{
	json_t *json = json_loads(sinks, 0, NULL);

	ck_assert_ptr_nonnull(json);
	sinkstats_take(&stats, json);
	json_decref(json);
}

static const struct sinkstat *stat_of(const char *path)
{
	const struct sinkstat *stat = sinkstats_find(&stats, path);

	ck_assert_ptr_nonnull(stat);
	return stat;
}

START_TEST(a_file_has_its_sums_over_svd_logds_and_openings)
{
	tell("{\"/a\": {\"size\": 5, \"rotations\": 2, \"dropped\": 7}}");
	tell("{\"/a\": {\"size\": 6, \"rotations\": 3, \"dropped\": 7}}");
	ck_assert_uint_eq(stat_of("/a")->rotations, 3);
	sinkstats_begin(&stats);
	tell("{\"/a\": {\"size\": 8, \"rotations\": 4, \"dropped\": 9, \"gone\": true}}");
	tell("{\"/a\": {\"size\": 1, \"rotations\": 5, \"dropped\": 0}}");
	ck_assert_uint_eq(stat_of("/a")->rotations, 3 + 4 + 5);
	ck_assert_uint_eq(stat_of("/a")->dropped, 7 + 9);
	ck_assert_uint_eq(stat_of("/a")->size, 1);
	ck_assert_ptr_null(sinkstats_find(&stats, "/b"));
	ck_assert_ptr_null(sinkstats_find(&stats, NULL));
} END_TEST

START_TEST(an_error_stays_and_is_over_when_it_is)
{
	tell("{\"/a\": {\"size\": 0, \"error\": \"full\", \"at\": 77, \"over\": false}}");
	ck_assert(!stat_of("/a")->over);
	tell("{\"/a\": {\"size\": 0, \"error\": \"full\", \"at\": 77, \"over\": true}}");
	tell("{\"/a\": {\"size\": 0}}");
	ck_assert(stat_of("/a")->over);
	ck_assert_str_eq(stat_of("/a")->error, "full");
	ck_assert_int_eq(stat_of("/a")->error_at, 77);
} END_TEST

START_TEST(a_new_svd_logd_is_in_no_trouble_yet)
{
	tell("{\"/a\": {\"size\": 0, \"error\": \"full\", \"at\": 77, \"over\": false}}");
	sinkstats_begin(&stats);
	ck_assert(stat_of("/a")->over);
} END_TEST

static void hear(const char *head)
{
	json_t *json = json_loads(head, 0, NULL);

	ck_assert_ptr_nonnull(json);
	sinkstats_news(&stats, json);
	json_decref(json);
}

START_TEST(receivers_that_are_no_files_have_their_trouble)
{
	hear("{\"path\": \"/a\", \"text\": \"of files more is told\", \"lost\": 3}");
	hear("{\"text\": \"nobody's\"}");
	ck_assert_ptr_null(stats.by_path);
	hear("{\"path\": \"syslog\", \"text\": \"gone\", \"lost\": 3}");
	hear("{\"path\": \"syslog\", \"text\": \"gone\", \"lost\": 4}");
	ck_assert(!stat_of("syslog")->over);
	hear("{\"path\": \"syslog\", \"lost\": 10}");
	ck_assert_uint_eq(stat_of("syslog")->dropped, 10);
	ck_assert(stat_of("syslog")->over);
	hear("{\"path\": \"syslog\", \"text\": \"gone\", \"lost\": 1}");
	ck_assert_uint_eq(stat_of("syslog")->dropped, 11);
	ck_assert_str_eq(stat_of("syslog")->error, "gone");
} END_TEST

START_TEST(nonsense_is_nothing)
{
	sinkstats_take(&stats, NULL);
	tell("{\"/a\": 7, \"/b\": {\"size\": \"x\", \"error\": 5}}");
	ck_assert_ptr_null(stat_of("/a")->error);
	ck_assert_ptr_null(stat_of("/b")->error);
	ck_assert_uint_eq(stat_of("/b")->size, 0);
} END_TEST

START_TEST(there_are_never_more_than_so_many_files)
{
	char sinks[64];

	for (int i = 0; i < SINKSTATS_MAX + 3; i++) {
		snprintf(sinks, sizeof(sinks), "{\"/%d\": {\"size\": 1}}", i);
		tell(sinks);
	}
	ck_assert_uint_eq(HASH_COUNT(stats.by_path), SINKSTATS_MAX);
	ck_assert_ptr_null(sinkstats_find(&stats, "/2"));
	ck_assert_ptr_nonnull(sinkstats_find(&stats, "/3"));
} END_TEST

int main(void)
{
	Suite *suite = suite_create("counts");
	TCase *tcase = tcase_create("counts");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, what_is_told_again_is_counted_once);
	tcase_add_test(tcase, a_new_svd_logd_counts_on);
	tcase_add_test(tcase, lines_are_told_as_long_as_they_are_counted);
	tcase_add_test(tcase, a_file_has_its_sums_over_svd_logds_and_openings);
	tcase_add_test(tcase, an_error_stays_and_is_over_when_it_is);
	tcase_add_test(tcase, a_new_svd_logd_is_in_no_trouble_yet);
	tcase_add_test(tcase, receivers_that_are_no_files_have_their_trouble);
	tcase_add_test(tcase, nonsense_is_nothing);
	tcase_add_test(tcase, there_are_never_more_than_so_many_files);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
