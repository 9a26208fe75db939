/* test_usage.c - what trees of processes use, in a /proc of our own */
#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "httpd/proctable.h"
#include "httpd/usage.h"

static char proc[] = "/tmp/svd-unit-usage-XXXXXX";
static struct usage *usage;
static double now = 1000;

double clock_mono(void)
{
	return now;
}

double clock_wall(void)
{
	return 0;
}

/* A process with so many ticks and pages of its own, and as many ticks of reaped children. */
static void a_process(int pid, int parent, int group, int session, int ticks, int pages)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%d", proc, pid);
	ck_assert(mkdir(path, 0755) == 0 || errno == EEXIST);
	strcat(path, "/stat");
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	fprintf(f, "%d (a (name) 1 2) %c %d %d %d 0 -1 4194304 1 2 3 4 %d 0 %d 0 20 0 1 0 77 4096 "
		"%d 18446744073709551615 1 1\n", pid, pages ? 'S' : 'Z', parent, group, session,
		ticks, ticks, pages);
	fclose(f);
}

static void goes(int pid)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%d/stat", proc, pid);
	unlink(path);
	*strrchr(path, '/') = '\0';
	rmdir(path);
}

static void setup(void)
{
	ck_assert_ptr_nonnull(mkdtemp(proc));
	usage = usage_new(proc);
	a_process(1, 0, 1, 1, 1000, 1000);
	a_process(10, 1, 10, 10, 100, 100);	/* svd */
}

static void teardown(void)
{
	DIR *dir = opendir(proc);
	struct dirent *entry;

	while ((entry = readdir(dir)))
		goes(atoi(entry->d_name));
	closedir(dir);
	rmdir(proc);
	memcpy(strrchr(proc, 0x2d), "-XXXXXX", sizeof("-XXXXXX"));
	usage_free(usage);
}

/* Asks for pids and returns the answer, an array of objects. */
static json_t *ask(const char *question)
{
	json_t *value = json_loads(question, 0, NULL);

	ck_assert_ptr_nonnull(value);
	usage_add(usage, value);
	return value;
}

static void ck_use(const json_t *object, int processes, int ticks, int pages)
{
	double per_second = (double)sysconf(_SC_CLK_TCK), page = (double)sysconf(_SC_PAGESIZE);

	ck_assert_int_eq(json_integer_value(json_object_get(object, "processes")), processes);
	ck_assert_double_eq_tol(json_real_value(json_object_get(object, "cpu_seconds")),
				ticks / per_second, 1e-6);
	ck_assert_double_eq_tol(json_real_value(json_object_get(object, "memory_bytes")),
				pages * page, 1e-6);
}

static void ck_pid(int pid, int processes, int ticks, int pages)
{
	char question[64];
	json_t *value;

	snprintf(question, sizeof(question), "{\"pid\": %d}", pid);
	value = ask(question);
	ck_use(value, processes, ticks, pages);
	json_decref(value);
}

START_TEST(a_line_is_read_whatever_the_name_holds)
{
	struct proc_row row;

	ck_assert(proctable_parse("7 (a) R 1 2 3) S 4 5 6 0 -1 0 0 0 0 0 1 2 3 4 20 0 1 0 9 8 50 0",
				  &row));
	ck_assert_int_eq(row.pid, 7);
	ck_assert_int_eq(row.parent_pid, 4);
	ck_assert_int_eq(row.group_pid, 5);
	ck_assert_int_eq(row.session_pid, 6);
	ck_assert_uint_eq(row.ticks, 10);
	ck_assert_uint_eq(row.pages, 50);
	ck_assert(row.is_alive);
	ck_assert(!proctable_parse("", &row));
	ck_assert(!proctable_parse("7 (a) S 4 5", &row));
	ck_assert(!proctable_parse("7 a S 4 5 6 0 -1 0 0 0 0 0 1 2 3 4 20 0 1 0 9 8 50", &row));
} END_TEST

START_TEST(a_tree_is_counted_with_all_its_descendants)
{
	a_process(20, 10, 20, 10, 1, 2);
	a_process(21, 20, 20, 10, 3, 4);
	a_process(19, 21, 20, 10, 5, 6);
	a_process(30, 10, 30, 10, 7, 8);
	ck_pid(20, 3, 2 * 9, 12);
} END_TEST

START_TEST(who_was_reparented_still_belongs_by_group_or_session)
{
	a_process(20, 10, 20, 20, 1, 1);
	a_process(40, 1, 20, 10, 2, 2);
	a_process(41, 1, 41, 20, 4, 4);
	a_process(42, 41, 42, 42, 8, 8);	/* a child of one that belongs */
	a_process(43, 1, 43, 43, 16, 16);	/* nobody knows whose it was */
	ck_pid(20, 4, 2 * 15, 15);
} END_TEST

START_TEST(who_is_nearer_gets_it)
{
	json_t *value;

	a_process(20, 10, 20, 10, 1, 1);
	a_process(30, 20, 30, 10, 2, 2);
	a_process(31, 30, 20, 10, 4, 4);
	value = ask("[{\"pid\": 20}, {\"pid\": 30}]");
	ck_use(json_array_get(value, 0), 2, 2 * 5, 5);	/* 31 is in its group */
	ck_use(json_array_get(value, 1), 1, 2 * 2, 2);
	json_decref(value);
} END_TEST

START_TEST(alone_means_that_process_only)
{
	json_t *value;

	a_process(20, 10, 20, 10, 1, 1);
	a_process(50, 1, 10, 10, 1, 1);
	value = ask("{\"own\": [{\"pid\": 10, \"alone\": true}], \"all\": [{\"pid\": 20}]}");
	ck_use(json_array_get(json_object_get(value, "own"), 0), 1, 200, 100);
	ck_use(json_array_get(json_object_get(value, "all"), 0), 1, 2, 1);
	json_decref(value);
} END_TEST

START_TEST(a_zombie_has_used_time_but_is_no_process)
{
	a_process(20, 10, 20, 10, 1, 1);
	a_process(21, 20, 20, 10, 3, 0);
	ck_pid(20, 1, 2 * 4, 1);
} END_TEST

START_TEST(what_cannot_be_seen_is_left_out)
{
	json_t *value = ask("[{\"pid\": 999}, {\"pid\": 0}, {}, 7]");

	ck_assert_uint_eq(json_object_size(json_array_get(value, 0)), 1);
	ck_assert_uint_eq(json_object_size(json_array_get(value, 1)), 1);
	json_decref(value);
	usage_free(usage);
	usage = usage_new("/no/such/directory");
	value = ask("{\"pid\": 10}");
	ck_assert_uint_eq(json_object_size(value), 1);
	json_decref(value);
} END_TEST

START_TEST(a_circle_of_parents_does_no_harm)
{
	a_process(20, 10, 20, 10, 1, 1);
	a_process(61, 62, 61, 61, 1, 1);
	a_process(62, 63, 62, 62, 1, 1);
	a_process(63, 61, 63, 63, 1, 1);
	ck_pid(20, 1, 2, 1);
} END_TEST

START_TEST(it_is_read_once_a_second)
{
	a_process(20, 10, 20, 10, 1, 1);
	ck_pid(20, 1, 2, 1);
	a_process(20, 10, 20, 10, 5, 5);
	now += 0.5;
	ck_pid(20, 1, 2, 1);
	now += 0.6;
	ck_pid(20, 1, 10, 5);
} END_TEST

START_TEST(a_thousand_of_them_are_no_trouble)
{
	for (int pid = 1000; pid < 2000; pid++)
		a_process(pid, pid == 1000 ? 10 : pid - 1, pid, 10, 1, 1);
	ck_pid(1000, 1000, 2000, 1000);
} END_TEST

int main(void)
{
	Suite *suite = suite_create("usage");
	TCase *tcase = tcase_create("usage");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, a_line_is_read_whatever_the_name_holds);
	tcase_add_test(tcase, a_tree_is_counted_with_all_its_descendants);
	tcase_add_test(tcase, who_was_reparented_still_belongs_by_group_or_session);
	tcase_add_test(tcase, who_is_nearer_gets_it);
	tcase_add_test(tcase, alone_means_that_process_only);
	tcase_add_test(tcase, a_zombie_has_used_time_but_is_no_process);
	tcase_add_test(tcase, what_cannot_be_seen_is_left_out);
	tcase_add_test(tcase, a_circle_of_parents_does_no_harm);
	tcase_add_test(tcase, it_is_read_once_a_second);
	tcase_add_test(tcase, a_thousand_of_them_are_no_trouble);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
