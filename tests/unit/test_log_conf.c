/* test_log_conf.c - the options of a channel: what they may be, and what they mean together */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "conf/check.h"
#include "conf_box.h"

#define PROGRAM "[program:web]\ncommand=/bin/cat\n"
#define LOG "stdout_logfile=%(here)s/out\n"

/* The channel of the only program, which has these options for standard output. */
static const struct logfile_config *channel(const char *options)
{
	char text[2048];

	snprintf(text, sizeof(text), PROGRAM "%s", options);
	return &loads_program(text)->log[CHANNEL_STDOUT];
}

static void is_refused(const char *option, const char *expected)
{
	char text[1024];

	snprintf(text, sizeof(text), "[supervisord]\n" PROGRAM "%s\n", option);
	refuses(text, expected);
}

START_TEST(without_options_all_is_as_before)
{
	const struct logfile_config *log = channel("");

	ck_assert_int_eq(log->mode, -1);
	ck_assert(log->uid == (uid_t)-1 && log->gid == (gid_t)-1);
	ck_assert(!log->mkdir && !log->count_lines && !log->journal && !log->strip_ansi);
	ck_assert_int_eq(log->rotate, ROTATE_SIZE);
	ck_assert_int_eq(log->compress, COMPRESS_NONE);
	ck_assert_int_eq(log->format, FORMAT_RAW);
	ck_assert(log->maxage == 0 && log->budget == 0);
	ck_assert_int_eq(log->line_maxbytes, 64 * 1024);
	ck_assert_int_eq(log->line_secs, 2);
	ck_assert_int_eq(log->syslog_facility, LOG_USER);
	ck_assert(!log->also && !log->syslog_tag && !log->syslog_server);
	ck_assert_uint_eq(config->n_notes, 0);
} END_TEST

START_TEST(each_option_says_what_it_says)
{
	const struct logfile_config *log = channel(
		LOG "stdout_logfile_mode=640\nstdout_logfile_rotate=Daily\n"
		"stdout_logfile_mkdir=yes\nstdout_logfile_compress=zstd\nstdout_logfile_maxage=2w\n"
		"stdout_logfile_budget=1GB\nstdout_format=json\nstdout_line_maxbytes=1MB\n"
		"stdout_line_secs=0\nstdout_count_lines=1\nstdout_strip_ansi=on\n"
		"stdout_journal=true\nstdout_syslog=true\nstdout_syslog_facility=Local3\n"
		"stdout_syslog_tag=%(group_name)s.%(program_name)s\n"
		"stdout_syslog_server=udp://logs.example\n");

	ck_assert_int_eq(log->mode, 0640);
	ck_assert_int_eq(log->rotate, ROTATE_DAILY);
	ck_assert_int_eq(log->compress, COMPRESS_ZSTD);
	ck_assert_int_eq(log->format, FORMAT_JSON);
	ck_assert_int_eq(log->maxage, 14 * 24 * 60 * 60);
	ck_assert_int_eq(log->budget, 1 << 30);
	ck_assert_int_eq(log->line_maxbytes, 1 << 20);
	ck_assert_int_eq(log->line_secs, 0);
	ck_assert(log->mkdir && log->count_lines && log->strip_ansi && log->journal);
	ck_assert_int_eq(log->syslog_facility, LOG_LOCAL3);
	ck_assert_str_eq(log->syslog_tag, "web.web");
	ck_assert_str_eq(log->syslog_server, "udp://logs.example:514");
	ck_assert_uint_eq(config->n_notes, 0);
} END_TEST

START_TEST(one_channel_has_nothing_to_do_with_the_other)
{
	const struct program_config *p = loads_program(
		PROGRAM "stderr_format=prefix\nstdout_logfile_mode=0600\n");

	ck_assert_int_eq(p->log[CHANNEL_STDOUT].format, FORMAT_RAW);
	ck_assert_int_eq(p->log[CHANNEL_STDERR].format, FORMAT_PREFIX);
	ck_assert_int_eq(p->log[CHANNEL_STDOUT].mode, 0600);
	ck_assert_int_eq(p->log[CHANNEL_STDERR].mode, -1);
} END_TEST

static const struct {
	const char *option, *why;
} refused[] = {
	{ "stdout_logfile_mode=rw", "not permissions like 0640, nor \"default\"" },
	{ "stdout_logfile_mode=04755", "not permissions like 0640" },
	{ "stdout_logfile_owner=no-such-user", "there is no such user" },
	{ "stdout_logfile_owner=root:no-such-group", "there is no such user, or no such group" },
	{ "stdout_logfile_mkdir=perhaps", "not a valid boolean value" },
	{ "stdout_logfile_rotate=dayly", "not size, hourly or daily; did you mean daily?" },
	{ "stdout_logfile_rotate=monthly", "not size, hourly or daily" },
	{ "stdout_logfile_compress=gz", "not none, gzip or zstd" },
	{ "stdout_logfile_compress=gzipp", "did you mean gzip?" },
	{ "stdout_logfile_maxage=7 days", "not a duration, like 90, 90s, 15m, 12h, 7d or 4w" },
	{ "stdout_logfile_maxage=-1", "out of range" },
	{ "stdout_logfile_budget=much", "not a number of bytes" },
	{ "stdout_logfile_also=/no/such/dir/x", "The directory named as part of the path" },
	{ "stdout_logfile_also=syslog", "syslog is no file; if it is, write ./syslog" },
	{ "stdout_logfile_also=1,2,3,4,5,6,7,8,9", "more than 8 files" },
	{ "stdout_format=jsonl", "not raw, prefix or json; did you mean json?" },
	{ "stdout_line_maxbytes=10", "not from 256 bytes to 1MB" },
	{ "stdout_line_maxbytes=2MB", "not from 256 bytes to 1MB" },
	{ "stdout_line_secs=soon", "not a whole number" },
	{ "stdout_syslog_facility=local8", "; did you mean local0?" },
	{ "stdout_syslog_server=logs.example", "not like udp://host:514 or tcp://host:601" },
	{ "stdout_syslog_server=udp://", "not like udp://host:514" },
	{ "stdout_syslog_server=udp://[::1", "not like udp://host:514" },
	{ "stdout_syslog_server=tcp://h:0", "not like udp://host:514" },
	{ "stdout_syslog_server=tcp://h:x", "not like udp://host:514" },
	{ "stdout_syslog_server=tcp://a b", "not like udp://host:514" },
	{ "stderr_format=xml", "not raw, prefix or json" },
};

START_TEST(what_is_wrong_is_named_with_its_place_and_what_would_be_right)
{
	char expected[256];

	is_refused(refused[_i].option, refused[_i].why);
	snprintf(expected, sizeof(expected), "FILE:4: [program:web] %s: ", refused[_i].option);
	is_refused(refused[_i].option, expected);
} END_TEST

static const struct {
	const char *written, *meant;
} servers[] = {
	{ "udp://10.0.0.1", "udp://10.0.0.1:514" },
	{ "tcp://logs", "tcp://logs:601" },
	{ "tcp://logs:6514", "tcp://logs:6514" },
	{ "udp://[fe80::1]", "udp://[fe80::1]:514" },
	{ "tcp://[::1]:1", "tcp://[::1]:1" },
};

START_TEST(a_server_without_a_port_is_at_the_usual_one)
{
	char option[128];

	snprintf(option, sizeof(option), "stdout_syslog=1\nstdout_syslog_server=%s\n",
		 servers[_i].written);
	ck_assert_str_eq(channel(option)->syslog_server, servers[_i].meant);
} END_TEST

START_TEST(only_root_gives_files_away)
{
	char option[64];

	snprintf(option, sizeof(option), "stdout_logfile_owner=%u:%u\n", getuid(), getgid());
	ck_assert_uint_eq(channel(option)->uid, getuid());
	ck_assert_uint_eq(channel(option)->gid, getgid());
	if (getuid() == 0) {
		ck_assert_uint_ne(channel("stdout_logfile_owner=nobody\n")->uid, 0);
		ck_assert(channel("stdout_logfile_owner=nobody\n")->gid == (gid_t)-1);
		refuses("[supervisord]\nuser=nobody\n" PROGRAM "stdout_logfile_owner=root\n",
			"FILE:5: [program:web] stdout_logfile_owner=root: only a daemon that is "
			"root can give files away");
	} else {
		is_refused("stdout_logfile_owner=root", "only a daemon that is root");
		is_refused("stdout_logfile_owner=daemon", "only a daemon that is root");
	}
} END_TEST

START_TEST(copies_go_to_files_as_log_files_do)
{
	const struct logfile_config *log = channel(
		LOG "stdout_logfile_also=%(here)s/a , ./b,/dev/stdout\n\t/dev/stderr\n");
	char path[256];

	snprintf(path, sizeof(path), "%s/a", box);
	ck_assert_str_eq(log->also[0], path);
	snprintf(path, sizeof(path), "%s/b", box);
	ck_assert_str_eq(log->also[1], path);
	ck_assert_str_eq(log->also[2], "/dev/stdout");
	ck_assert_str_eq(log->also[3], "/dev/stderr");
	ck_assert_ptr_null(log->also[4]);
	ck_assert_ptr_null(channel("stdout_logfile_also= ,\n")->also);
} END_TEST

START_TEST(each_process_may_have_its_own)
{
	const struct config *c = loads("[supervisord]\n" PROGRAM "numprocs=2\n"
		"process_name=w%(process_num)d\nstdout_logfile_also=/tmp/c%(process_num)d\n"
		"stdout_syslog_tag=web-%(process_num)d\nstdout_logfile_mode=0640\n");
	const struct program_config *p = c->groups[0].programs;

	ck_assert_str_eq(p[0].log[CHANNEL_STDOUT].also[0], "/tmp/c0");
	ck_assert_str_eq(p[1].log[CHANNEL_STDOUT].also[0], "/tmp/c1");
	ck_assert_str_eq(p[0].log[CHANNEL_STDOUT].syslog_tag, "web-0");
	ck_assert_str_eq(p[1].log[CHANNEL_STDOUT].syslog_tag, "web-1");
	ck_assert_int_eq(p[1].log[CHANNEL_STDOUT].mode, 0640);
} END_TEST

START_TEST(a_directory_that_is_made_need_not_be_there)
{
	const struct logfile_config *log = channel(
		"stdout_logfile=%(here)s/new/deep/out\nstdout_logfile_also=%(here)s/other/out\n"
		"stdout_logfile_mkdir=true\n");

	ck_assert_int_eq(log->kind, LOGFILE_PATH);
	ck_assert_ptr_nonnull(log->also[0]);
	ck_assert_uint_eq(config->n_notes, 0);
	is_refused("stdout_logfile=%(here)s/new/deep/out", "does not exist");
} END_TEST

START_TEST(the_journal_is_no_file)
{
	const struct logfile_config *log = channel("stdout_logfile=journal\nstdout_journal=no\n");

	ck_assert_int_eq(log->kind, LOGFILE_NONE);
	ck_assert(log->journal);
	log = channel("stdout_logfile=./journal\n");
	ck_assert_int_eq(log->kind, LOGFILE_PATH);
	ck_assert(!log->journal);
} END_TEST

START_TEST(strip_ansi_is_the_daemons_unless_it_is_set)
{
	const struct config *c = loads("[supervisord]\nstrip_ansi=true\n" PROGRAM
				       "stderr_strip_ansi=false\n");

	ck_assert(c->groups[0].programs[0].log[CHANNEL_STDOUT].strip_ansi);
	ck_assert(!c->groups[0].programs[0].log[CHANNEL_STDERR].strip_ansi);
} END_TEST

START_TEST(rules_that_contradict_each_other_are_noted)
{
	channel("stdout_logfile_backups=0\nstdout_logfile_compress=gzip\n"
		"stderr_logfile_budget=1MB\n");
	ck_assert_int_eq(noted(LEVEL_WARN, "supervisord.conf:5: [program:web] "
			       "stdout_logfile_compress=gzip: there is nothing to compress"), 1);
	ck_assert_int_eq(noted(LEVEL_WARN, "supervisord.conf:6: [program:web] "
			       "stderr_logfile_budget=1MB: it is less than logfile_maxbytes"), 1);
	ck_assert_uint_eq(config->n_notes, 2);
	channel("redirect_stderr=true\nstderr_logfile_budget=1MB\n"
		"stdout_logfile_compress=none\nstdout_logfile_maxbytes=0\n"
		"stdout_logfile_budget=1MB\nstdout_logfile_backups=0\n");
	ck_assert_int_eq(noted(LEVEL_WARN, "stderr_logfile_budget"), 0);
	ck_assert_int_eq(noted(LEVEL_WARN, "stdout_logfile_"), 0);
} END_TEST

/* What svd --check says. */
static char *report(const char *text)
{
	struct strbuf out = { 0 };
	struct err err;

	ck_assert_int_ge(config_check(box_write("supervisord.conf", text), NULL, &out, &err), 0);
	return strbuf_steal(&out);
}

static const struct {
	const char *options, *line;
} vain[] = {
	{ "stdout_logfile=/dev/stdout\nstdout_logfile_maxbytes=1MB\n",
	  ":5: warning: [program:web] stdout_logfile_maxbytes=1MB: what is no regular file is not "
	  "rotated\n" },
	{ "stdout_logfile=/dev/null\nstdout_logfile_rotate=daily\n",
	  ":5: warning: [program:web] stdout_logfile_rotate=daily: there is no file to rotate\n" },
	{ "stdout_logfile=NONE\nstdout_logfile_compress=gzip\n", "there is no file to rotate\n" },
	{ "stdout_logfile=NONE\nstdout_logfile_mode=0600\n", "there is no file to make\n" },
	{ "stdout_logfile_backups=0\nstdout_logfile_maxage=1d\n", "there is nothing to remove" },
	{ "stdout_line_secs=1\n", "raw bytes are not cut into lines\n" },
	{ "stdout_syslog_tag=x\n", "syslog gets nothing\n" },
};

START_TEST(who_asks_is_told_what_is_without_effect)
{
	char text[512];
	char *said;

	snprintf(text, sizeof(text), "[supervisord]\n" PROGRAM "%s", vain[_i].options);
	said = report(text);
	ck_assert_msg(strstr(said, vain[_i].line), "%s", said);
	ck_assert_msg(strstr(said, "0 errors, 1 warning;"), "%s", said);
	free(said);
	loads(text);
	ck_assert_uint_eq(config->n_notes, 0);
} END_TEST

START_TEST(the_usual_rules_for_standard_output_are_no_slip)
{
	char *said = report("[supervisord]\n" PROGRAM "stdout_logfile=/dev/stdout\n"
			    "stdout_logfile_maxbytes=0\n");

	ck_assert_msg(strstr(said, "0 errors, 0 warnings;"), "%s", said);
	free(said);
} END_TEST

START_TEST(programs_that_share_a_file_should_agree)
{
	static const char *const others[] = { "rotate=daily", "compress=gzip", "maxage=1d",
					      "budget=1GB", "mode=0600" };
	char text[512], line[128];
	char *said;

	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		snprintf(text, sizeof(text), "[supervisord]\n" PROGRAM
			 "stdout_logfile=%%(here)s/x\n[program:other]\ncommand=/bin/cat\n"
			 "stdout_logfile=%%(here)s/x\nstdout_logfile_%s\n", others[i]);
		snprintf(line, sizeof(line), "supervisord.conf:4), but with another logfile_%.*s\n",
			 (int)strcspn(others[i], "="), others[i]);
		said = report(text);
		ck_assert_msg(strstr(said, line), "%s", said);
		free(said);
	}
} END_TEST

int main(void)
{
	Suite *s = suite_create("log_conf");
	TCase *tc = tcase_create("log_conf");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(tc, box_setup, box_teardown);
	tcase_add_test(tc, without_options_all_is_as_before);
	tcase_add_test(tc, each_option_says_what_it_says);
	tcase_add_test(tc, one_channel_has_nothing_to_do_with_the_other);
	tcase_add_loop_test(tc, what_is_wrong_is_named_with_its_place_and_what_would_be_right, 0,
			    ARRAY_LEN(refused));
	tcase_add_loop_test(tc, a_server_without_a_port_is_at_the_usual_one, 0,
			    ARRAY_LEN(servers));
	tcase_add_test(tc, only_root_gives_files_away);
	tcase_add_test(tc, copies_go_to_files_as_log_files_do);
	tcase_add_test(tc, each_process_may_have_its_own);
	tcase_add_test(tc, a_directory_that_is_made_need_not_be_there);
	tcase_add_test(tc, the_journal_is_no_file);
	tcase_add_test(tc, strip_ansi_is_the_daemons_unless_it_is_set);
	tcase_add_test(tc, rules_that_contradict_each_other_are_noted);
	tcase_add_loop_test(tc, who_asks_is_told_what_is_without_effect, 0, ARRAY_LEN(vain));
	tcase_add_test(tc, the_usual_rules_for_standard_output_are_no_slip);
	tcase_add_test(tc, programs_that_share_a_file_should_agree);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
