/* test_program.c - a section [program:x] and its processes */
#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf_box.h"

#define PROGRAM "[program:web]\ncommand=/bin/cat\n"
#define DAEMON "[supervisord]\n"

START_TEST(a_program_has_supervisors_defaults)
{
	const struct program_config *p = loads_program(PROGRAM);

	ck_assert_str_eq(p->name, "web");
	ck_assert_str_eq(p->group->name, "web");
	ck_assert_str_eq(p->command, "/bin/cat");
	ck_assert_ptr_null(p->directory);
	ck_assert(!p->has_umask);
	ck_assert_int_eq(p->priority, 999);
	ck_assert(p->autostart);
	ck_assert_int_eq(p->autorestart, AUTORESTART_UNEXPECTED);
	ck_assert_int_eq(p->startsecs, 1);
	ck_assert_int_eq(p->startretries, 3);
	ck_assert_ptr_null(p->user);
	ck_assert_int_eq(p->stopsignal, SIGTERM);
	ck_assert_int_eq(p->stopwaitsecs, 10);
	ck_assert(!p->stopasgroup && !p->killasgroup && !p->redirect_stderr);
	ck_assert_uint_eq(p->n_exitcodes, 1);
	ck_assert_int_eq(p->exitcodes[0], 0);
	ck_assert_ptr_null(p->environment[0]);
	ck_assert_ptr_null(p->serverurl);
	for (int c = 0; c < CHANNEL_N; c++) {
		ck_assert_int_eq(p->log[c].kind, LOGFILE_AUTO);
		ck_assert_int_eq(p->log[c].maxbytes, 50 << 20);
		ck_assert_int_eq(p->log[c].backups, 10);
		ck_assert(!p->log[c].syslog && !p->log[c].events_enabled);
	}
	ck_assert_uint_eq(config->n_notes, 0);
} END_TEST

START_TEST(every_option_gets_where_it_belongs)
{
	const struct program_config *p = loads_program(PROGRAM
		"directory=~/app\numask=027\npriority=-5\nautostart=no\nautorestart=TRUE\n"
		"startsecs=0\nstartretries=7\nstopsignal=usr1\nstopwaitsecs=99\n"
		"exitcodes=0,2, 130\nserverurl=http://x:1\nkillasgroup=on\n"
		"stdout_logfile_maxbytes=1KB\nstdout_logfile_backups=2\n"
		"stderr_logfile_maxbytes=3\nstderr_logfile_backups=4\n");

	ck_assert_str_eq(p->directory, "/home/me/app");
	ck_assert(p->has_umask);
	ck_assert_uint_eq(p->umask, 027);
	ck_assert_int_eq(p->priority, -5);
	ck_assert(!p->autostart);
	ck_assert_int_eq(p->autorestart, AUTORESTART_ALWAYS);
	ck_assert_int_eq(p->startsecs, 0);
	ck_assert_int_eq(p->startretries, 7);
	ck_assert_int_eq(p->stopsignal, SIGUSR1);
	ck_assert_int_eq(p->stopwaitsecs, 99);
	ck_assert_uint_eq(p->n_exitcodes, 3);
	ck_assert_int_eq(p->exitcodes[1], 2);
	ck_assert_int_eq(p->exitcodes[2], 130);
	ck_assert_str_eq(p->serverurl, "http://x:1");
	ck_assert(p->killasgroup && !p->stopasgroup);
	ck_assert_int_eq(p->log[CHANNEL_STDOUT].maxbytes, 1024);
	ck_assert_int_eq(p->log[CHANNEL_STDOUT].backups, 2);
	ck_assert_int_eq(p->log[CHANNEL_STDERR].maxbytes, 3);
	ck_assert_int_eq(p->log[CHANNEL_STDERR].backups, 4);
} END_TEST

START_TEST(numbers_below_zero_count_as_zero)
{
	const struct program_config *p = loads_program(PROGRAM "startsecs=-1\nstartretries=-1\n"
		"stdout_logfile_backups=-3\nstdout_logfile_maxbytes=-1\n");

	ck_assert_int_eq(p->startsecs, 0);
	ck_assert_int_eq(p->startretries, 0);
	ck_assert_int_eq(p->log[CHANNEL_STDOUT].backups, 0);
	ck_assert_int_eq(p->log[CHANNEL_STDOUT].maxbytes, 0);
} END_TEST

START_TEST(every_wrong_value_is_named_with_its_place)
{
	static const char *const rows[][2] = {
		{ "startsecs=soon", "FILE:4: [program:web] startsecs=soon: not a whole number" },
		{ "startsecs=99999999999", "startsecs=99999999999: out of range" },
		{ "priority=1.5", "priority=1.5: not a whole number" },
		{ "autostart=maybe", "autostart=maybe: not a valid boolean value: 'maybe'" },
		{ "autorestart=x", "invalid 'autorestart' value 'x'" },
		{ "stopsignal=KILLER", "value 'KILLER' is not a valid signal name" },
		{ "stopsignal=999", "value '999' is not a valid signal number" },
		{ "exitcodes=0,256", "not a valid list of exit codes: '0,256'" },
		{ "exitcodes=0,", "not a valid list of exit codes: '0,'" },
		{ "umask=9", "9 can not be converted to an octal type" },
		{ "user=nobody-of-that-name", "Invalid user name nobody-of-that-name" },
		{ "user=4294967290", "Invalid user id 4294967290" },
		{ "numprocs=70000", "more than 65536 processes" },
		{ "stdout_logfile_maxbytes=5XB", "not a number of bytes" },
		{ "stdout_logfile=/no/such/dir/x.log", "The directory named as part of the path "
						       "/no/such/dir/x.log does not exist" },
		{ "environment=A", "Unexpected end of key/value pairs in value 'A'" },
		{ "environment=A='b", "No closing quotation" },
		{ "directory=/tmp/100%", "Format string '/tmp/100%' for 'program:web.directory' is "
					 "badly formatted: incomplete format" },
		{ "process_name=a b", "Invalid name: 'a b' because of character: ' '" },
		{ "process_name=a:b", "because of character: ':'" },
		{ "process_name=a/b", "because of character: '/'" },
		{ "process_name=a[b", "because of character: '['" },
		{ "process_name=", "Invalid name: '' because it is empty" },
		{ "numprocs=2", "FILE:4: [program:web] numprocs=2: %(process_num) must be present "
				"within process_name when numprocs > 1" },
		{ "stopasgroup=true\nkillasgroup=false", "FILE:5: [program:web] killasgroup=false: "
			"Cannot set stopasgroup=true and killasgroup=false" },
	};
	char text[512];

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		snprintf(text, sizeof(text), DAEMON PROGRAM "%s\n", rows[i][0]);
		refuses(text, rows[i][1]);
	}
} END_TEST

START_TEST(a_program_without_a_command_is_an_error)
{
	refuses(DAEMON "[program:web]\nautostart=false\n",
		"FILE:2: [program:web] program section program:web does not specify a command");
} END_TEST

START_TEST(bad_program_names_are_errors)
{
	refuses(DAEMON "[program:a b]\ncommand=x\n", "FILE:2: [program:a b] Invalid name: 'a b'");
	refuses(DAEMON "[program:a:b]\ncommand=x\n", "because of character: ':'");
	refuses(DAEMON "[program:]\ncommand=x\n", "because it is empty");
	refuses(DAEMON "[program:a[b]]\ncommand=x\n", "because of character: '['");
} END_TEST

START_TEST(a_value_in_a_message_is_one_short_line)
{
	char text[4096] = DAEMON PROGRAM "startsecs=a\n  ";

	memset(text + strlen(text), 'x', 3000);
	refuses(text, "startsecs=a xxxx");
	ck_assert_ptr_nonnull(strstr(conf_err.text, "xxx...: not a whole number"));
	ck_assert_uint_lt(strlen(conf_err.text), 300);
} END_TEST

START_TEST(names_stand_for_what_is_known)
{
	const struct program_config *p = loads_program("[program:web]\n"
		"command=%(here)s %(program_name)s %(group_name)s %(process_num)02d %(numprocs)d "
		"%(ENV_COLOUR)s 100%%\n");
	char expected[256];

	snprintf(expected, sizeof(expected), "%s web web 00 1 red 100%%", box);
	ck_assert_str_eq(p->command, expected);
} END_TEST

START_TEST(an_unknown_name_is_an_error_that_lists_the_known_ones)
{
	refuses(DAEMON PROGRAM "user=%(process_num)d\n",
		"FILE:4: [program:web] user=%(process_num)d: Format string '%(process_num)d' for "
		"'program:web.user' contains names ('process_num') which cannot be expanded. "
		"Available names: group_name, program_name, here, host_node_name, ENV_COLOUR, "
		"ENV_HOME");
} END_TEST

START_TEST(numprocs_makes_as_many_processes)
{
	const struct group_config *g = loads(DAEMON "[program:web]\nnumprocs=12\n"
		"numprocs_start=5\nprocess_name=%(program_name)s_%(process_num)02d\n"
		"command=serve --port=80%(process_num)02d of %(numprocs)d\n"
		"stdout_logfile=%s/%(process_num)d.log\n")->groups;
	char expected[256];

	ck_assert_uint_eq(g->n_programs, 12);
	ck_assert_str_eq(g->programs[0].name, "web_05");
	ck_assert_str_eq(g->programs[11].name, "web_16");
	ck_assert_str_eq(g->programs[11].command, "serve --port=8016 of 12");
	snprintf(expected, sizeof(expected), "%s/16.log", box);
	ck_assert_str_eq(g->programs[11].log[CHANNEL_STDOUT].path, expected);
	for (size_t i = 0; i < g->n_programs; i++)
		ck_assert_ptr_eq(g->programs[i].group, g);
} END_TEST

START_TEST(processes_share_what_is_the_same_for_all)
{
	const struct group_config *g = loads("[supervisord]\nenvironment=A=1\n[program:web]\n"
		"numprocs=2\nprocess_name=web%(process_num)d\ncommand=same\n"
		"[program:other]\ncommand=x\n")->groups;

	ck_assert_ptr_eq(g[1].programs[0].command, g[1].programs[1].command);
	ck_assert_ptr_eq(g[1].programs[0].environment, g[0].programs[0].environment);
	ck_assert_ptr_eq(g[1].programs[0].environment, config->environment);
} END_TEST

START_TEST(no_processes_are_a_group_without_processes)
{
	loads(DAEMON PROGRAM "numprocs=0\nstdout_logfile=/nowhere/log\nenvironment=A\n");
	loads(DAEMON "[program:web]\nnumprocs=0\n");
	refuses(DAEMON PROGRAM "numprocs=0\npriority=x\n", "not a whole number");
	ck_assert_uint_eq(config->n_groups, 1);
	ck_assert_uint_eq(config->groups[0].n_programs, 0);
} END_TEST

START_TEST(an_environment_comes_on_top_of_the_daemons)
{
	const char *const *env = loads("[supervisord]\nenvironment=A=1,B=\"2,2\"\n"
		"[program:web]\ncommand=x\nenvironment=B=3,C='%(program_name)s'\n")
			->groups[0].programs[0].environment;

	ck_assert(has_pair(env, "A=1"));
	ck_assert(!has_pair(env, "B=2,2"));
	ck_assert(has_pair(env, "B=3"));
	ck_assert(has_pair(env, "C=web"));
	ck_assert_ptr_null(env[3]);
} END_TEST

START_TEST(environments_are_names_for_other_options)
{
	const struct program_config *p = loads("[supervisord]\nenvironment=A=1,COLOUR=blue\n"
		"[program:web]\ncommand=%(ENV_A)s %(ENV_COLOUR)s %(ENV_HOME)s %(ENV_B)s\n"
		"environment=B=%(ENV_A)s%(process_num)d\n")->groups[0].programs;

	ck_assert_str_eq(p->command, "1 blue /home/me 10");
} END_TEST

START_TEST(a_programs_environment_is_no_name_in_another_program)
{
	refuses(DAEMON "[program:a]\ncommand=x\nenvironment=B=1\n[program:b]\n"
		"command=%(ENV_B)s\n", "FILE:6: [program:b] command=%(ENV_B)s");
} END_TEST

START_TEST(log_files_can_be_none_automatic_or_a_path)
{
	const struct program_config *p = loads_program(PROGRAM "stdout_logfile=none\n"
		"stderr_logfile=Auto\n");
	char expected[256];

	ck_assert_int_eq(p->log[CHANNEL_STDOUT].kind, LOGFILE_NONE);
	ck_assert_int_eq(p->log[CHANNEL_STDERR].kind, LOGFILE_AUTO);
	p = loads_program(PROGRAM "stdout_logfile=OFF\nstderr_logfile=%s/./a/../x.log\n");
	snprintf(expected, sizeof(expected), "%s/x.log", box);
	ck_assert_int_eq(p->log[CHANNEL_STDOUT].kind, LOGFILE_NONE);
	ck_assert_int_eq(p->log[CHANNEL_STDERR].kind, LOGFILE_PATH);
	ck_assert_str_eq(p->log[CHANNEL_STDERR].path, expected);
	p = loads_program(PROGRAM "stdout_logfile=/dev/stdout\n");
	ck_assert_str_eq(p->log[CHANNEL_STDOUT].path, "/dev/stdout");
} END_TEST

/* The first reading is before the daemon goes there, the second one after it. */
START_TEST(a_relative_log_file_is_in_the_daemons_directory)
{
	static const char text[] = "[supervisord]\ndirectory=%s/d\n" PROGRAM
				   "stdout_logfile=x.log\n";
	char expected[256];

	mkdir("d", 0755);
	snprintf(expected, sizeof(expected), "%s/d/x.log", box);
	loads(text);
	ck_assert_str_eq(config->groups[0].programs[0].log[CHANNEL_STDOUT].path, expected);
	ck_assert_int_eq(chdir("d"), 0);
	loads(text);
	ck_assert_str_eq(config->groups[0].programs[0].log[CHANNEL_STDOUT].path, expected);
} END_TEST

START_TEST(redirected_errors_have_no_log_file)
{
	const struct program_config *p = loads_program(PROGRAM "redirect_stderr=true\n"
		"stderr_logfile=%s/x.log\n");

	ck_assert(p->redirect_stderr);
	ck_assert_int_eq(p->log[CHANNEL_STDERR].kind, LOGFILE_NONE);
	ck_assert_ptr_null(p->log[CHANNEL_STDERR].path);
	ck_assert_int_eq(noted(LEVEL_WARN, "For [program:web], redirect_stderr=true but "
			       "stderr_logfile has also been set to a filename, the filename has "
			       "been ignored"), 1);
	p = loads_program(PROGRAM "redirect_stderr=true\n");
	ck_assert_int_eq(p->log[CHANNEL_STDERR].kind, LOGFILE_NONE);
	ck_assert_uint_eq(config->n_notes, 0);
} END_TEST

START_TEST(automatic_logs_that_grow_for_ever_are_noted)
{
	loads(DAEMON "[program:web]\ncommand=x\nnumprocs=3\nprocess_name=%(process_num)d\n"
	      "stdout_logfile_maxbytes=0\n");
	ck_assert_int_eq(noted(LEVEL_WARN, "For [program:web], AUTO logging used for "
			       "stdout_logfile without rollover, set maxbytes > 0 to avoid filling "
			       "up filesystem unintentionally"), 1);
} END_TEST

START_TEST(syslog_as_a_file_name_is_deprecated)
{
	const struct program_config *p = loads_program(PROGRAM "stdout_logfile=syslog\n"
		"stdout_syslog=false\n");

	ck_assert_int_eq(p->log[CHANNEL_STDOUT].kind, LOGFILE_NONE);
	ck_assert(p->log[CHANNEL_STDOUT].syslog);
	ck_assert_int_eq(noted(LEVEL_WARN, "For [program:web], stdout_logfile=syslog but this is "
			       "deprecated and will be removed.  Use stdout_syslog=true to enable "
			       "syslog instead."), 1);
} END_TEST

START_TEST(a_process_group_that_is_asked_to_stop_is_also_killed)
{
	const struct program_config *p = loads_program(PROGRAM "stopasgroup=true\n");

	ck_assert(p->stopasgroup && p->killasgroup);
} END_TEST

START_TEST(a_users_ids_are_looked_up)
{
	const struct program_config *p = loads_program(PROGRAM "user=root\n");

	ck_assert_str_eq(p->user->name, "root");
	ck_assert_uint_eq(p->user->uid, 0);
	ck_assert_uint_eq(p->user->gid, 0);
	ck_assert_uint_ge(p->user->n_groups, 1);
	ck_assert_uint_eq(p->user->groups[0], 0);
	p = loads_program(PROGRAM "user=0\n");
	ck_assert_uint_eq(p->user->uid, 0);
} END_TEST

START_TEST(a_serverurl_of_auto_is_none)
{
	ck_assert_ptr_null(loads_program(PROGRAM "serverurl=auto\n")->serverurl);
} END_TEST

START_TEST(a_command_of_100_kilobytes_arrives_whole)
{
	size_t n = 100000;
	char *text = malloc(n + 100);

	strcpy(text, "[program:web]\ncommand=");
	memset(text + strlen(text), 'x', n);
	strcpy(text + 22 + n, "\n");
	ck_assert_uint_eq(strlen(loads_program(text)->command), n);
	free(text);
} END_TEST

START_TEST(a_command_may_be_long_and_odd_since_it_is_split_later)
{
	ck_assert_str_eq(loads_program("[program:web]\ncommand=sh -c 'oops\n  ; and more")->command,
			 "sh -c 'oops");
} END_TEST

int main(void)
{
	Suite *s = suite_create("program");
	TCase *tc = tcase_create("program");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(tc, box_setup, box_teardown);
	tcase_add_test(tc, a_program_has_supervisors_defaults);
	tcase_add_test(tc, every_option_gets_where_it_belongs);
	tcase_add_test(tc, numbers_below_zero_count_as_zero);
	tcase_add_test(tc, every_wrong_value_is_named_with_its_place);
	tcase_add_test(tc, a_program_without_a_command_is_an_error);
	tcase_add_test(tc, bad_program_names_are_errors);
	tcase_add_test(tc, a_value_in_a_message_is_one_short_line);
	tcase_add_test(tc, names_stand_for_what_is_known);
	tcase_add_test(tc, an_unknown_name_is_an_error_that_lists_the_known_ones);
	tcase_add_test(tc, numprocs_makes_as_many_processes);
	tcase_add_test(tc, processes_share_what_is_the_same_for_all);
	tcase_add_test(tc, no_processes_are_a_group_without_processes);
	tcase_add_test(tc, an_environment_comes_on_top_of_the_daemons);
	tcase_add_test(tc, environments_are_names_for_other_options);
	tcase_add_test(tc, a_programs_environment_is_no_name_in_another_program);
	tcase_add_test(tc, log_files_can_be_none_automatic_or_a_path);
	tcase_add_test(tc, a_relative_log_file_is_in_the_daemons_directory);
	tcase_add_test(tc, redirected_errors_have_no_log_file);
	tcase_add_test(tc, automatic_logs_that_grow_for_ever_are_noted);
	tcase_add_test(tc, syslog_as_a_file_name_is_deprecated);
	tcase_add_test(tc, a_process_group_that_is_asked_to_stop_is_also_killed);
	tcase_add_test(tc, a_users_ids_are_looked_up);
	tcase_add_test(tc, a_serverurl_of_auto_is_none);
	tcase_add_test(tc, a_command_of_100_kilobytes_arrives_whole);
	tcase_add_test(tc, a_command_may_be_long_and_odd_since_it_is_split_later);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
