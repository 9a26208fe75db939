/* test_sample.c - a configuration file to begin with */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fd.h"
#include "conf/options.h"
#include "conf/sample.h"
#include "conf_box.h"

/* Comments that are settings become settings; those that are prose have a blank behind the sign. */
static char *sample(bool for_root, bool uncommented)
{
	struct strbuf sb = { 0 };
	char *write, *text;

	sample_add(&sb, for_root);
	text = write = strbuf_steal(&sb);
	ck_assert_ptr_nonnull(text);
	for (const char *c = text; *c; c++)
		if (!uncommented || *c != ';' || (c > text && c[-1] != '\n') || c[1] == ' ')
			*write++ = *c;
	*write = '\0';
	return text;
}

START_TEST(it_loads_as_it_is)
{
	_cleanup_(free_str) char *text = sample(false, false);

	ck_assert_uint_eq(loads(text)->n_servers, 1);
	ck_assert_uint_eq(config->n_groups, 0);
	ck_assert_int_eq(noted(LEVEL_WARN, ""), 0);
} END_TEST

START_TEST(it_loads_without_a_warning_when_nothing_is_a_comment)
{
	_cleanup_(free_str) char *text = sample(false, true);
	const struct program_config *p;

	ck_assert_int_eq(mkdir("conf.d", 0755), 0);
	box_write("conf.d/empty.conf", "");
	ck_assert_uint_eq(loads(text)->n_servers, 2);
	for (size_t i = 0; i < config->n_notes; i++)
		ck_assert_msg(config->notes[i].level != LEVEL_WARN, "%s", config->notes[i].text);
	ck_assert_uint_eq(config->n_groups, 5);
	ck_assert_str_eq(config->groups[4].name, "site");
	p = &config->groups[4].programs[0];
	ck_assert_str_eq(p->name, "web");
	ck_assert(has_pair(p->environment, "KEY=value"));
	ck_assert(has_pair(p->environment, "KEY2=value"));
} END_TEST

START_TEST(it_shows_every_option_of_ours_with_its_help)
{
	_cleanup_(free_str) char *text = sample(true, true);

	for (unsigned id = 0; id < OPTION_N; id++) {
		const struct option_info *info = &option_table[id];
		char line[256];

		if (info->family == FAMILY_CTLPLUGIN)
			continue;	/* Python's, which we do not load */
		snprintf(line, sizeof(line), "\n%s=%s", info->name,
			 info->fallback && info->type != TYPE_FILE ? info->fallback : "");
		if (id != OPT_SUPERVISORD_logfile && id != OPT_CLIENT_serverurl)
			ck_assert_msg(strstr(text, line), "%s", line);
		snprintf(line, sizeof(line), "; %s\n", info->help);
		ck_assert_msg(strstr(text, line), "%s", line);
	}
} END_TEST

START_TEST(the_file_in_etc_is_what_root_gets)
{
	_cleanup_(free_str) char *text = sample(true, false);
	const char *srcdir = getenv("SRCDIR");
	char path[4096], file[32768];
	FILE *f;

	snprintf(path, sizeof(path), "%s/etc/supervisord.conf", srcdir ? srcdir : ".");
	f = fopen(path, "r");
	ck_assert_msg(f != NULL, "%s", path);
	file[fread(file, 1, sizeof(file) - 1, f)] = '\0';
	fclose(f);
	ck_assert_msg(strcmp(file, text) == 0, "as root: svd --sample-config >%s", path);
} END_TEST

int main(void)
{
	Suite *s = suite_create("sample");
	TCase *t = tcase_create("sample"), *etc = tcase_create("etc");
	SRunner *sr;
	int failed;

	tcase_add_checked_fixture(t, box_setup, box_teardown);
	tcase_add_test(t, it_loads_as_it_is);
	tcase_add_test(t, it_loads_without_a_warning_when_nothing_is_a_comment);
	tcase_add_test(etc, it_shows_every_option_of_ours_with_its_help);
	tcase_add_test(etc, the_file_in_etc_is_what_root_gets);
	suite_add_tcase(s, t);
	suite_add_tcase(s, etc);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
