/* test_boardrows.c - what pages are told of processes: the differences */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "httpd/boardrows.h"

static struct boardrows rows;
static json_t *change;

static void setup(void)
{
	rows = (struct boardrows){ .views = json_array() };
}

static void teardown(void)
{
	boardrows_done(&rows);
	json_decref(change);
	change = NULL;
}

/* One that has used so many seconds of the CPU when it is looked at. */
static json_t *a_process(const char *name, const char *state, int pid, double cpu_seconds)
{
	json_t *p = json_pack("{s:s, s:s, s:s, s:i, s:i, s:s}", "group", "g", "name", name, "state",
			      state, "pid", pid, "restarts", 0, "role", "admin");

	if (pid) {
		json_object_set_new(p, "cpu_seconds", json_real(cpu_seconds));
		json_object_set_new(p, "memory_bytes", json_real(1024.0 * 1024));
		json_object_set_new(p, "processes", json_integer(1));
	}
	return p;
}

/* list is stolen. */
static void take(json_t *list, double mono)
{
	json_decref(change);
	change = json_object();
	boardrows_take(&rows, list, mono, change);
	json_decref(list);
}

static const json_t *told(const char *name)
{
	const json_t *one;
	size_t i;

	json_array_foreach(json_object_get(change, "set"), i, one)
		if (strcmp(json_string_value(json_object_get(one, "name")), name) == 0)
			return one;
	return NULL;
}

START_TEST(a_new_process_is_told_whole)
{
	take(json_pack("[o]", a_process("a", "RUNNING", 7, 1)), 100);
	ck_assert_str_eq(json_string_value(json_object_get(told("g:a"), "group")), "g");
	ck_assert_str_eq(json_string_value(json_object_get(told("g:a"), "process")), "a");
	ck_assert(json_is_null(json_object_get(told("g:a"), "cpu")));
	ck_assert_ptr_null(json_object_get(change, "gone"));
} END_TEST

START_TEST(what_is_as_it_was_is_not_told)
{
	take(json_pack("[o, o]", a_process("a", "RUNNING", 7, 1), a_process("b", "STOPPED", 0, 0)),
	     100);
	take(json_pack("[o, o]", a_process("a", "RUNNING", 7, 1), a_process("b", "STOPPED", 0, 0)),
	     100.1);
	ck_assert_uint_eq(json_object_size(change), 0);
	take(json_pack("[o, o]", a_process("a", "STOPPING", 7, 1), a_process("b", "STOPPED", 0, 0)),
	     100.2);
	ck_assert_uint_eq(json_array_size(json_object_get(change, "set")), 1);
	ck_assert_uint_eq(json_object_size(told("g:a")), 2);	/* its name, and ... */
	ck_assert_str_eq(json_string_value(json_object_get(told("g:a"), "state")), "STOPPING");
} END_TEST

START_TEST(the_cpu_is_what_was_used_between_two_looks)
{
	take(json_pack("[o]", a_process("a", "RUNNING", 7, 1)), 100);
	take(json_pack("[o]", a_process("a", "RUNNING", 7, 2)), 102);
	ck_assert_double_eq(json_real_value(json_object_get(told("g:a"), "cpu")), 50);
	take(json_pack("[o]", a_process("a", "RUNNING", 7, 9)), 102.1);	/* too soon to tell */
	ck_assert_ptr_null(json_object_get(change, "set"));
	take(json_pack("[o]", a_process("a", "RUNNING", 8, 3)), 104);	/* another one by now */
	ck_assert(json_is_null(json_object_get(told("g:a"), "cpu")));
	take(json_pack("[o]", a_process("a", "RUNNING", 8, 3)), 106);
	ck_assert_double_eq(json_real_value(json_object_get(told("g:a"), "cpu")), 0);
	take(json_pack("[o]", a_process("a", "STOPPED", 0, 0)), 108);
	ck_assert(json_is_null(json_object_get(told("g:a"), "cpu")));
	ck_assert(json_is_null(json_object_get(told("g:a"), "memory")));
} END_TEST

START_TEST(who_has_gone_is_named_and_forgotten)
{
	take(json_pack("[o, o]", a_process("a", "STOPPED", 0, 0), a_process("b", "STOPPED", 0, 0)),
	     100);
	take(json_pack("[o]", a_process("b", "STOPPED", 0, 0)), 102);
	ck_assert_uint_eq(json_array_size(json_object_get(change, "gone")), 1);
	ck_assert_str_eq(json_string_value(json_array_get(json_object_get(change, "gone"), 0)),
			 "g:a");
	ck_assert_uint_eq(json_array_size(rows.views), 1);
	take(json_pack("[o, o]", a_process("a", "STOPPED", 0, 0), a_process("b", "STOPPED", 0, 0)),
	     104);
	ck_assert_ptr_nonnull(json_object_get(told("g:a"), "group"));
	ck_assert_uint_eq(json_array_size(rows.views), 2);
} END_TEST

int main(void)
{
	Suite *suite = suite_create("boardrows");
	TCase *tc = tcase_create("boardrows");
	SRunner *sr = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_new_process_is_told_whole);
	tcase_add_test(tc, what_is_as_it_was_is_not_told);
	tcase_add_test(tc, the_cpu_is_what_was_used_between_two_looks);
	tcase_add_test(tc, who_has_gone_is_named_and_forgotten);
	suite_add_tcase(suite, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
