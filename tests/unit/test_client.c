/* test_client.c - the section [supervisorctl] */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf_box.h"

static struct client_config client;

static int load(const char *text)
{
	conf_err = (struct err){ 0 };
	client_config_done(&client);
	return client_config_load(box_write("supervisord.conf", text), &client, &conf_err);
}

START_TEST(without_a_file_all_is_default)
{
	ck_assert_int_eq(client_config_load(NULL, &client, NULL), 0);
	ck_assert_str_eq(client.serverurl, "http://localhost:9001");
	ck_assert_str_eq(client.prompt, "supervisor");
	ck_assert_ptr_null(client.username);
	ck_assert_ptr_null(client.password);
	ck_assert_ptr_null(client.history_file);
} END_TEST

START_TEST(the_section_is_read)
{
	ck_assert_int_eq(load("[supervisorctl]\nserverurl=http://x:1\nusername=u\n"
			      "password=p%(ENV_COLOUR)s\nprompt=mine\nhistory_file=~/.h\n"), 0);
	ck_assert_str_eq(client.serverurl, "http://x:1");
	ck_assert_str_eq(client.username, "u");
	ck_assert_str_eq(client.password, "pred");
	ck_assert_str_eq(client.prompt, "mine");
	ck_assert_str_eq(client.history_file, "/home/me/.h");
} END_TEST

START_TEST(the_path_of_a_unix_url_is_normalised)
{
	char expected[256];

	ck_assert_int_eq(load("[supervisorctl]\nserverurl=unix://%(here)s/a/../s.sock\n"), 0);
	snprintf(expected, sizeof(expected), "unix://%s/s.sock", box);
	ck_assert_str_eq(client.serverurl, expected);
	ck_assert_int_eq(load("[supervisorctl]\nserverurl=unix:///a//b\n"), 0);
	ck_assert_str_eq(client.serverurl, "unix:///a/b");
} END_TEST

START_TEST(mistakes_in_other_sections_do_not_matter)
{
	ck_assert_int_eq(load("[supervisorctl]\n[supervisord]\nlogfile=%(ENV_NOT_THERE)s/x\n"
			      "minfds=x\n[program:x]\n[include]\n"), 0);
	ck_assert_str_eq(client.serverurl, "http://localhost:9001");
} END_TEST

START_TEST(the_servers_login_is_not_the_clients)
{
	ck_assert_int_eq(load("[inet_http_server]\nport=1\nusername=u\npassword=p\n"
			      "[supervisorctl]\n"), 0);
	ck_assert_ptr_null(client.username);
} END_TEST

START_TEST(mistakes_in_its_own_section_matter)
{
	ck_assert_int_eq(load("[supervisorctl]\nprompt=%(no)s\n"), -EINVAL);
	ck_assert_ptr_nonnull(strstr(conf_err.text, ":2: [supervisorctl] prompt=%(no)s: Format "
				     "string '%(no)s' for 'supervisorctl.prompt' contains names"));
	ck_assert_int_eq(load("[supervisord]\n"), -EINVAL);
	ck_assert_ptr_nonnull(strstr(conf_err.text,
				     ".ini file does not include supervisorctl section"));
	ck_assert_int_eq(client_config_load("/no/such", &client, &conf_err), -ENOENT);
} END_TEST

int main(void)
{
	Suite *s = suite_create("client");
	TCase *tc = tcase_create("client");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(tc, box_setup, box_teardown);
	tcase_add_test(tc, without_a_file_all_is_default);
	tcase_add_test(tc, the_section_is_read);
	tcase_add_test(tc, the_path_of_a_unix_url_is_normalised);
	tcase_add_test(tc, mistakes_in_other_sections_do_not_matter);
	tcase_add_test(tc, the_servers_login_is_not_the_clients);
	tcase_add_test(tc, mistakes_in_its_own_section_matter);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
