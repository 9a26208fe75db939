/* test_svctl_top.c - what top makes of two looks, and of keys */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "svctl/keys.h"
#include "svctl/topview.h"

static json_t *a_process(const char *group, const char *name, int pid, double cpu, double memory)
{
	return json_pack("{s:s, s:s, s:s, s:i, s:i, s:i, s:i, s:f, s:f}", "group", group,
			 "name", name, "statename", pid ? "RUNNING" : "FATAL",
			 "state", pid ? 20 : 200, "pid", pid, "uptime", pid ? 100 : 0,
			 "restarts", pid % 10, "cpu_seconds", cpu, "memory_bytes", memory);
}

/* The array is given away. */
static struct top a_look(json_t *processes, const struct top *before, double now)
{
	static const struct top none;
	struct top t;
	struct err err;

	ck_assert_int_eq(top_read(processes, before ? before : &none, now, &t, &err), 0);
	json_decref(processes);
	return t;
}

START_TEST(the_first_look_knows_the_average_the_second_the_difference)
{
	struct top one = a_look(json_pack("[o, o]", a_process("a", "a", 7, 50, 1000),
					  a_process("b", "b", 0, 0, 0)), NULL, 10);
	struct top two = a_look(json_pack("[o, o]", a_process("a", "a", 7, 53, 1000),
					  a_process("b", "b", 8, 1, 24)), &one, 12);

	ck_assert_double_eq(one.rows[0].cpu_percent, 50);
	ck_assert_double_eq(one.rows[1].cpu_percent, 0);
	ck_assert_double_eq(two.rows[0].cpu_percent, 150);
	ck_assert_double_eq(two.rows[1].cpu_percent, 1);
	ck_assert_double_eq(two.cpu_percent, 151);
	ck_assert_double_eq(two.memory_bytes, 1024);
	ck_assert_uint_eq(one.n_running, 1);
	ck_assert_uint_eq(one.n_bad, 1);
	top_done(&one);
	top_done(&two);
}
END_TEST

START_TEST(a_new_life_and_a_child_that_ended_are_no_negative_work)
{
	struct top one = a_look(json_pack("[o, o]", a_process("a", "a", 7, 50, 0),
					  a_process("b", "b", 8, 50, 0)), NULL, 10);
	struct top two = a_look(json_pack("[o, o]", a_process("a", "a", 9, 1, 0),
					  a_process("b", "b", 8, 40, 0)), &one, 12);

	ck_assert_double_eq(two.rows[0].cpu_percent, 1);
	ck_assert_double_eq(two.rows[1].cpu_percent, 0);
	top_done(&one);
	top_done(&two);
}
END_TEST

START_TEST(rows_are_sorted_by_what_is_asked_for_then_by_name)
{
	struct top t = a_look(json_pack("[o, o, o]", a_process("b", "b", 11, 10, 5),
					a_process("a", "y", 12, 10, 7),
					a_process("a", "x", 15, 90, 5)), NULL, 1);

	top_sort(&t, TOP_CPU);
	ck_assert_str_eq(t.rows[0].process, "x");
	ck_assert_str_eq(t.rows[1].process, "y");
	top_sort(&t, TOP_MEM);
	ck_assert_str_eq(t.rows[0].process, "y");
	top_sort(&t, TOP_NAME);
	ck_assert_str_eq(t.rows[2].process, "b");
	top_sort(&t, TOP_RESTARTS);
	ck_assert_str_eq(t.rows[0].process, "x");
	ck_assert_int_eq(top_sort_named("restarts"), TOP_RESTARTS);
	ck_assert_int_eq(top_sort_named("size"), TOP_SORTS);
	top_done(&t);
}
END_TEST

START_TEST(an_answer_of_another_shape_is_refused)
{
	json_t *wrong = json_pack("[{s:s}]", "group", "a");
	struct top before = { 0 }, t;
	struct err err;

	ck_assert_int_lt(top_read(wrong, &before, 1, &t, &err), 0);
	ck_assert_int_lt(top_read(json_array_get(wrong, 0), &before, 1, &t, &err), 0);
	json_decref(wrong);
}
END_TEST

static void shows(struct top *t, const struct topview *view, const char *expected)
{
	struct strbuf sb = { 0 };

	topview_add(&sb, t, view);
	ck_assert_str_eq(strbuf_str(&sb), expected);
	strbuf_done(&sb);
	top_done(t);
}

START_TEST(a_view_is_a_header_and_those_rows_that_fit)
{
	struct top t = a_look(json_pack("[o, o, o]", a_process("a", "a", 7, 50, 2048),
					a_process("web", "w1", 8, 1, 1024),
					a_process("z", "z", 0, 0, 0)), NULL, 1);
	const struct topview view = { .server = "S", .clock = "12:00:00", .width = 99, .first = 1,
				      .rows = 9, .chosen = 2 };

	shows(&t, &view,
	      "S  12:00:00\n"
	      "3 processes: 2 running, 0 starting or stopping, 1 failing, 0 stopped\n"
	      "CPU 51.0% of one processor, memory 3.0K\n"
	      "\n"
	      "NAME          STATE         PID    CPU%     MEM  RESTARTS       UPTIME\n"
	      "web:w1        RUNNING         8     1.0    1.0K         8      0:01:40\n"
	      "\033[7mz             FATAL           -     0.0       -         0            -"
	      "\033[0m\n");
}
END_TEST

START_TEST(what_is_too_wide_or_hostile_is_cut_and_tamed)
{
	json_t *hostile = a_process("\033[2J", "gr\xc3\xbcn-and-long", 7, 0, 0);
	struct top t = a_look(json_pack("[o]", hostile), NULL, 1);
	const struct topview view = { .server = "\033", .clock = "12:00", .width = 20, .rows = 1,
				      .chosen = 9 };

	shows(&t, &view,
	      "^[  12:00\n"
	      "1 processes: 1 runni\n"
	      "CPU 0.0% of one proc\n"
	      "\n"
	      "NAME          STATE \n"
	      "^[[2J:gr\xc3\xbcn-a  RUNNIN\n");
}
END_TEST

static void key_is(const char *text, int key, size_t used)
{
	size_t n;

	ck_assert_int_eq(key_next(text, strlen(text), &n), key);
	ck_assert_uint_eq(n, used);
}

START_TEST(keys_are_characters_or_sequences)
{
	key_is("", KEY_NONE, 0);
	key_is("qx", 'q', 1);
	key_is("\033", KEY_ESCAPE, 1);
	key_is("\033[Aq", KEY_UP, 3);
	key_is("\033OB", KEY_DOWN, 3);
	key_is("\033[5~", KEY_PAGE_UP, 4);
	key_is("\033[6~q", KEY_PAGE_DOWN, 4);
	key_is("\033[H", KEY_HOME, 3);
	key_is("\033[4~", KEY_END, 4);
	key_is("\033[1;5Aq", KEY_OTHER, 6);
	key_is("\033[15~q", KEY_OTHER, 5);
	key_is("\033[1;", KEY_OTHER, 4);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("svctl_top");
	TCase *tc = tcase_create("top");
	SRunner *runner = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, tc);
	tcase_add_test(tc, the_first_look_knows_the_average_the_second_the_difference);
	tcase_add_test(tc, a_new_life_and_a_child_that_ended_are_no_negative_work);
	tcase_add_test(tc, rows_are_sorted_by_what_is_asked_for_then_by_name);
	tcase_add_test(tc, an_answer_of_another_shape_is_refused);
	tcase_add_test(tc, a_view_is_a_header_and_those_rows_that_fit);
	tcase_add_test(tc, what_is_too_wide_or_hostile_is_cut_and_tamed);
	tcase_add_test(tc, keys_are_characters_or_sequences);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
