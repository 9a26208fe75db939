/* test_config.c - [supervisord], [include], the command line, and what is noted */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf/extra.h"
#include "conf_box.h"

static const char *in_box(const char *name)
{
	static char path[512];

	snprintf(path, sizeof(path), "%s/%s", box, name);
	return path;
}

START_TEST(the_daemon_has_supervisors_defaults)
{
	loads("[supervisord]\n");
	ck_assert_str_eq(config->path, in_box("supervisord.conf"));
	ck_assert_str_eq(config->here, box);
	ck_assert_str_eq(config->logfile, in_box("supervisord.log"));
	ck_assert_int_eq(config->logfile_maxbytes, 50 << 20);
	ck_assert_int_eq(config->logfile_backups, 10);
	ck_assert_int_eq(config->loglevel, LEVEL_INFO);
	ck_assert_str_eq(config->pidfile, in_box("supervisord.pid"));
	ck_assert_uint_eq(config->umask, 022);
	ck_assert(!config->nodaemon && !config->silent && !config->nocleanup);
	ck_assert_int_eq(config->minfds, 1024);
	ck_assert_int_eq(config->minprocs, 200);
	ck_assert_str_eq(config->childlogdir, "/tmp");
	ck_assert_ptr_null(config->user);
	ck_assert_ptr_null(config->directory);
	ck_assert_str_eq(config->identifier, "supervisor");
	ck_assert_ptr_null(config->environment[0]);
	ck_assert_ptr_null(config->serverurl);
	ck_assert_uint_eq(config->n_servers, 0);
	ck_assert_uint_eq(config->n_notes, 0);
} END_TEST

START_TEST(the_daemons_options_get_where_they_belong)
{
	loads("[supervisord]\nlogfile=%(here)s/d/../a.log\nlogfile_maxbytes=1k\n"
	      "logfile_backups=0\nloglevel=DEBUG\npidfile=%s/x.pid\numask=0o27\nnodaemon=true\n"
	      "silent=1\nnocleanup=yes\nminfds=5\nminprocs=6\nchildlogdir=%s/.\nuser=root\n"
	      "directory=/usr\nidentifier=x-%(ENV_COLOUR)s\nenvironment=A='%(host_node_name)s',"
	      "B=\"100%%\"\n");
	ck_assert_str_eq(config->logfile, in_box("a.log"));
	ck_assert_int_eq(config->logfile_maxbytes, 1024);
	ck_assert_int_eq(config->logfile_backups, 0);
	ck_assert_int_eq(config->loglevel, LEVEL_DEBUG);
	ck_assert_str_eq(config->pidfile, in_box("x.pid"));
	ck_assert_uint_eq(config->umask, 027);
	ck_assert(config->nodaemon && config->silent && config->nocleanup);
	ck_assert_int_eq(config->minfds, 5);
	ck_assert_int_eq(config->minprocs, 6);
	ck_assert_str_eq(config->childlogdir, box);
	ck_assert_uint_eq(config->user->uid, 0);
	ck_assert_str_eq(config->directory, "/usr");
	ck_assert_str_eq(config->identifier, "x-red");
	ck_assert(has_pair(config->environment, "B=100%"));
} END_TEST

START_TEST(syslog_as_the_daemons_log_is_no_path)
{
	ck_assert_str_eq(loads("[supervisord]\nlogfile=syslog\n")->logfile, "syslog");
} END_TEST

START_TEST(temporary_files_have_a_directory_of_their_own)
{
	ck_assert_int_eq(setenv("TMPDIR", box, 1), 0);
	ck_assert_str_eq(loads("[supervisord]\n")->childlogdir, box);
	ck_assert_int_eq(setenv("TMPDIR", "/no/such", 1), 0);
	ck_assert_str_eq(loads("[supervisord]\n")->childlogdir, "/tmp");
} END_TEST

START_TEST(the_daemons_mistakes_are_named_with_their_place)
{
	refuses("[program:x]\ncommand=x\n", "FILE: .ini file does not include supervisord section");
	refuses("[supervisord]\nloglevel=loud\n",
		"FILE:2: [supervisord] loglevel=loud: bad logging level name 'loud'");
	refuses("[supervisord]\nlogfile=/no/such/x.log\n", "FILE:2: [supervisord] "
		"logfile=/no/such/x.log: The directory named as part of the path /no/such/x.log "
		"does not exist");
	refuses("[supervisord]\npidfile=/no/such/x.pid\n", "does not exist");
	refuses("[supervisord]\ndirectory=/no/such\n", "/no/such is not an existing directory");
	refuses("[supervisord]\nchildlogdir=/no/such\n", "/no/such is not an existing directory");
	refuses("[supervisord]\nuser=nobody-of-that-name\n", "Invalid user name nobody-of-that");
	refuses("[supervisord]\nminfds=many\n", "minfds=many: not a whole number");
	refuses("[supervisord]\nidentifier=%(nothing)s\n", "Format string '%(nothing)s' for "
		"'supervisord.identifier' contains names ('nothing') which cannot be expanded. "
		"Available names: here, host_node_name, ENV_COLOUR, ENV_HOME");
	refuses("neither\n", "FILE:1: File contains no section headers");
	ck_assert_ptr_null(config);
} END_TEST

START_TEST(a_log_directory_must_be_writable)
{
	bool is_root = geteuid() == 0;

	ck_assert_int_eq(chmod(box, 0777), 0);
	ck_assert(!is_root || seteuid(65534) == 0);
	refuses("[supervisord]\nlogfile=/usr/x.log\n", "is not writable");
	refuses("[supervisord]\nchildlogdir=/usr\n", "the directory /usr is not writable");
	loads("[supervisord]\n[program:a]\ncommand=x\nstderr_logfile=/dev/null\n");
	ck_assert_int_eq(noted(LEVEL_WARN, "not writable"), 0);
	loads("[supervisord]\n[program:a]\ncommand=x\nnumprocs=3\nprocess_name=%(process_num)d\n"
	      "stderr_logfile=/usr/%(process_num)d.log\n");
	ck_assert_int_eq(noted(LEVEL_WARN, "the directory /usr, where programs shall log, is not "
			       "writable"), 1);
	ck_assert(!is_root || seteuid(0) == 0);
} END_TEST

START_TEST(a_file_that_is_not_there_is_an_error)
{
	struct err err = { 0 };
	struct config *c = NULL;

	ck_assert_int_eq(config_load("/no/such.conf", NULL, &c, &err), -ENOENT);
	ck_assert_str_eq(err.text, "could not find config file /no/such.conf");
	ck_assert_ptr_null(c);
} END_TEST

START_TEST(a_failed_load_leaves_the_old_snapshot_alone)
{
	const char *path;

	loads("[supervisord]\nidentifier=old\n");
	path = config->path;
	refuses("[supervisord]\nminfds=x\n", "minfds");
	ck_assert_str_eq(config->identifier, "old");
	ck_assert_ptr_eq(config->path, path);
} END_TEST

START_TEST(a_snapshot_lives_as_long_as_somebody_holds_it)
{
	struct config *held;

	loads("[supervisord]\nidentifier=old\n");
	held = config_ref(config);
	loads("[supervisord]\nidentifier=new\n");
	ck_assert_str_eq(held->identifier, "old");
	config_unref(held);
	config_unref(NULL);
} END_TEST

/* --- the command line --- */

static int load_over(const char *text, const char *option, const char *value, const char *flag)
{
	struct config_override o = { option, value, flag };
	struct config_override_list list = { &o, 1 };

	config_unref(config);
	config = NULL;
	conf_err = (struct err){ 0 };
	return config_load(box_write("supervisord.conf", text), &list, &config, &conf_err);
}

START_TEST(the_command_line_outranks_the_file)
{
	static const char text[] = "[supervisord]\nnodaemon=false\nloglevel=info\numask=0\n";

	ck_assert_int_eq(load_over(text, "nodaemon", "true", "-n"), 0);
	ck_assert(config->nodaemon);
	ck_assert_int_eq(load_over(text, "loglevel", "warn", "-e"), 0);
	ck_assert_int_eq(config->loglevel, LEVEL_WARN);
	ck_assert_int_eq(load_over(text, "logfile", "x.log", "--logfile"), 0);
	ck_assert_str_eq(config->logfile, in_box("x.log"));
	ck_assert_int_eq(load_over(text, "user", "root", "-u"), 0);
	ck_assert_uint_eq(config->user->uid, 0);
} END_TEST

START_TEST(a_wrong_flag_is_named)
{
	static const char text[] = "[supervisord]\n";

	ck_assert_int_eq(load_over(text, "logfile", "/no/such/x", "-l"), -EINVAL);
	ck_assert_str_eq(conf_err.text, "invalid value for -l '/no/such/x': The directory named as "
			 "part of the path /no/such/x does not exist");
	ck_assert_int_eq(load_over(text, "loglevel", "loud", "--loglevel"), -EINVAL);
	ck_assert_str_eq(conf_err.text,
			 "invalid value for --loglevel 'loud': bad logging level name 'loud'");
	ck_assert_int_eq(load_over(text, "nothing", "x", "--nothing"), -EINVAL);
} END_TEST

/* --- [include] --- */

static void make_includes(void)
{
	ck_assert_int_eq(mkdir(in_box("conf.d"), 0755), 0);
	box_write("conf.d/b.conf", "[program:b]\ncommand=%(here)s/b\n[supervisord]\nminfds=7\n");
	box_write("conf.d/a.conf", "[program:a]\ncommand=%(here)s/a\n");
	box_write("conf.d/c.txt", "no ini file\n");
}

START_TEST(included_files_are_read_in_the_order_of_their_names)
{
	char text[512];

	make_includes();
	loads("[supervisord]\nminfds=1\n[include]\nfiles = conf.d/*.conf\n");
	ck_assert_uint_eq(config->n_groups, 2);
	ck_assert_str_eq(config->groups[0].programs[0].command, in_box("conf.d/a"));
	ck_assert_str_eq(config->groups[1].programs[0].command, in_box("conf.d/b"));
	ck_assert_int_eq(config->minfds, 7);
	ck_assert_uint_eq(config->n_notes, 2);
	ck_assert_int_eq(config->notes[0].level, LEVEL_INFO);
	snprintf(text, sizeof(text), "Included extra file \"%s/conf.d/a.conf\" during parsing",
		 box);
	ck_assert_str_eq(config->notes[0].text, text);
} END_TEST

START_TEST(each_file_is_included_once)
{
	make_includes();
	ck_assert_int_eq(symlink("supervisord.conf", in_box("z.conf")), 0);
	loads("[supervisord]\n[include]\nfiles = conf.d/a.conf\n  conf.d/*.conf %(here)s/z.conf\n");
	ck_assert_int_eq(noted(LEVEL_INFO, "Included extra file"), 2);
} END_TEST

START_TEST(a_pattern_without_files_is_noted)
{
	char text[512];

	loads("[supervisord]\n[include]\nfiles = none/*.conf /no/such\n");
	snprintf(text, sizeof(text), "No file matches via include \"%s/none/*.conf\"", box);
	ck_assert_int_eq(noted(LEVEL_WARN, text), 1);
	ck_assert_int_eq(noted(LEVEL_WARN, "No file matches via include \"/no/such\""), 1);
} END_TEST

START_TEST(an_include_without_files_is_an_error)
{
	refuses("[supervisord]\n[include]\n", "FILE:2: [include] .ini file has [include] section, "
		"but no files setting");
	refuses("[supervisord]\n[include]\nfiles=%(nothing)s\n",
		"FILE:3: [include] files=%(nothing)s: Format string");
} END_TEST

START_TEST(mistakes_in_an_included_file_are_named_with_that_file)
{
	char text[512];

	box_write("x.conf", "\n[program:a]\ncommand=x\nstartsecs=soon\n");
	snprintf(text, sizeof(text), "%s/x.conf:4: [program:a] startsecs=soon: not a whole", box);
	refuses("[supervisord]\n[include]\nfiles=x.conf\n", text);
	box_write("x.conf", "junk\n");
	snprintf(text, sizeof(text), "%s/x.conf:1: File contains no section headers", box);
	refuses("[supervisord]\n[include]\nfiles=x.conf\n", text);
} END_TEST

START_TEST(an_included_file_that_cannot_be_opened_is_noted)
{
	ck_assert_int_eq(mkdir(in_box("sub.conf"), 0755), 0);
	ck_assert_int_eq(symlink("/no/such", in_box("gone.conf")), 0);
	loads("[supervisord]\n[include]\nfiles=*.conf\n");
	ck_assert_int_eq(noted(LEVEL_WARN, "sub.conf: Is a directory"), 1);
	ck_assert_int_eq(noted(LEVEL_WARN, "could not find config file"), 1);
} END_TEST

START_TEST(included_files_include_nothing)
{
	box_write("x.conf", "[include]\nfiles=y.conf\n");
	box_write("y.conf", "[program:y]\ncommand=y\n");
	loads("[supervisord]\n[include]\nfiles=x.conf\n");
	ck_assert_uint_eq(config->n_groups, 0);
	ck_assert_int_eq(noted(LEVEL_WARN, "x.conf:2: [include] files=y.conf: only the main file "
			       "can include others"), 1);
} END_TEST

START_TEST(here_is_the_directory_of_the_line_that_says_it)
{
	make_includes();
	box_write("conf.d/a.conf", "[program:a]\ncommand=%(here)s\n");
	loads("[supervisord]\n[program:a]\ndirectory=%(here)s\n[include]\nfiles=conf.d/a.conf\n");
	ck_assert_str_eq(config->groups[0].programs[0].command, in_box("conf.d"));
	ck_assert_str_eq(config->groups[0].programs[0].directory, box);
} END_TEST

/* --- what is noted --- */

START_TEST(unknown_options_are_noted_with_a_guess)
{
	loads("[supervisord]\nlog_file=/x\n[program:web]\ncommand=x\nautorestrat=true\n"
	      "dependent_startup=true\n");
	ck_assert_int_eq(noted(LEVEL_WARN, ":2: [supervisord] log_file is an unknown option, it "
			       "is ignored; did you mean logfile?"), 1);
	ck_assert_int_eq(noted(LEVEL_WARN, ":5: [program:web] autorestrat is an unknown option, "
			       "it is ignored; did you mean autorestart?"), 1);
	ck_assert_int_eq(noted(LEVEL_WARN, "[program:web] dependent_startup is an unknown option, "
			       "it is ignored"), 1);
	ck_assert_int_eq(noted(LEVEL_WARN, "did you mean"), 2);
} END_TEST

START_TEST(the_same_unknown_option_is_noted_once_and_counted)
{
	loads("[supervisord]\n[program:a]\ncommand=x\nfoo=1\n[program:b]\ncommand=x\nfoo=1\n"
	      "[program:c]\ncommand=x\nfoo=1\n");
	ck_assert_uint_eq(config->n_notes, 1);
	ck_assert_int_eq(noted(LEVEL_WARN, "[program:a] foo is an unknown option, it is ignored "
			       "(2 more of them)"), 1);
} END_TEST

START_TEST(unknown_sections_are_noted_with_a_guess)
{
	loads("[supervisord]\n[progam:web]\ncommand=x\n[something]\na=1\n[something:else]\n");
	ck_assert_uint_eq(config->n_groups, 0);
	ck_assert_int_eq(noted(LEVEL_WARN, ":2: [progam:web] is an unknown section, it is ignored; "
			       "did you mean [program:web]?"), 1);
	ck_assert_int_eq(noted(LEVEL_WARN, "[something] is an unknown section, it is ignored "
			       "(1 more of them)"), 1);
} END_TEST

START_TEST(plug_ins_are_accepted_and_said_not_to_be_loaded)
{
	loads("[supervisord]\n[rpcinterface:supervisor]\nsupervisor.rpcinterface_factory = "
	      "supervisor.rpcinterface:make_main_rpcinterface\n[rpcinterface:x]\n"
	      "supervisor.rpcinterface_factory=a:b\nretries=3\n[ctlplugin:y]\n"
	      "supervisor.ctl_factory=c:d\n");
	ck_assert_uint_eq(config->n_notes, 2);
	ck_assert_int_eq(noted(LEVEL_WARN, ":5: [rpcinterface:x] supervisor.rpcinterface_factory="
			       "a:b: plug-ins in Python cannot be loaded"), 1);
	ck_assert_int_eq(noted(LEVEL_WARN, "[ctlplugin:y] supervisor.ctl_factory=c:d"), 1);
	refuses("[supervisord]\n[rpcinterface:x]\n", "section [rpcinterface:x] does not specify a "
		"supervisor.rpcinterface_factory");
} END_TEST

START_TEST(plug_ins_that_svd_has_itself_are_in_the_snapshot)
{
	loads("[supervisord]\n[rpcinterface:t]\nsupervisor.rpcinterface_factory="
	      "supervisor_twiddler.rpcinterface:make_twiddler_rpcinterface\nwhitelist= log , x\n"
	      "[rpcinterface:c]\nsupervisor.rpcinterface_factory="
	      "supervisor_cache.rpcinterface:make_cache_rpcinterface\nwhitelist=a\n");
	ck_assert_uint_eq(config->n_notes, 0);
	ck_assert_uint_eq(config->n_plugins, 2);
	ck_assert_int_eq(config->plugins[0].kind, PLUGIN_TWIDDLER);
	ck_assert_str_eq(config->plugins[0].name, "t");
	ck_assert_str_eq(config->plugins[0].whitelist[0], "log");
	ck_assert_str_eq(config->plugins[0].whitelist[1], "x");
	ck_assert_ptr_null(config->plugins[0].whitelist[2]);
	ck_assert_int_eq(config->plugins[1].kind, PLUGIN_CACHE);
	ck_assert_ptr_null(config->plugins[1].whitelist[0]);
} END_TEST

START_TEST(a_program_of_no_file_is_as_if_it_were_in_this_one)
{
	static const struct extra_option options[] = {
		{ "command", "%(here)s %(ENV_X)s %(program_name)s" }, { "umask", "77" },
		{ "UMASK", "022" }, { "environment", "Y='2'" },
	};
	struct config *extra;
	struct err err;

	loads("[supervisord]\nenvironment=X=1\n[group:g]\npriority=5\nprograms=\n");
	ck_assert_int_eq(extra_load(config, &config->groups[0], "p", options, ARRAY_LEN(options),
				    &extra, &err), 0);
	ck_assert_uint_eq(extra->n_groups, 1);
	ck_assert_str_eq(extra->groups[0].name, "g");
	ck_assert_int_eq(extra->groups[0].priority, 5);
	ck_assert_uint_eq(extra->groups[0].n_programs, 1);
	ck_assert_str_eq(extra->groups[0].programs[0].command + strlen(config->here), " 1 p");
	ck_assert_int_eq(extra->groups[0].programs[0].umask, 022);
	ck_assert_str_eq(extra->groups[0].programs[0].environment[0], "X=1");
	ck_assert_str_eq(extra->groups[0].programs[0].environment[1], "Y=2");
	config_unref(config);
	config = NULL;
	ck_assert_str_eq(extra->childlogdir, extra->base->childlogdir);	/* it is still there */
	config_unref(extra);
} END_TEST

START_TEST(a_program_of_no_file_has_each_name_once)
{
	static const struct extra_option options[] = {
		{ "command", "x" }, { "numprocs", "12" },
		{ "process_name", "p%(process_num).1s" },
	};
	struct config *extra;
	struct err err;

	loads("[supervisord]\n[group:g]\nprograms=\n");
	ck_assert_int_eq(extra_load(config, &config->groups[0], "p", options, ARRAY_LEN(options),
				    &extra, &err), -EINVAL);
	ck_assert_str_eq(err.text,
			 "options:1: [program:p] two processes of one group are named p1");
} END_TEST

START_TEST(default_options_stand_behind_all_sections)
{
	loads("[DEFAULT]\npriority=5\nminfds=9\n[supervisord]\n[program:a]\ncommand=x\n"
	      "[program:b]\ncommand=x\npriority=4\n");
	ck_assert_uint_eq(config->n_notes, 0);
	ck_assert_int_eq(config->minfds, 9);
	ck_assert_int_eq(config->groups[0].priority, 4);
	ck_assert_int_eq(config->groups[1].priority, 5);
} END_TEST

/* --- finding the file --- */

START_TEST(the_file_is_found_beside_the_program_first)
{
	char *found = NULL;

	mkdir("etc", 0755);
	mkdir("bin", 0755);
	box_write("etc/supervisord.conf", "");
	ck_assert_int_eq(config_find(in_box("bin/svd"), &found, NULL), 0);
	ck_assert_str_eq(found, in_box("etc/supervisord.conf"));
	free(found);
	ck_assert_int_eq(config_find("svd", &found, NULL), 0);
	ck_assert_str_eq(found, "etc/supervisord.conf");
	free(found);
	box_write("supervisord.conf", "");
	ck_assert_int_eq(config_find("/usr/bin/svd", &found, NULL), 0);
	ck_assert_str_eq(found, "supervisord.conf");
	free(found);
} END_TEST

START_TEST(no_file_is_an_error_with_all_places)
{
	struct err err = { 0 };
	int root = open("/", O_RDONLY | O_CLOEXEC);
	char *found = NULL;

	if (chroot(box) < 0)
		return;			/* only root can do without this machine's files */
	ck_assert_int_eq(config_find("/a/bin/svd", &found, &err), -ENOENT);
	ck_assert_str_eq(err.text, "No config file found at default paths "
			 "(/a/etc/supervisord.conf, /a/supervisord.conf, supervisord.conf, "
			 "etc/supervisord.conf, /etc/supervisord.conf, "
			 "/etc/supervisor/supervisord.conf, /opt/anaconda2/etc/supervisord.conf); "
			 "use the -c option to specify a config file at a different path");
	ck_assert_int_eq(fchdir(root), 0);
	ck_assert_int_eq(chroot("."), 0);
	close(root);
} END_TEST

START_TEST(levels_are_known_by_name)
{
	ck_assert_int_eq(log_level_parse("critical"), LEVEL_CRITICAL);
	ck_assert_int_eq(log_level_parse("error"), LEVEL_ERROR);
	ck_assert_int_eq(log_level_parse("Warn"), LEVEL_WARN);
	ck_assert_int_eq(log_level_parse("blather"), LEVEL_BLATHER);
	ck_assert_int_eq(log_level_parse("warning"), LEVEL_N);
	ck_assert_int_eq(log_level_parse(""), LEVEL_N);
} END_TEST

int main(void)
{
	Suite *s = suite_create("config");
	TCase *tc = tcase_create("config");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(tc, box_setup, box_teardown);
	tcase_add_test(tc, the_daemon_has_supervisors_defaults);
	tcase_add_test(tc, the_daemons_options_get_where_they_belong);
	tcase_add_test(tc, syslog_as_the_daemons_log_is_no_path);
	tcase_add_test(tc, temporary_files_have_a_directory_of_their_own);
	tcase_add_test(tc, the_daemons_mistakes_are_named_with_their_place);
	tcase_add_test(tc, a_log_directory_must_be_writable);
	tcase_add_test(tc, a_file_that_is_not_there_is_an_error);
	tcase_add_test(tc, a_failed_load_leaves_the_old_snapshot_alone);
	tcase_add_test(tc, a_snapshot_lives_as_long_as_somebody_holds_it);
	tcase_add_test(tc, the_command_line_outranks_the_file);
	tcase_add_test(tc, a_wrong_flag_is_named);
	tcase_add_test(tc, included_files_are_read_in_the_order_of_their_names);
	tcase_add_test(tc, each_file_is_included_once);
	tcase_add_test(tc, a_pattern_without_files_is_noted);
	tcase_add_test(tc, an_include_without_files_is_an_error);
	tcase_add_test(tc, mistakes_in_an_included_file_are_named_with_that_file);
	tcase_add_test(tc, an_included_file_that_cannot_be_opened_is_noted);
	tcase_add_test(tc, included_files_include_nothing);
	tcase_add_test(tc, here_is_the_directory_of_the_line_that_says_it);
	tcase_add_test(tc, unknown_options_are_noted_with_a_guess);
	tcase_add_test(tc, the_same_unknown_option_is_noted_once_and_counted);
	tcase_add_test(tc, unknown_sections_are_noted_with_a_guess);
	tcase_add_test(tc, plug_ins_are_accepted_and_said_not_to_be_loaded);
	tcase_add_test(tc, plug_ins_that_svd_has_itself_are_in_the_snapshot);
	tcase_add_test(tc, a_program_of_no_file_is_as_if_it_were_in_this_one);
	tcase_add_test(tc, a_program_of_no_file_has_each_name_once);
	tcase_add_test(tc, default_options_stand_behind_all_sections);
	tcase_add_test(tc, the_file_is_found_beside_the_program_first);
	tcase_add_test(tc, no_file_is_an_error_with_all_places);
	tcase_add_test(tc, levels_are_known_by_name);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
