/* test_chan.c - what svd-logd is told of a channel */
#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf_box.h"
#include "svd/chan.h"

#define PROGRAM "[program:web]\ncommand=/bin/cat\nstdout_logfile=/tmp/out\n"

static struct printed *printed;
static struct chan *chan;
static mode_t mask;

static void setup(void)
{
	box_setup();
	mask = umask(022);
	printed = printed_new();
	ck_assert_ptr_nonnull(printed);
}

static void teardown(void)
{
	if (chan)
		chan_free(chan);
	chan = NULL;
	printed_unref(printed);
	umask(mask);
	box_teardown();
}

/* Standard output of the only program, which has these options. */
static struct chan *channel(const char *options)
{
	char text[2048];

	snprintf(text, sizeof(text), "[supervisord]\n" PROGRAM "%s", options);
	loads(text);
	if (chan)
		chan_free(chan);
	chan = chan_new("web", "web", "/tmp/out", printed, open("/dev/null", O_RDONLY));
	ck_assert_ptr_nonnull(chan);
	chan->number = 7;
	chan->speaker.pid = 123;
	chan_configure(chan, config, &config->groups[0].programs[0].log[CHANNEL_STDOUT]);
	chan->captures = chan->conf->capture_maxbytes > 0;
	return chan;
}

/* The frame is this object, no more and no less. frame is taken. */
static void is_frame(json_t *frame, const char *expected)
{
	json_t *wanted = json_loads(expected, 0, NULL);
	char *text = json_dumps(frame, JSON_SORT_KEYS);

	ck_assert_msg(wanted && json_equal(frame, wanted), "%s\nis not\n%s", text, expected);
	free(text);
	json_decref(wanted);
	json_decref(frame);
}

#define SPEAKER "\"group\": \"web\", \"name\": \"web\", \"pid\": 123, \"channel\": \"stdout\", " \
		"\"path\": \"/tmp/out\", "
#define USUAL "\"ch\": 7, \"maxbytes\": 52428800, \"backups\": 10, "

START_TEST(without_options_little_is_said)
{
	is_frame(chan_frame_open(channel("")),
		 "{\"t\": \"open\", " SPEAKER USUAL "\"mode\": 420}");
	is_frame(chan_frame_change(chan), "{\"t\": \"change\", " USUAL "\"mode\": 420}");
	is_frame(chan_frame_close(chan), "{\"t\": \"close\", \"ch\": 7}");
} END_TEST

static const struct {
	const char *options, *said;
} rows[] = {
	{ "stdout_logfile_mode=0600\n", "\"mode\": 384" },
	{ "stdout_logfile_mkdir=1\n", "\"mode\": 420, \"mkdir\": true" },
	{ "stdout_logfile_rotate=hourly\n", "\"mode\": 420, \"rotate\": \"hourly\"" },
	{ "stdout_logfile_compress=zstd\n", "\"mode\": 420, \"compress\": \"zstd\"" },
	{ "stdout_logfile_maxage=1h\n", "\"mode\": 420, \"maxage\": 3600" },
	{ "stdout_logfile_budget=1GB\n", "\"mode\": 420, \"budget\": 1073741824" },
	{ "stdout_logfile_also=/tmp/a,/dev/stdout\n",
	  "\"mode\": 420, \"also\": [\"/tmp/a\", \"/dev/stdout\"]" },
	{ "stdout_strip_ansi=1\n", "\"mode\": 420, \"strip\": true" },
	{ "stdout_capture_maxbytes=1KB\n", "\"mode\": 420, \"capture\": 1024" },
	{ "stdout_format=json\n",
	  "\"mode\": 420, \"format\": \"json\", \"linemax\": 65536, \"linesecs\": 2" },
	{ "stdout_format=prefix\nstdout_line_maxbytes=256\nstdout_line_secs=0\n",
	  "\"mode\": 420, \"format\": \"prefix\", \"linemax\": 256, \"linesecs\": 0" },
	{ "stdout_line_maxbytes=256\nstdout_line_secs=1\n", "\"mode\": 420" },
	{ "stdout_count_lines=1\n", "\"mode\": 420, \"lines\": true" },
	{ "stdout_journal=1\n", "\"mode\": 420, \"journal\": true" },
	{ "stdout_syslog=1\n",
	  "\"mode\": 420, \"syslog\": {\"tag\": \"web\", \"facility\": 8}" },
	{ "stdout_syslog=1\nstdout_syslog_tag=\nstdout_syslog_facility=local7\n",
	  "\"mode\": 420, \"syslog\": {\"tag\": \"\", \"facility\": 184}" },
	{ "stdout_syslog=1\nstdout_syslog_tag=T\nstdout_syslog_server=tcp://h\n",
	  "\"mode\": 420, \"syslog\": {\"tag\": \"\", \"ident\": \"T\", \"facility\": 8, "
	  "\"server\": \"tcp://h:601\"}" },
	{ "stdout_syslog_tag=T\nstdout_syslog_server=tcp://h\n", "\"mode\": 420" },
};

START_TEST(each_option_is_said_when_a_channel_is_opened_and_when_it_changes)
{
	char expected[1024];

	channel(rows[_i].options);
	snprintf(expected, sizeof(expected), "{\"t\": \"open\", " SPEAKER USUAL "%s}",
		 rows[_i].said);
	is_frame(chan_frame_open(chan), expected);
	snprintf(expected, sizeof(expected), "{\"t\": \"change\", " USUAL "%s}", rows[_i].said);
	is_frame(chan_frame_change(chan), expected);
} END_TEST

static json_int_t mode_of(const struct chan *c)
{
	json_t *frame = chan_frame_open(c);
	json_int_t mode = json_integer_value(json_object_get(frame, "mode"));

	json_decref(frame);
	return mode;
}

START_TEST(a_mode_that_is_not_set_is_what_the_umask_leaves)
{
	channel("");
	umask(027);
	ck_assert_int_eq(mode_of(chan), 0640);
	umask(002);
	ck_assert_int_eq(mode_of(chan), 0664);
	ck_assert_int_eq(umask(022), 002);
	ck_assert_int_eq(mode_of(channel("stdout_logfile=AUTO\n")), 0600);
	ck_assert_int_eq(mode_of(channel("stdout_logfile=AUTO\nstdout_logfile_mode=0644\n")), 0644);
} END_TEST

START_TEST(an_owner_is_said_when_it_is_set)
{
	char options[64];
	json_t *frame;

	snprintf(options, sizeof(options), "stdout_logfile_owner=%u\n", getuid());
	frame = chan_frame_open(channel(options));
	ck_assert_int_eq(json_integer_value(json_object_get(frame, "uid")), getuid());
	ck_assert_ptr_null(json_object_get(frame, "gid"));
	json_decref(frame);
	snprintf(options, sizeof(options), "stdout_logfile_owner=%u:%u\n", getuid(), getgid());
	frame = chan_frame_change(channel(options));
	ck_assert(json_is_integer(json_object_get(frame, "gid")));
	ck_assert_int_eq(json_integer_value(json_object_get(frame, "gid")), getgid());
	json_decref(frame);
} END_TEST

START_TEST(no_syslog_hears_what_a_listener_says)
{
	channel("stdout_syslog=1\nstdout_journal=1\n")->heard = true;
	is_frame(chan_frame_change(chan), "{\"t\": \"change\", " USUAL "\"mode\": 420, "
					  "\"journal\": true}");
} END_TEST

START_TEST(the_daemons_own_log_has_no_channel)
{
	struct logfile_config own = { .mode = 0600, .uid = (uid_t)-1, .gid = (gid_t)-1,
				      .syslog = true, .syslog_facility = 8 };

	loads("[supervisord]\n");
	chan = chan_new("svd", "", "", printed, open("/dev/null", O_RDONLY));
	ck_assert_ptr_nonnull(chan);
	chan_configure(chan, NULL, &own);
	chan->echo = true;
	is_frame(chan_frame_open(chan),
		 "{\"t\": \"open\", \"ch\": 0, \"group\": \"svd\", \"name\": \"\", \"pid\": 0, "
		 "\"channel\": \"\", \"path\": \"\", \"maxbytes\": 0, \"backups\": 0, "
		 "\"mode\": 384, \"syslog\": {\"tag\": \"\", \"facility\": 8}, \"echo\": true}");
} END_TEST

START_TEST(the_snapshot_lives_as_long_as_the_channel)
{
	struct config *snapshot;

	channel("stdout_syslog=1\nstdout_syslog_tag=T\n");
	snapshot = config;
	ck_assert_uint_eq(snapshot->refs, 2);
	loads("[supervisord]\n" PROGRAM);
	ck_assert_uint_eq(snapshot->refs, 1);
	is_frame(chan_frame_change(chan), "{\"t\": \"change\", " USUAL "\"mode\": 420, "
					  "\"syslog\": {\"tag\": \"\", "
					  "\"ident\": \"T\", \"facility\": 8}}");
	chan_configure(chan, config, &config->groups[0].programs[0].log[CHANNEL_STDOUT]);
	ck_assert_uint_eq(config->refs, 2);
} END_TEST

int main(void)
{
	Suite *s = suite_create("chan");
	TCase *tc = tcase_create("chan");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, without_options_little_is_said);
	tcase_add_loop_test(tc, each_option_is_said_when_a_channel_is_opened_and_when_it_changes,
			    0, ARRAY_LEN(rows));
	tcase_add_test(tc, a_mode_that_is_not_set_is_what_the_umask_leaves);
	tcase_add_test(tc, an_owner_is_said_when_it_is_set);
	tcase_add_test(tc, no_syslog_hears_what_a_listener_says);
	tcase_add_test(tc, the_daemons_own_log_has_no_channel);
	tcase_add_test(tc, the_snapshot_lives_as_long_as_the_channel);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
