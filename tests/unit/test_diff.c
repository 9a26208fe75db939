/* test_diff.c - what a newer configuration changes */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf/diff.h"
#include "conf/options.h"
#include "conf_box.h"

#define DAEMON "[supervisord]\n"
#define LOGS "stdout_logfile=/tmp/out\nstderr_logfile=/tmp/err\n"
#define PROGRAM "[program:a]\ncommand=x\n" LOGS
#define FCGI "[fcgi-program:a]\ncommand=x\n" LOGS "socket=unix:///tmp/s\n"
#define POOL "[eventlistener:a]\ncommand=x\n" LOGS "events=TICK_5\n"

static struct config *old;
static char myself[16];		/* whom an ordinary user may give files, too */

static void teardown(void)
{
	config_unref(old);
	old = NULL;
	box_teardown();
}

/* Both, each behind [supervisord]; the newer one is `config`. */
static void load_both(const char *older, const char *newer)
{
	char text[2048];

	config_unref(old);
	snprintf(text, sizeof(text), DAEMON "%s", older);
	loads(text);
	old = config_ref(config);
	snprintf(text, sizeof(text), DAEMON "%s", newer);
	loads(text);
}

static bool are_same(const char *older, const char *newer)
{
	load_both(older, newer);
	return group_config_is_same(&old->groups[0], &config->groups[0]);
}

static bool is_remade(const char *older, const char *newer)
{
	load_both(older, newer);
	return group_config_is_remade(&old->groups[0], &config->groups[0]);
}

static enum program_change compare(const char *older, const char *newer)
{
	load_both(older, newer);
	return program_config_compare(&old->groups[0].programs[0], &config->groups[0].programs[0]);
}

#define BOTH(name, ...) \
	{ OPT_PROCESS_stdout_##name, __VA_ARGS__ }, { OPT_PROCESS_stderr_##name, __VA_ARGS__ }

/* Two values of each option of a process. */
static const struct {
	enum option_id id;
	const char *older, *newer;
} options[] = {
	{ OPT_PROCESS_command, "x", "y" },
	{ OPT_PROCESS_process_name, "a", "b" },
	{ OPT_PROCESS_priority, "1", "2" },
	{ OPT_PROCESS_autostart, "true", "false" },
	{ OPT_PROCESS_autorestart, "true", "unexpected" },
	{ OPT_PROCESS_startsecs, "1", "2" },
	{ OPT_PROCESS_startretries, "3", "4" },
	{ OPT_PROCESS_exitcodes, "0,1", "1,0" },
	{ OPT_PROCESS_stopsignal, "TERM", "INT" },
	{ OPT_PROCESS_stopwaitsecs, "10", "11" },
	{ OPT_PROCESS_stopasgroup, "false", "true" },
	{ OPT_PROCESS_killasgroup, "false", "true" },
	{ OPT_PROCESS_user, "root", "daemon" },
	{ OPT_PROCESS_redirect_stderr, "false", "true" },
	{ OPT_PROCESS_stdout_logfile, "/tmp/x", "/tmp/y" },
	{ OPT_PROCESS_stderr_logfile, "/tmp/x", "NONE" },
	BOTH(logfile_mkdir, "true", "false"),
	BOTH(logfile_maxbytes, "1MB", "0"),
	BOTH(logfile_backups, "1", "2"),
	BOTH(logfile_rotate, "daily", "hourly"),
	BOTH(logfile_compress, "gzip", "zstd"),
	BOTH(logfile_maxage, "7d", "8d"),
	BOTH(logfile_budget, "1GB", "2GB"),
	BOTH(logfile_mode, "0640", "default"),
	BOTH(logfile_owner, "", myself),
	BOTH(logfile_also, "/tmp/a /tmp/b", "/tmp/a"),
	BOTH(capture_maxbytes, "0", "1MB"),
	BOTH(events_enabled, "false", "true"),
	BOTH(strip_ansi, "false", "true"),
	BOTH(format, "prefix", "json"),
	BOTH(line_maxbytes, "1KB", "2KB"),
	BOTH(line_secs, "1", "0"),
	BOTH(count_lines, "false", "true"),
	BOTH(syslog, "false", "true"),
	BOTH(syslog_facility, "daemon", "local0"),
	BOTH(syslog_tag, "x", ""),
	BOTH(syslog_server, "udp://h", "tcp://h"),
	BOTH(journal, "false", "true"),
	{ OPT_PROCESS_environment, "A=1", "A=2" },
	{ OPT_PROCESS_directory, "/tmp", "/" },
	{ OPT_PROCESS_umask, "022", "0" },
	{ OPT_PROCESS_serverurl, "AUTO", "http://x" },
};

static const char *with(enum option_id id, const char *value)
{
	static char text[2][512];
	static unsigned turn;

	snprintf(text[++turn % 2], sizeof(text[0]), PROGRAM "%s=%s\n", option_table[id].name,
		 value);
	return text[turn % 2];
}

START_TEST(each_option_is_compared)
{
	enum option_id id = options[_i].id;
	const char *older = with(id, options[_i].older), *newer = with(id, options[_i].newer);
	enum program_change change = option_table[id].flags & LIVE ? PROGRAM_LIVE : PROGRAM_RESTART;

	ck_assert_msg(!are_same(older, newer), "%s", option_table[id].name);
	ck_assert_msg(compare(older, newer) == change, "%s", option_table[id].name);
	ck_assert_msg(are_same(newer, newer), "%s", option_table[id].name);
	ck_assert_msg(compare(newer, newer) == PROGRAM_SAME, "%s", option_table[id].name);
} END_TEST

START_TEST(no_option_of_a_process_is_left_out)
{
	for (unsigned id = 0; id < OPTION_N; id++) {
		size_t i = 0;

		while (i < ARRAY_LEN(options) && options[i].id != id)
			i++;
		if (option_table[id].family == FAMILY_PROCESS && id != OPT_PROCESS_numprocs &&
		    id != OPT_PROCESS_numprocs_start)
			ck_assert_msg(i < ARRAY_LEN(options), "%s", option_table[id].name);
	}
} END_TEST

START_TEST(a_restart_outweighs_what_can_be_done_live)
{
	ck_assert_int_eq(compare(PROGRAM, PROGRAM "startsecs=5\ndirectory=/\n"), PROGRAM_RESTART);
	ck_assert_int_eq(compare(PROGRAM, PROGRAM "stopsignal=HUP\nstartsecs=5\n"), PROGRAM_LIVE);
} END_TEST

START_TEST(output_that_nobody_wanted_has_no_pipe_to_go_elsewhere)
{
	static const char none[] = "[program:a]\ncommand=x\nstdout_logfile=NONE\n"
				   "stderr_logfile=NONE\n";
	char newer[256];

	snprintf(newer, sizeof(newer), "%sstderr_syslog=true\n", none);
	ck_assert_int_eq(compare(none, newer), PROGRAM_RESTART);
	ck_assert_int_eq(compare(newer, none), PROGRAM_LIVE);
	ck_assert_int_eq(compare(PROGRAM, PROGRAM "stderr_syslog=true\n"), PROGRAM_LIVE);
	snprintf(newer, sizeof(newer), "%sstdout_logfile_also=/dev/stdout\n", none);
	ck_assert_int_eq(compare(none, newer), PROGRAM_RESTART);
} END_TEST

START_TEST(the_daemons_strip_ansi_counts_where_a_program_says_nothing)
{
	ck_assert_int_eq(compare(PROGRAM, "strip_ansi=true\n" PROGRAM), PROGRAM_LIVE);
	ck_assert_int_eq(compare(PROGRAM "stdout_strip_ansi=false\nstderr_strip_ansi=true\n",
				 "strip_ansi=true\n" PROGRAM
				 "stdout_strip_ansi=false\nstderr_strip_ansi=true\n"),
			 PROGRAM_SAME);
} END_TEST

START_TEST(files_of_a_list_are_compared_one_by_one)
{
	ck_assert(are_same(PROGRAM "stdout_logfile_also=/tmp/a,/tmp/b\n",
			   PROGRAM "stdout_logfile_also=/tmp/a /tmp/b\n"));
	ck_assert(!are_same(PROGRAM "stdout_logfile_also=/tmp/a\n",
			    PROGRAM "stdout_logfile_also=/tmp/a /tmp/b\n"));
	ck_assert(!are_same(PROGRAM "stdout_logfile_also=/tmp/a /tmp/b\n",
			    PROGRAM "stdout_logfile_also=/tmp/b /tmp/a\n"));
	ck_assert(!are_same(PROGRAM, PROGRAM "stdout_logfile_also=/tmp/a\n"));
	ck_assert(are_same(PROGRAM, PROGRAM "stdout_logfile_also=\n"));
} END_TEST

START_TEST(no_umask_is_not_umask_zero)
{
	ck_assert(!are_same(PROGRAM, PROGRAM "umask=0\n"));
	ck_assert(!are_same(PROGRAM "umask=0\n", PROGRAM));
} END_TEST

START_TEST(a_user_is_a_number)
{
	ck_assert(are_same(PROGRAM "user=root\n", PROGRAM "user=0\n"));
	ck_assert(!are_same(PROGRAM "user=root\n", PROGRAM));
} END_TEST

START_TEST(variables_have_no_order)
{
	ck_assert(are_same(PROGRAM "environment=A=1,B=2\n", PROGRAM "environment=B=2,A=1\n"));
	ck_assert(!are_same(PROGRAM "environment=A=1,B=2\n", PROGRAM "environment=B=2,C=1\n"));
	ck_assert(!are_same(PROGRAM "environment=A=1,B=2\n", PROGRAM "environment=A=1\n"));
	ck_assert(!are_same(PROGRAM "environment=A=1\n", PROGRAM "environment=A=1,B=2\n"));
	ck_assert(!are_same(PROGRAM, PROGRAM "environment=A=1\n"));
} END_TEST

START_TEST(the_daemons_variables_count)
{
	ck_assert(!are_same("environment=A=1\n" PROGRAM, "environment=A=2\n" PROGRAM));
	ck_assert(!are_same(PROGRAM, "environment=B=3\n" PROGRAM));
	ck_assert(are_same("environment=A=1\n" PROGRAM "environment=A=5\n",
			   "environment=A=2\n" PROGRAM "environment=A=5\n"));
	ck_assert(are_same("environment=A=1\n" PROGRAM, PROGRAM "environment=A=1\n"));
	ck_assert(!are_same("environment=A=1\n" PROGRAM "environment=B=%(ENV_A)s\n",
			    "environment=A=2\n" PROGRAM "environment=B=%(ENV_A)s\n"));
} END_TEST

START_TEST(a_newer_auto_is_equal_to_any_log_file)
{
	const char *to_auto = PROGRAM "stdout_logfile=AUTO\n";

	ck_assert(are_same(PROGRAM "stdout_logfile=/tmp/x\n", to_auto));
	ck_assert(are_same(PROGRAM, to_auto));
	ck_assert(are_same(to_auto, to_auto));
	ck_assert(!are_same(to_auto, PROGRAM "stdout_logfile=/tmp/x\n"));
	ck_assert(!are_same(to_auto, PROGRAM));
	ck_assert_int_eq(compare(PROGRAM, to_auto), PROGRAM_RESTART);
	ck_assert_int_eq(compare(to_auto, to_auto), PROGRAM_SAME);
} END_TEST

START_TEST(processes_are_compared_as_they_are_listed)
{
	const char *ab = "[program:a]\ncommand=x\n[program:b]\ncommand=x\npriority=1\n"
			 "[group:g]\nprograms=a,b\n";
	const char *ba = "[program:a]\ncommand=x\n[program:b]\ncommand=x\npriority=1\n"
			 "[group:g]\nprograms=b,a\n";

	ck_assert(are_same(ab, ab));
	ck_assert(!are_same(ab, ba));
	ck_assert(!are_same(PROGRAM "numprocs=2\nprocess_name=a%(process_num)d\n",
			    PROGRAM "numprocs=3\nprocess_name=a%(process_num)d\n"));
	ck_assert(!are_same(PROGRAM "numprocs=2\nprocess_name=a%(process_num)d\n",
			    PROGRAM "numprocs=2\nnumprocs_start=1\n"
			    "process_name=a%(process_num)d\n"));
} END_TEST

START_TEST(kinds_of_groups_differ)
{
	ck_assert(!are_same(PROGRAM, FCGI));
	ck_assert(!are_same(POOL, PROGRAM));
	ck_assert(is_remade(PROGRAM, FCGI));
	ck_assert(is_remade(FCGI, POOL));
	ck_assert(!is_remade(PROGRAM, PROGRAM "priority=1\ncommand=y\n"));
	ck_assert(!are_same(PROGRAM, "[program:b]\ncommand=x\n" LOGS));
	ck_assert(!are_same(PROGRAM "[group:g]\nprograms=a\n",
			    PROGRAM "[group:g]\nprograms=a\npriority=1\n"));
} END_TEST

START_TEST(a_socket_is_its_url_to_supervisor)
{
	ck_assert(are_same(FCGI, FCGI "socket_mode=0777\nsocket_backlog=5\nsocket_owner=bin\n"));
	ck_assert(!are_same(FCGI, FCGI "socket=unix:///tmp/t\n"));
	ck_assert(!are_same(FCGI, FCGI "socket=tcp://127.0.0.1:5\n"));
	ck_assert(!is_remade(FCGI, FCGI "startsecs=5\n"));
	ck_assert(is_remade(FCGI, FCGI "socket=unix:///tmp/t\n"));
	ck_assert(is_remade(FCGI, FCGI "socket_mode=0777\n"));
	ck_assert(is_remade(FCGI, FCGI "socket_backlog=5\n"));
	ck_assert(is_remade(FCGI, FCGI "socket_owner=bin\n"));
	ck_assert(is_remade(FCGI "socket_owner=bin\n", FCGI "socket_owner=bin:sys\n"));
} END_TEST

START_TEST(a_pool_is_its_events_and_its_buffer)
{
	ck_assert(are_same(POOL "events=TICK_5,TICK_60\n", POOL "events=TICK_60, tick_5\n"));
	ck_assert(!are_same(POOL, POOL "events=TICK_60\n"));
	ck_assert(!are_same(POOL, POOL "buffer_size=11\n"));
	ck_assert(!are_same(POOL, POOL "result_handler=x:y\n"));
	ck_assert(!are_same(POOL, POOL "listener_strict=false\n"));
	ck_assert(!are_same(POOL, POOL "priority=5\n"));
	ck_assert(is_remade(POOL, POOL "events=TICK_60\n"));
	ck_assert(!is_remade(POOL, POOL "buffer_size=11\n"));
	ck_assert(!is_remade(POOL, POOL "result_handler=x:y\nlistener_strict=false\n"));
	ck_assert(!is_remade(POOL, POOL "priority=5\n"));
} END_TEST

int main(void)
{
	Suite *s = suite_create("diff");
	TCase *tc = tcase_create("diff");
	SRunner *sr = srunner_create(s);
	int failed;

	snprintf(myself, sizeof(myself), "%u", (unsigned)getuid());
	tcase_add_checked_fixture(tc, box_setup, teardown);
	tcase_add_loop_test(tc, each_option_is_compared, 0, ARRAY_LEN(options));
	tcase_add_test(tc, no_option_of_a_process_is_left_out);
	tcase_add_test(tc, a_restart_outweighs_what_can_be_done_live);
	tcase_add_test(tc, output_that_nobody_wanted_has_no_pipe_to_go_elsewhere);
	tcase_add_test(tc, the_daemons_strip_ansi_counts_where_a_program_says_nothing);
	tcase_add_test(tc, files_of_a_list_are_compared_one_by_one);
	tcase_add_test(tc, no_umask_is_not_umask_zero);
	tcase_add_test(tc, a_user_is_a_number);
	tcase_add_test(tc, variables_have_no_order);
	tcase_add_test(tc, the_daemons_variables_count);
	tcase_add_test(tc, a_newer_auto_is_equal_to_any_log_file);
	tcase_add_test(tc, processes_are_compared_as_they_are_listed);
	tcase_add_test(tc, kinds_of_groups_differ);
	tcase_add_test(tc, a_socket_is_its_url_to_supervisor);
	tcase_add_test(tc, a_pool_is_its_events_and_its_buffer);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
