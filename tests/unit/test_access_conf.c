/* test_access_conf.c - the section [svd:access] */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf_box.h"

#define ACCESS "[supervisord]\n[svd:access]\n"
#define SECURED "[unix_http_server]\nfile=/tmp/x\nusername=me\npassword=p\n" ACCESS
#define SHA "{SHA}82ab876d1387bfafe46cc1c8a2ef074eae50cb1d"

static const struct access_rule *rules_of(const char *text, size_t expected)
{
	const struct access_config *access = &loads(text)->access;

	ck_assert(access->has_rules);
	ck_assert_uint_eq(access->n_rules, expected);
	return access->rules;
}

START_TEST(without_the_section_there_are_no_rules)
{
	ck_assert(!loads("[supervisord]\n")->access.has_rules);
	ck_assert_uint_eq(config->access.n_logins, 0);
} END_TEST

START_TEST(a_section_without_rules_is_noted)
{
	rules_of(ACCESS, 0);
	ck_assert_int_eq(noted(LEVEL_WARN, "[svd:access] has no rules: only root may do"), 1);
	rules_of(ACCESS "read=*\n", 1);
	ck_assert_int_eq(noted(LEVEL_WARN, "no rules"), 0);
} END_TEST

START_TEST(users_and_groups_become_numbers)
{
	const struct access_rule *rules = rules_of(ACCESS "read=root, 70001,@70002, *\n"
						   "operate=@root\n", 5);

	ck_assert_int_eq(rules[0].kind, ACCESS_USER);
	ck_assert_uint_eq(rules[0].uid, 0);
	ck_assert_int_eq(rules[0].role, ROLE_READ);
	ck_assert_uint_eq(rules[1].uid, 70001);
	ck_assert_int_eq(rules[2].kind, ACCESS_GROUP);
	ck_assert_uint_eq(rules[2].gid, 70002);
	ck_assert_int_eq(rules[3].kind, ACCESS_ALL);
	ck_assert_int_eq(rules[4].kind, ACCESS_GROUP);
	ck_assert_uint_eq(rules[4].gid, 0);
	ck_assert_int_eq(rules[4].role, ROLE_OPERATE);
} END_TEST

START_TEST(a_rule_may_be_for_some_programs)
{
	const struct access_rule *rules =
		rules_of(ACCESS "admin=root web* \tdb:a-?,\n  @root x,,\n", 2);

	ck_assert_int_eq(rules[0].role, ROLE_ADMIN);
	ck_assert_uint_eq(rules[0].n_globs, 2);
	ck_assert_str_eq(rules[0].globs[0], "web*");
	ck_assert_str_eq(rules[0].globs[1], "db:a-?");
	ck_assert_uint_eq(rules[1].n_globs, 1);
	ck_assert_str_eq(rules[1].globs[0], "x");
} END_TEST

START_TEST(a_slip_in_the_name_of_the_section_is_an_error)
{
	refuses("[supervisord]\n[svd:acces]\nadmin=root\n",
		"FILE:2: [svd:acces] there is no such section; did you mean [svd:access]?");
	refuses("[supervisord]\n[svd:something-else]\n", "there is no such section");
	loads("[supervisord]\n[svdaccess]\n");
	ck_assert_int_eq(noted(LEVEL_WARN, "[svdaccess] is an unknown section"), 1);
} END_TEST

START_TEST(whom_the_machine_does_not_know_is_an_error)
{
	refuses(ACCESS "read=root, no-such-user web\n",
		"FILE:3: [svd:access] read=root, no-such-user web: Invalid user name no-such-user");
	refuses(ACCESS "\nadmin=@no-such-group\n",
		"FILE:4: [svd:access] admin=@no-such-group: Invalid group name no-such-group");
	refuses(ACCESS "admin=@\n", "Invalid group name");
	refuses(ACCESS "admin=web:*\n", "Invalid user name web:*");
	refuses(ACCESS "admin=%(no)s\n", "FILE:3: [svd:access] admin=%(no)s: ");
	refuses(ACCESS "admin=-1\n", "Invalid user id -1");
	refuses(ACCESS "admin=4294967295\n", "Invalid user id 4294967295");
} END_TEST

START_TEST(who_logs_in_is_known_or_noted)
{
	const struct access_rule *rules = rules_of(SECURED "read=http:me, http:deploy web\n"
						   "operate=http:dploy\nlogins=deploy:x\n", 3);

	ck_assert_int_eq(rules[1].kind, ACCESS_LOGIN);
	ck_assert_str_eq(rules[1].name, "deploy");
	ck_assert_str_eq(rules[1].globs[0], "web");
	ck_assert_int_eq(noted(LEVEL_WARN, "no server and no logins= know a user dploy"), 1);
	ck_assert_int_eq(noted(LEVEL_WARN, "no server and no logins="), 1);
} END_TEST

START_TEST(logins_have_names_and_passwords)
{
	const struct login_config *logins = loads(ACCESS "logins= a:b:c ,d:," "e:" SHA
						  ", %(ENV_COLOUR)s:1\n")->access.logins;

	ck_assert_uint_eq(config->access.n_logins, 4);
	ck_assert_str_eq(logins[0].name, "a");
	ck_assert_str_eq(logins[0].password, "b:c");
	ck_assert_str_eq(logins[1].name, "d");
	ck_assert_str_eq(logins[1].password, "");
	ck_assert_str_eq(logins[2].password, SHA);
	ck_assert_str_eq(logins[3].name, "red");
} END_TEST

static void refuses_login(const char *logins, const char *expected)
{
	char text[256];

	snprintf(text, sizeof(text), SECURED "logins=%s\n", logins);
	refuses(text, expected);
	ck_assert_ptr_null(strstr(conf_err.text, "secret"));
}

START_TEST(a_login_that_is_none_is_an_error_that_tells_no_password)
{
	refuses_login("a:secret,secret", "FILE:7: [svd:access] logins=***: the login number 2 is "
		      "not of the form name:password");
	refuses_login(":secret", "number 1");
	refuses_login("a:{SHA}secret", "what follows {SHA} for the login a is not 40");
	refuses_login("a:" SHA "0", "is not 40 hexadecimal digits");
	refuses_login("a:secret,b:x,a:secret", "there are two logins named a");
	refuses_login("me:secret", "there are two logins named me");
	refuses_login("a:secret%", "a single %");
} END_TEST

int main(void)
{
	Suite *s = suite_create("access_conf");
	TCase *tc = tcase_create("access_conf");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(tc, box_setup, box_teardown);
	tcase_add_test(tc, without_the_section_there_are_no_rules);
	tcase_add_test(tc, a_section_without_rules_is_noted);
	tcase_add_test(tc, users_and_groups_become_numbers);
	tcase_add_test(tc, a_rule_may_be_for_some_programs);
	tcase_add_test(tc, a_slip_in_the_name_of_the_section_is_an_error);
	tcase_add_test(tc, whom_the_machine_does_not_know_is_an_error);
	tcase_add_test(tc, who_logs_in_is_known_or_noted);
	tcase_add_test(tc, logins_have_names_and_passwords);
	tcase_add_test(tc, a_login_that_is_none_is_an_error_that_tells_no_password);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
