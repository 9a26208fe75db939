/*
 * test_conf_memory.c - no allocation may fail without -ENOMEM coming out, and nothing may leak or
 * be freed twice on the way. The linker puts our malloc, its kin and the arena's in front of the
 * real ones.
 */
#include <check.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "conf/check.h"
#include "conf/extra.h"
#include "conf/print.h"
#include "conf_box.h"
#include "scarce.h"


void *__real_arena_alloc(struct arena *a, size_t n);
void *__wrap_arena_alloc(struct arena *a, size_t n);
char *__wrap_arena_strdup(struct arena *a, const char *s);
char *__wrap_arena_strndup(struct arena *a, const char *s, size_t n);
char *__wrap_arena_printf(struct arena *a, const char *fmt, ...) printf_like(2, 3);

/* An arena asks for large blocks; this makes each of its small ones fail too. */
void *__wrap_arena_alloc(struct arena *a, size_t n)
{
	return scarce_fails() ? NULL : __real_arena_alloc(a, n);
}

char *__wrap_arena_strndup(struct arena *a, const char *s, size_t n)
{
	size_t len = strnlen(s, n);
	char *copy = __wrap_arena_alloc(a, len + 1);

	return copy ? memcpy(copy, s, len) : NULL;
}

char *__wrap_arena_strdup(struct arena *a, const char *s)
{
	return __wrap_arena_strndup(a, s, strlen(s));
}

char *__wrap_arena_printf(struct arena *a, const char *fmt, ...)
{
	char line[4096];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	return __wrap_arena_strdup(a, line);
}

static const char text[] =
	"[supervisord]\nenvironment=A=1,B=2\nuser=root\nunknown=1\n"
	"[unix_http_server]\nfile=%s/s.sock\nchown=daemon:0\n"
	"[inet_http_server]\nport=*:9001\nusername=u\npassword=%(ENV_COLOUR)s\n"
	"[program:web]\ncommand=/bin/cat %(process_num)d\nprocess_name=web%(process_num)d\n"
	"numprocs=3\nenvironment=C='%(process_num)d'\nstdout_logfile=%s/x.log\nunknown=1\n"
	"stdout_syslog=true\nexitcodes=0,1\nstdout_logfile_owner=root:0\n"
	"stdout_logfile_also=%s/a %s/b%(process_num)d\nstdout_syslog_server=udp://h\n"
	"stdout_logfile_backups=0\nstdout_logfile_compress=gzip\nstdout_line_secs=1\n"
	"[program:solo]\ncommand=x\nuser=0\nstderr_logfile_maxbytes=0\n[group:g]\nprograms=web\n"
	"[include]\nfiles=*.inc none\n[sectoin]\n[rpcinterface:z]\n"
	"supervisor.rpcinterface_factory=x\n[rpcinterface:t]\nwhitelist=a,b\n"
	"supervisor.rpcinterface_factory="
	"supervisor_twiddler.rpcinterface:make_twiddler_rpcinterface\n"
	"[eventlistener:l]\ncommand=x\nevents=TICK,PROCESS_LOG\nresult_handler=x:y\n"
	"[eventexec:e]\ncommand=x\nevents=TICK\nprograms=web*,\"nobody\"\n"
	"[webhook:w]\nevents=TICK\nurl=http://u@h/\nheaders='A: b',C: d\nformat=slack\n"
	"[fcgi-program:f]\ncommand=x\nsocket=unix:///tmp/%(program_name)s\nsocket_owner=root:0\n"
	"[fcgi-program:t]\ncommand=x\nsocket=tcp://127.0.0.1:1\n"
	"[fcgi-program:m]\ncommand=x\n[group:h]\nprograms=m\n"
	"[svd:access]\nread=root x y, @daemon\nadmin=http:z\nlogins=a:b,c:d\n"
	"[svd:health]\nprograms=nobody,x\nminimum=50%%\npublic=true\n"
	"[supervisorctl]\nserverurl=unix://%s/s.sock\nusername=u\npassword=p\nhistory_file=h\n";

enum { MANY = 100000 };

START_TEST(every_failed_allocation_fails_the_load)
{
	const char *path;
	bool failed;
	size_t n = 0;
	int r;

	box_write("y.inc", "[program:y]\ncommand=y %(here)s\n");
	path = box_write("supervisord.conf", text);
	do {
		struct err err = { 0 };

		scarce_left = ++n;
		r = config_load(path, NULL, &config, &err);
		failed = scarce_left == 0;
		scarce_left = 0;
		ck_assert_msg(r == 0 ? !failed : (r == -ENOMEM && err.code == -ENOMEM && *err.text),
			      "allocation %zu: %d, %s", n, r, err.text);
	} while (r < 0 && n < MANY);
	ck_assert_int_eq(r, 0);
	ck_assert_uint_gt(n, 200);
	ck_assert_uint_eq(config->n_groups, 9);
} END_TEST

START_TEST(every_failed_allocation_fails_the_extra_program)
{
	static const struct extra_option options[] = {
		{ "command", "/bin/cat %(process_num)d" }, { "unknown", "1" }, { "numprocs", "2" },
		{ "process_name", "p%(process_num)d" },
	};
	struct config *extra;
	struct err err;
	bool failed;
	size_t n = 0;
	int r;

	ck_assert_int_eq(config_load(box_write("supervisord.conf", text), NULL, &config, &err), 0);
	do {
		scarce_left = ++n;
		r = extra_load(config, &config->groups[0], "x", options, ARRAY_LEN(options), &extra,
			       &err);
		failed = scarce_left == 0;
		scarce_left = 0;
		ck_assert_msg(r == 0 ? !failed : (r == -ENOMEM && *err.text),
			      "allocation %zu: %d, %s", n, r, err.text);
	} while (r < 0 && n < MANY);
	ck_assert_int_eq(r, 0);
	ck_assert_uint_gt(n, 50);
	ck_assert_uint_eq(extra->groups[0].n_programs, 2);
	config_unref(extra);
} END_TEST

static int check(const char *path, struct strbuf *out, struct err *err)
{
	return config_check(path, NULL, out, err);
}

static int print(const char *path, struct strbuf *out, struct err *err)
{
	return config_print(path, NULL, true, out, err);
}

/* A message may lack a value for want of memory; no more than that. */
static void survives(int (*show)(const char *path, struct strbuf *out, struct err *err),
		     int expected)
{
	const char *path = box_write("supervisord.conf", text);
	bool failed;
	size_t n = 0;
	int r;

	do {
		struct strbuf out = { 0 };
		struct err err = { 0 };

		scarce_left = ++n;
		r = show(path, &out, &err);
		failed = scarce_left == 0;
		scarce_left = 0;
		strbuf_done(&out);
		ck_assert_msg(r >= 0 || (r == -ENOMEM && *err.text), "allocation %zu: %d, %s", n,
			      r, err.text);
	} while (failed && n < MANY);
	ck_assert_int_eq(r, expected);
	ck_assert_uint_gt(n, 200);
}

START_TEST(no_failed_allocation_breaks_the_check)
{
	survives(check, CHECK_WARNINGS);
} END_TEST

START_TEST(no_failed_allocation_breaks_the_print)
{
	survives(print, 0);
} END_TEST

START_TEST(every_failed_allocation_fails_the_client)
{
	const char *path = box_write("supervisord.conf", text);
	struct client_config client;
	bool failed;
	size_t n = 0;
	int r;

	do {
		struct err err = { 0 };

		scarce_left = ++n;
		r = client_config_load(path, &client, &err);
		failed = scarce_left == 0;
		scarce_left = 0;
		ck_assert_msg(r == 0 ? !failed : (r == -ENOMEM && *err.text),
			      "allocation %zu: %d, %s", n, r, err.text);
	} while (r < 0 && n < MANY);
	ck_assert_int_eq(r, 0);
	ck_assert_uint_gt(n, 10);
	client_config_done(&client);
} END_TEST

int main(void)
{
	Suite *s = suite_create("conf_memory");
	TCase *tc = tcase_create("conf_memory");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(tc, box_setup, box_teardown);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, every_failed_allocation_fails_the_load);
	tcase_add_test(tc, every_failed_allocation_fails_the_extra_program);
	tcase_add_test(tc, no_failed_allocation_breaks_the_check);
	tcase_add_test(tc, no_failed_allocation_breaks_the_print);
	tcase_add_test(tc, every_failed_allocation_fails_the_client);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
