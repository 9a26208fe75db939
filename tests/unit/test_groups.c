/* test_groups.c - which groups there are, and in which order */
#include <arpa/inet.h>
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/events.h"
#include "conf_box.h"

#define DAEMON "[supervisord]\n"

static void are_groups(const char *expected)
{
	char names[1024] = "";

	for (size_t i = 0; i < config->n_groups; i++) {
		const struct group_config *g = &config->groups[i];

		strcat(strcat(names, g->name), "(");
		for (size_t j = 0; j < g->n_programs; j++) {
			ck_assert_ptr_eq(g->programs[j].group, g);
			strcat(strcat(names, j ? "," : ""), g->programs[j].name);
		}
		strcat(names, ")");
	}
	ck_assert_str_eq(names, expected);
}

START_TEST(a_program_is_its_own_group_with_its_priority)
{
	loads(DAEMON "[program:b]\ncommand=x\n[program:a]\ncommand=x\n"
	      "[program:c]\ncommand=x\npriority=1\n");
	are_groups("c(c)a(a)b(b)");
	ck_assert_int_eq(config->groups[0].priority, 1);
	ck_assert_int_eq(config->groups[0].kind, GROUP_PROGRAMS);
} END_TEST

START_TEST(a_group_takes_its_programs)
{
	loads(DAEMON "[program:a]\ncommand=%(group_name)s\n[program:b]\ncommand=x\n"
	      "[program:c]\ncommand=x\n[group:g]\nprograms=a , c\npriority=5\n");
	are_groups("g(a,c)b(b)");
	ck_assert_int_eq(config->groups[0].priority, 5);
	ck_assert_str_eq(config->groups[0].programs[0].command, "g");
} END_TEST

/* Supervisor sorts them by priority when it starts them, and that sort is stable. */
START_TEST(processes_of_one_priority_stay_as_the_group_lists_them)
{
	loads(DAEMON "[program:z]\ncommand=x\n[program:a]\ncommand=x\n"
	      "[program:first]\ncommand=x\npriority=1\n"
	      "[program:m]\ncommand=x\nnumprocs=3\nprocess_name=m%(process_num)d\n"
	      "numprocs_start=9\n[group:g]\nprograms=z,m,first,a\n");
	are_groups("g(first,z,m10,m11,m9,a)");
} END_TEST

START_TEST(a_group_may_be_empty)
{
	loads(DAEMON "[group:g]\nprograms=\n[group:h]\n");
	are_groups("g()h()");
} END_TEST

START_TEST(a_program_that_is_not_there_is_an_error)
{
	refuses(DAEMON "[group:g]\nprograms=a\n", "FILE:3: [group:g] programs=a: [group:g] names "
		"unknown program or fcgi-program a");
	refuses(DAEMON "[program:a]\ncommand=x\n[group:g]\nprograms=a,,\n",
		"names unknown program or fcgi-program ");
	refuses(DAEMON "[program:a]\ncommand=x\n[fcgi-program:a]\n[group:g]\nprograms=a\n",
		"[group:g] name a is ambiguous (exists as program and fcgi-program)");
} END_TEST

START_TEST(a_program_can_be_in_several_groups_but_in_each_once)
{
	loads(DAEMON "[program:a]\ncommand=x\ncomand=y\n[group:g]\nprograms=a\n[group:h]\n"
	      "programs=a\n");
	are_groups("g(a)h(a)");
	ck_assert_int_eq(noted(LEVEL_WARN, "comand is an unknown option"), 1);
	ck_assert_int_eq(noted(LEVEL_WARN, ":8: [group:h] programs=a: [program:a] is in [group:g]"),
			 1);
	refuses(DAEMON "[program:a]\ncommand=x\n[group:g]\nprograms=a,a\n",
		"[group:g] two processes of one group are named a");
} END_TEST

START_TEST(names_of_processes_in_a_group_are_unique)
{
	refuses(DAEMON "[program:a]\ncommand=x\nprocess_name=same\n[program:b]\ncommand=x\n"
		"process_name=same\n[group:g]\nprograms=a,b\n",
		"FILE:8: [group:g] two processes of one group are named same");
	refuses(DAEMON "[program:a]\ncommand=x\nnumprocs=2\nprocess_name=%(process_num).0s\n",
		"Invalid name: ''");
	loads(DAEMON "[program:a]\ncommand=x\nprocess_name=same\n[program:b]\ncommand=x\n"
	      "process_name=same\n");
	are_groups("a(same)b(same)");
} END_TEST

START_TEST(names_of_groups_are_unique)
{
	refuses(DAEMON "[program:a]\ncommand=x\n[program:b]\ncommand=x\n[group:b]\nprograms=a\n",
		"there are two groups named b, the other is [");
} END_TEST

START_TEST(bad_group_names_are_errors)
{
	refuses(DAEMON "[group:a b]\n", "FILE:2: [group:a b] Invalid name: 'a b'");
	refuses(DAEMON "[group:]\n", "because it is empty");
	refuses(DAEMON "[group:g]\npriority=x\n", "FILE:3: [group:g] priority=x: not a whole");
} END_TEST

static const struct socket_config *loads_socket(const char *options)
{
	char text[512];

	snprintf(text, sizeof(text), DAEMON "[fcgi-program:f]\ncommand=x\n%s", options);
	loads(text);
	ck_assert_uint_eq(config->n_groups, 1);
	ck_assert_int_eq(config->groups[0].kind, GROUP_FCGI);
	ck_assert_ptr_null(config->groups[0].pool);
	return config->groups[0].socket;
}

START_TEST(a_fcgi_program_has_a_unix_socket)
{
	const struct socket_config *s =
		loads_socket("socket=unix:///run/../tmp/%(program_name)s.sock\n");

	are_groups("f(f)");
	ck_assert_int_eq(config->groups[0].priority, 999);
	ck_assert_str_eq(s->url, "unix:///tmp/f.sock");
	ck_assert_str_eq(s->path, "/tmp/f.sock");
	ck_assert_ptr_null(s->host);
	ck_assert_uint_eq(s->chmod, 0700);
	ck_assert(s->uid == (uid_t)-1 && s->gid == (gid_t)-1);
	ck_assert_int_eq(s->backlog, 0);
	ck_assert(strstr(s->where, ":4: [fcgi-program:f] socket=unix:///run/"));
} END_TEST

START_TEST(a_fcgi_program_has_a_tcp_socket)
{
	const struct socket_config *s =
		loads_socket("socket=tcp://LocalHost:9000\nsocket_backlog=5\npriority=3\n"
			     "numprocs=2\nprocess_name=f%(process_num)d\n");

	are_groups("f(f0,f1)");
	ck_assert_int_eq(config->groups[0].priority, 3);
	ck_assert_str_eq(s->url, "tcp://localhost:9000");
	ck_assert_str_eq(s->host, "localhost");
	ck_assert_uint_eq(s->address, htonl(INADDR_LOOPBACK));
	ck_assert_int_eq(s->port, 9000);
	ck_assert_int_eq(s->backlog, 5);
	ck_assert_ptr_null(s->path);
} END_TEST

START_TEST(a_socket_belongs_to_the_user_of_its_program)
{
	const struct socket_config *s;

	s = loads_socket("socket=unix:///tmp/s\nuser=daemon\nsocket_mode=0770\n");
	ck_assert_uint_eq(s->uid, 1);
	ck_assert_uint_eq(s->gid, 1);
	ck_assert_uint_eq(s->chmod, 0770);
	s = loads_socket("socket=unix:///tmp/s\nuser=daemon\nsocket_owner=bin:sys\n");
	ck_assert_uint_eq(s->uid, 2);
	ck_assert_uint_eq(s->gid, 3);
	s = loads_socket("socket=unix:///tmp/s\nuser=daemon\nsocket_owner=bin\n");
	ck_assert_uint_eq(s->uid, 2);
	ck_assert(s->gid == (gid_t)-1);
	s = loads_socket("socket=tcp://127.0.0.1:1\nuser=daemon\n");
	ck_assert(s->uid == (uid_t)-1);
} END_TEST

static const struct {
	const char *options, *why;
} bad_sockets[] = {
	{ "", "FILE:2: [fcgi-program:f] section requires a \"socket\" line" },
	{ "socket=\n", "section requires a \"socket\" line" },
	{ "socket=unix://x\n", "Unix socket path x is not an absolute path" },
	{ "socket=unix:/x\n", "Bad socket format unix:/x" },
	{ "socket=tcp://x\n",
	  "FILE:4: [fcgi-program:f] socket=tcp://x: Bad socket format tcp://x" },
	{ "socket=tcp://x:\n", "Bad socket format" },
	{ "socket=tcp://:1\n", "Bad socket format" },
	{ "socket=tcp://::1:1\n", "Bad socket format" },
	{ "socket=tcp://a b:1\n", "Bad socket format" },
	{ "socket=tcp://127.0.0.1:1x\n", "Bad socket format" },
	{ "socket=tcp://127.0.0.1:+1\n", "Bad socket format" },
	{ "socket=tcp://127.0.0.1:0\n", "not a valid port number: 0" },
	{ "socket=tcp://127.0.0.1:65536\n", "not a valid port number: 65536" },
	{ "socket=tcp://300.0.0.1:1\n", "300.0.0.1: " },
	{ "socket=tcp://127.0.0.1:1\nsocket_mode=0700\n",
	  "socket_owner and socket_mode params should only be used with a Unix domain socket" },
	{ "socket=x\nsocket_owner=root\n", "should only be used with a Unix domain socket" },
	{ "socket=unix:///x\nsocket_owner=nobody-here\n",
	  "FILE:5: [fcgi-program:f] socket_owner=nobody-here: Invalid socket_owner value" },
	{ "socket=unix:///x\nsocket_owner=root:no\n", "Invalid socket_owner value root:no" },
	{ "socket=unix:///x\nsocket_mode=9\n", "Invalid socket_mode value 9" },
	{ "socket=unix:///x\nsocket_backlog=0\n", "Invalid socket_backlog value 0" },
	{ "socket=unix:///x\nsocket_backlog=65536\n", "Invalid socket_backlog value 65536" },
	{ "socket=unix:///x\nsocket_backlog=x\n", "not a whole number" },
	{ "socket=unix:///%(group_name)s\n", "contains names" },
	{ "socket=unix:///x\nuser=nobody-here\n", "Invalid user name nobody-here" },
	{ "socket=unix:///x\nnumprocs=2\n", "%(process_num) must be present" },
};

START_TEST(a_bad_socket_is_an_error)
{
	char text[512];

	snprintf(text, sizeof(text), DAEMON "[fcgi-program:f]\ncommand=x\n%s",
		 bad_sockets[_i].options);
	refuses(text, bad_sockets[_i].why);
} END_TEST

START_TEST(in_a_group_a_fcgi_program_is_ordinary)
{
	loads(DAEMON "[fcgi-program:f]\ncommand=%(group_name)s\nsocket_mode=none\n"
	      "[program:a]\ncommand=x\n[group:g]\nprograms=a,f\n");
	are_groups("g(a,f)");
	ck_assert_int_eq(config->groups[0].kind, GROUP_PROGRAMS);
	ck_assert_ptr_null(config->groups[0].socket);
	ck_assert_str_eq(config->groups[0].programs[1].command, "g");
	ck_assert_int_eq(noted(LEVEL_WARN, ":2: [fcgi-program:f] is in [group:g], and so"), 1);
	ck_assert_uint_eq(config->n_notes, 1);
} END_TEST

START_TEST(listeners_are_a_pool_before_all_others)
{
	const struct pool_config *pool;

	loads(DAEMON "[program:a]\ncommand=x\npriority=0\n[eventlistener:e]\ncommand=x\n"
	      "events=tick_5, PROCESS_LOG\nnumprocs=2\nprocess_name=e%(process_num)d\n");
	are_groups("e(e0,e1)a(a)");
	ck_assert_int_eq(config->groups[0].kind, GROUP_LISTENERS);
	ck_assert_int_eq(config->groups[0].priority, -1);
	ck_assert_int_eq(config->groups[0].programs[0].priority, 999);
	pool = config->groups[0].pool;
	ck_assert_uint_eq(pool->events,
			  1ULL << EVENT_TICK_5 | 1ULL << EVENT_PROCESS_LOG |
				  1ULL << EVENT_PROCESS_LOG_STDOUT |
				  1ULL << EVENT_PROCESS_LOG_STDERR);
	ck_assert_int_eq(pool->buffer_size, 1024);
	ck_assert_str_eq(pool->result_handler, "supervisor.dispatchers:default_handler");
	ck_assert_int_eq(pool->results, RESULTS_JUDGE);
	ck_assert(pool->strict);
	ck_assert_uint_eq(config->n_notes, 0);
} END_TEST

START_TEST(listeners_may_set_all_that_a_pool_has)
{
	loads(DAEMON "[eventlistener:e]\ncommand=x\nevents=EVENT\nbuffer_size=500\npriority=7\n"
	      "result_handler=my.module:handler\n");
	ck_assert_int_eq(config->groups[0].priority, 7);
	ck_assert_int_eq(config->groups[0].programs[0].priority, 7);
	ck_assert_int_eq(config->groups[0].pool->buffer_size, 500);
	ck_assert_str_eq(config->groups[0].pool->result_handler, "my.module:handler");
	ck_assert_int_eq(noted(LEVEL_WARN, ":7: [eventlistener:e] result_handler=my.module:handler:"
			       " handlers in Python cannot be loaded"), 1);
	ck_assert_int_eq(config->groups[0].pool->results, RESULTS_JUDGE);
} END_TEST

START_TEST(the_handler_of_supervisor_stdout_is_known)
{
	loads(DAEMON "[eventlistener:e]\ncommand=x\nevents=EVENT\nlistener_strict=false\n"
	      "result_handler=supervisor_stdout:event_handler\n");
	ck_assert_int_eq(config->groups[0].pool->results, RESULTS_PRINT);
	ck_assert(!config->groups[0].pool->strict);
	ck_assert_uint_eq(config->n_notes, 0);
} END_TEST

static const struct {
	const char *options, *why;
} bad_pools[] = {
	{ "", "FILE:2: [eventlistener:e] section requires an \"events\" line" },
	{ "events=\n", "section requires an \"events\" line" },
	{ "events=TICK_5,\n", "Unknown event type  in [eventlistener:e] events" },
	{ "events=TICK_5,tick_6\n", "FILE:4: [eventlistener:e] events=TICK_5,tick_6: Unknown event "
	  "type TICK_6 in [eventlistener:e] events" },
	{ "events=EVENT\nbuffer_size=0\n",
	  "[eventlistener:e] section sets invalid buffer_size (0)" },
	{ "events=EVENT\nbuffer_size=many\n", "not a whole number" },
	{ "events=EVENT\nredirect_stderr=true\n", "[eventlistener:e] section sets redirect_stderr="
	  "true but this is not allowed because it will interfere with the eventlistener "
	  "protocol" },
	{ "events=%(program_name)s\n", "contains names" },
	{ "events=EVENT\npriority=x\n", "priority=x: not a whole number" },
	{ "events=EVENT\nautostart=x\n", "not a valid boolean value" },
};

START_TEST(a_bad_pool_is_an_error)
{
	char text[512];

	snprintf(text, sizeof(text), DAEMON "[eventlistener:e]\ncommand=x\n%s",
		 bad_pools[_i].options);
	refuses(text, bad_pools[_i].why);
} END_TEST

START_TEST(a_pool_is_no_member_of_a_group)
{
	refuses(DAEMON "[eventlistener:e]\ncommand=x\nevents=EVENT\n[group:g]\nprograms=e\n",
		"names unknown program or fcgi-program e");
	refuses(DAEMON "[eventlistener:e]\ncommand=x\nevents=EVENT\n[program:e]\ncommand=x\n",
		"there are two groups named e");
} END_TEST

START_TEST(processes_remember_how_they_are_listed)
{
	loads(DAEMON "[program:z]\ncommand=x\npriority=5\n[program:a]\ncommand=x\npriority=1\n"
	      "[group:g]\nprograms=z,a\n");
	are_groups("g(a,z)");
	ck_assert_uint_eq(config->groups[0].programs[0].listed, 1);
	ck_assert_uint_eq(config->groups[0].programs[1].listed, 0);
} END_TEST

START_TEST(without_programs_there_are_no_groups)
{
	loads(DAEMON);
	are_groups("");
} END_TEST

int main(void)
{
	Suite *s = suite_create("groups");
	TCase *tc = tcase_create("groups");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(tc, box_setup, box_teardown);
	tcase_add_test(tc, a_program_is_its_own_group_with_its_priority);
	tcase_add_test(tc, a_group_takes_its_programs);
	tcase_add_test(tc, processes_of_one_priority_stay_as_the_group_lists_them);
	tcase_add_test(tc, a_group_may_be_empty);
	tcase_add_test(tc, a_program_that_is_not_there_is_an_error);
	tcase_add_test(tc, a_program_can_be_in_several_groups_but_in_each_once);
	tcase_add_test(tc, names_of_processes_in_a_group_are_unique);
	tcase_add_test(tc, names_of_groups_are_unique);
	tcase_add_test(tc, bad_group_names_are_errors);
	tcase_add_test(tc, a_fcgi_program_has_a_unix_socket);
	tcase_add_test(tc, a_fcgi_program_has_a_tcp_socket);
	tcase_add_test(tc, a_socket_belongs_to_the_user_of_its_program);
	tcase_add_loop_test(tc, a_bad_socket_is_an_error, 0, ARRAY_LEN(bad_sockets));
	tcase_add_test(tc, in_a_group_a_fcgi_program_is_ordinary);
	tcase_add_test(tc, listeners_are_a_pool_before_all_others);
	tcase_add_test(tc, listeners_may_set_all_that_a_pool_has);
	tcase_add_test(tc, the_handler_of_supervisor_stdout_is_known);
	tcase_add_loop_test(tc, a_bad_pool_is_an_error, 0, ARRAY_LEN(bad_pools));
	tcase_add_test(tc, a_pool_is_no_member_of_a_group);
	tcase_add_test(tc, processes_remember_how_they_are_listed);
	tcase_add_test(tc, without_programs_there_are_no_groups);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
