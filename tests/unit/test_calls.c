/* test_calls.c - the dispatcher: by name, safe, described; and calls within a call */
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "life_box.h"
#include "svd/engine.h"
#include "svd/methods.h"
#include "svd/params.h"

/* --- the table --- */

START_TEST(what_may_be_left_out_comes_last)
{
	const struct method *m;
	struct param p;

	start_engine();
	for (size_t i = 0; (m = method_at(e, i)); i++) {
		const char *list = m->parameters;
		bool optional = false;

		while (param_next(&list, &p)) {
			ck_assert_msg(p.optional || !optional, "%s", m->name);
			optional = p.optional;
		}
	}
} END_TEST

START_TEST(the_table_describes_itself_to_svd_httpd)
{
	struct call *call = call_new(1, "describe", json_array());
	json_t *row = NULL, *each;
	size_t i;
	char *text;

	add_group(before, "a", 1);
	start_engine();
	call->own = true;
	rpc_dispatch(e, call);
	json_array_foreach(call->result, i, each)
		if (strcmp(json_string_value(json_object_get(each, "name")),
			   "supervisor.signalProcess") == 0)
			row = each;
	ck_assert_ptr_nonnull(row);
	json_object_del(row, "help");
	text = json_dumps(row, JSON_COMPACT);
	ck_assert_str_eq(text, "{\"name\":\"supervisor.signalProcess\",\"result\":\"boolean\","
			       "\"parameters\":[{\"name\":\"name\",\"types\":[\"string\"],"
			       "\"optional\":false},{\"name\":\"signal\",\"types\":"
			       "[\"string\",\"int\"],\"optional\":false}],\"role\":\"operate\","
			       "\"safe\":false}");
	free(text);
	call_free(call);
} END_TEST

/* --- by name, and safe --- */

START_TEST(parameters_may_come_by_name)
{
	add_group(before, "a", 1);
	start_engine();
	expect("supervisor.stopProcess", "{\"name\":\"a:p0\",\"wait\":\"false\"}", "true");
	expect("supervisor.getAPIVersion", "{}", "\"3.0\"");
	expect("supervisor.stopProcess", "{\"wait\":\"false\"}",
	       "INCORRECT_PARAMETERS: name is missing");
	expect("supervisor.stopProcess", "[]", "INCORRECT_PARAMETERS");
} END_TEST

static struct call *a_safe_call(const char *method, const char *params)
{
	struct call *call = call_new(1, method, json_loads(params, 0, NULL));

	call->safe = true;
	rpc_dispatch(e, call);
	return call;
}

START_TEST(a_safe_call_changes_nothing)
{
	struct group *group;
	struct call *call;

	add_group(before, "a", 1);
	group = start_engine();
	call = a_safe_call("supervisor.stopProcess", "[\"a:p0\"]");
	ck_assert(call->unsafe);
	ck_answer(call, "FAILED: supervisor.stopProcess changes something");
	ck_assert_int_eq(group->processes[0]->state, PROC_RUNNING);
	ck_answer(a_safe_call("supervisor.getAPIVersion", "[]"), "\"3.0\"");
	ck_answer(a_safe_call("system.multicall",
			      "[[{\"methodName\":\"supervisor.shutdown\"}]]"),
		  "[{\"faultCode\":30,\"faultString\":\"FAILED: supervisor.shutdown changes "
		  "something\"}]");
	ck_assert_int_eq(e->mood, MOOD_RUNNING);
} END_TEST

/* --- calls within a call --- */

#define STOP_AND_START \
	"[[{\"methodName\":\"supervisor.stopProcess\",\"params\":[\"a:p0\"]}," \
	"{\"methodName\":\"supervisor.startProcess\",\"params\":[\"a:p0\",false]}]]"

/* One that the engine has, as svd-httpd's are; it stays there when it is answered. */
static struct call *a_multicall(const char *params)
{
	struct call *call = call_new(7, "system.multicall", json_loads(params, 0, NULL));

	call->dispatched = true;
	DL_APPEND(e->calls, call);
	rpc_dispatch(e, call);
	return call;
}

START_TEST(a_member_begins_when_the_one_before_has_been_answered)
{
	struct group *group;
	struct call *call;

	add_group(before, "a", 1);
	group = start_engine();
	call = a_multicall(STOP_AND_START);
	ck_assert_int_eq(group->processes[0]->state, PROC_STOPPING);
	ck_assert_ptr_eq(e->calls->next->parent, call);
	fake_child_ends(group->processes[0]->pid, EXITED(0));
	e->reap_wanted = true;
	engine_turn(e);
	ck_assert_ptr_null(e->calls);
	ck_assert_int_eq(group->processes[0]->state, PROC_STARTING);
} END_TEST

START_TEST(in_a_shutdown_each_member_is_refused_and_the_call_is_answered)
{
	struct group *group;

	add_group(before, "a", 1);
	group = start_engine();
	(void)a_multicall(STOP_AND_START);
	engine_set_mood(e, MOOD_SHUTDOWN);
	child_ends(group->processes[0], EXITED(0));
	ck_assert_ptr_null(e->calls);
	ck_assert_int_eq(group->processes[0]->state, PROC_STOPPED);
	ck_assert(fake_loop_stopped());
} END_TEST

START_TEST(a_process_that_is_removed_answers_the_member_that_waits_for_it)
{
	struct group *group;

	add_group(before, "a", 1);
	group = start_engine();
	(void)a_multicall(STOP_AND_START);
	after = a_snapshot();
	add_group(after, "a", 0);
	reread();
	(void)a_waiting_call("svd.updateGroup", "[\"a\"]");
	child_ends(group->processes[0], EXITED(0));
	ck_assert_ptr_null(e->calls);
	ck_assert_uint_eq(group->n_processes, 0);
} END_TEST

START_TEST(a_turn_ends_after_a_while_and_goes_on_with_the_next)
{
	static const char member[] = "{\"methodName\":\"supervisor.getPID\"}";
	struct call *call = call_new(7, "system.multicall", json_array());
	json_t *members = json_array();
	int turns = 0;

	add_group(before, "a", 1);
	start_engine();
	for (int i = 0; i < 100; i++)
		json_array_append_new(members, json_loads(member, 0, NULL));
	json_array_append_new(call->params, members);
	call->dispatched = true;
	DL_APPEND(e->calls, call);
	fake_look_costs(0.001);
	rpc_dispatch(e, call);
	while (e->calls) {
		engine_turn(e);		/* others have theirs; this one waits for its timer */
		ck_assert_ptr_eq(e->calls, call);
		fake_advance(e, 0);
		turns++;
	}
	ck_assert_int_gt(turns, 10);
} END_TEST

/* A whole megabyte of names for each member; half of a frame is what all may have. */
START_TEST(what_comes_of_all_has_a_ceiling)
{
	json_t *members = json_array(), *params = json_pack("[o]", members);
	static char identifier[1024 * 1024 + 1];
	struct call *call;

	memset(identifier, 'x', sizeof(identifier) - 1);
	before->identifier = identifier;
	start_engine();
	for (int i = 0; i < 8; i++)
		json_array_append_new(members, json_pack("{s:s}", "methodName",
							 "supervisor.getIdentification"));
	call = call_new(1, "system.multicall", params);
	rpc_dispatch(e, call);
	ck_assert_str_eq(strstr(call->result_text, ",{"),
			 ",{\"faultCode\":30,"
			 "\"faultString\":\"FAILED: the answer is too large\"}]");
	call_free(call);
} END_TEST

int main(void)
{
	TCase *tc = tcase_create("calls");
	Suite *s = suite_create("calls");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tc, life_setup, life_teardown);
	tcase_add_test(tc, what_may_be_left_out_comes_last);
	tcase_add_test(tc, the_table_describes_itself_to_svd_httpd);
	tcase_add_test(tc, parameters_may_come_by_name);
	tcase_add_test(tc, a_safe_call_changes_nothing);
	tcase_add_test(tc, a_member_begins_when_the_one_before_has_been_answered);
	tcase_add_test(tc, in_a_shutdown_each_member_is_refused_and_the_call_is_answered);
	tcase_add_test(tc, a_process_that_is_removed_answers_the_member_that_waits_for_it);
	tcase_add_test(tc, a_turn_ends_after_a_while_and_goes_on_with_the_next);
	tcase_add_test(tc, what_comes_of_all_has_a_ceiling);
	suite_add_tcase(s, tc);
	runner = srunner_create(s);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
