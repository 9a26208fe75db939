/* test_servers.c - [unix_http_server], [inet_http_server], and AUTO */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf_box.h"

#define DAEMON "[supervisord]\n"

START_TEST(a_unix_server_has_a_path_and_an_owner)
{
	const struct server_config *s = loads(DAEMON "[unix_http_server]\n"
		"file=%(here)s/./s.sock\nchmod=0777\nchown=root:0\n")->servers;
	char path[256];

	snprintf(path, sizeof(path), "unix://%s/s.sock", box);
	ck_assert_uint_eq(config->n_servers, 1);
	ck_assert_int_eq(s->kind, SERVER_UNIX);
	ck_assert_str_eq(s->section, "unix_http_server");
	ck_assert_str_eq(s->path, path + 7);
	ck_assert_uint_eq(s->chmod, 0777);
	ck_assert_uint_eq(s->uid, 0);
	ck_assert_uint_eq(s->gid, 0);
	ck_assert_ptr_null(s->username);
	ck_assert_ptr_null(s->password);
	ck_assert_str_eq(config->serverurl, path);
} END_TEST

START_TEST(a_unix_server_is_for_its_owner_by_default)
{
	const struct server_config *s = loads(DAEMON "[unix_http_server]\nfile=/tmp/x\n")->servers;

	ck_assert_uint_eq(s->chmod, 0700);
	ck_assert(s->uid == (uid_t)-1);
	ck_assert(s->gid == (gid_t)-1);
	s = loads(DAEMON "[unix_http_server]\nfile=/tmp/x\nchown=root\n")->servers;
	ck_assert_uint_eq(s->uid, 0);
	ck_assert(s->gid == (gid_t)-1);
} END_TEST

static void listens(const char *port, const char *host, int number, const char *url)
{
	char text[256];

	snprintf(text, sizeof(text), DAEMON "[inet_http_server]\nport=%s\n"
		 "allow_unauthenticated=true\n", port);
	ck_assert_str_eq(loads(text)->servers[0].host, host);
	ck_assert_int_eq(config->servers[0].port, number);
	ck_assert_str_eq(config->serverurl, url);
}

START_TEST(an_inet_server_has_an_address)
{
	listens("127.0.0.1:9001", "127.0.0.1", 9001, "http://127.0.0.1:9001");
	listens("*:80", "", 80, "http://localhost:80");
	listens(":80", "", 80, "http://localhost:80");
	listens("65535", "", 65535, "http://localhost:65535");
	listens("LocalHost:1", "localhost", 1, "http://localhost:1");
	listens("[::1]:9001", "::1", 9001, "http://[::1]:9001");
} END_TEST

START_TEST(unix_comes_before_inet)
{
	loads(DAEMON "[inet_http_server]\nport=127.0.0.1:9001\n[unix_http_server]\nfile=/tmp/x\n"
	      "[unix_http_server:two]\nfile=/tmp/y\n");
	ck_assert_uint_eq(config->n_servers, 3);
	ck_assert_str_eq(config->serverurl, "unix:///tmp/x");
} END_TEST

START_TEST(a_login_is_both_name_and_password)
{
	const struct server_config *s = loads(DAEMON "[inet_http_server]\nport=9001\n"
		"username=me\npassword={SHA}82ab876d1387bfafe46cc1c8a2ef074eae50cb1d\n")->servers;

	ck_assert_str_eq(s->username, "me");
	ck_assert_str_eq(s->password, "{SHA}82ab876d1387bfafe46cc1c8a2ef074eae50cb1d");
	refuses(DAEMON "[inet_http_server]\nport=9001\nusername=me\n",
		"FILE:2: [inet_http_server] Section [inet_http_server] contains incomplete "
		"authentication: If a username or a password is specified, both the username and "
		"password must be specified");
	refuses(DAEMON "[unix_http_server]\nfile=/tmp/x\npassword=p\n", "incomplete");
	s = loads(DAEMON "[inet_http_server]\nport=[::1]:9001\nusername=\npassword=\n")->servers;
	ck_assert_ptr_null(s->username);
	ck_assert_ptr_null(s->password);
} END_TEST

static void is_open(const char *port, bool expected)
{
	static const char why[] = "whoever reaches this port could do all: set username and "
				  "password, or listen on 127.0.0.1, or say "
				  "allow_unauthenticated=true";
	char text[256], message[512];

	snprintf(text, sizeof(text), DAEMON "[inet_http_server]\nport=%s\n", port);
	snprintf(message, sizeof(message), "FILE:3: [inet_http_server] port=%s: %s", port, why);
	if (expected)
		refuses(text, message);
	else
		ck_assert(!loads(text)->servers[0].allow_unauthenticated);
	snprintf(text, sizeof(text), DAEMON "[inet_http_server]\nport=%s\nusername=me\n"
		 "password=p\n", port);
	loads(text);
	snprintf(text, sizeof(text), DAEMON "[inet_http_server]\nallow_unauthenticated=on\n"
		 "port=%s\n", port);
	ck_assert(loads(text)->servers[0].allow_unauthenticated);
}

START_TEST(a_port_for_other_machines_wants_a_login_or_a_word)
{
	static const char *const open[] = {
		"9001", "*:9001", ":9001", "0.0.0.0:9001", "[::]:9001", "192.0.2.1:9001",
		"[2001:db8::1]:9001", "[::ffff:192.0.2.1]:9001", "126.255.255.255:1", "0:1",
	};
	static const char *const ours[] = {
		"127.0.0.1:9001", "127.9.9.9:9001", "[::1]:9001", "localhost:9001",
		"[::ffff:127.0.0.1]:9001",
	};

	for (size_t i = 0; i < ARRAY_LEN(open); i++)
		is_open(open[i], true);
	for (size_t i = 0; i < ARRAY_LEN(ours); i++)
		is_open(ours[i], false);
	refuses(DAEMON "[inet_http_server]\nport=9001\nusername=\npassword=\n", "whoever");
	refuses(DAEMON "[inet_http_server]\nport=9001\nallow_unauthenticated=no\n", "whoever");
} END_TEST

START_TEST(passwords_may_come_from_the_environment_and_are_never_shown)
{
	ck_assert_str_eq(loads(DAEMON "[inet_http_server]\nport=9001\nusername=me\n"
			       "password=%(ENV_COLOUR)s\n")->servers[0].password, "red");
	refuses(DAEMON "[inet_http_server]\nport=9001\nusername=me\npassword=s3cret%\n",
		"FILE:5: [inet_http_server] password=***: it contains names which cannot be "
		"expanded, or a single %");
	ck_assert_ptr_null(strstr(conf_err.text, "s3cret"));
} END_TEST

START_TEST(a_servers_mistakes_are_named_with_their_place)
{
	refuses(DAEMON "[unix_http_server]\n",
		"FILE:2: [unix_http_server] section [unix_http_server] has no file value");
	refuses(DAEMON "[inet_http_server]\n", "section [inet_http_server] has no port value");
	refuses(DAEMON "[inet_http_server]\nport=host:\n", "not a valid port number: ''");
	refuses(DAEMON "[inet_http_server]\nport=host:0\n", "not a valid port number: '0'");
	refuses(DAEMON "[inet_http_server]\nport=65536\n", "not a valid port number: '65536'");
	refuses(DAEMON "[unix_http_server]\nfile=/tmp/x\nchmod=rwx\n",
		"FILE:4: [unix_http_server] chmod=rwx: Invalid chmod value rwx");
	refuses(DAEMON "[unix_http_server]\nfile=/tmp/x\nchown=nobody-of-that-name\n",
		"Invalid sockchown value nobody-of-that-name");
	refuses(DAEMON "[unix_http_server]\nfile=/tmp/x\nchown=root:no-such-group\n",
		"Invalid sockchown value root:no-such-group");
} END_TEST

START_TEST(a_socket_path_has_107_bytes_at_most)
{
	char text[256] = DAEMON "[unix_http_server]\nfile=/";

	memset(text + strlen(text), 'x', 106);
	loads(text);
	ck_assert_uint_eq(strlen(config->servers[0].path), 107);
	strcat(text, "x");
	refuses(text, "the path of a socket may have 107 bytes, and this has 108");
} END_TEST

int main(void)
{
	Suite *s = suite_create("servers");
	TCase *tc = tcase_create("servers");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(tc, box_setup, box_teardown);
	tcase_add_test(tc, a_unix_server_has_a_path_and_an_owner);
	tcase_add_test(tc, a_unix_server_is_for_its_owner_by_default);
	tcase_add_test(tc, an_inet_server_has_an_address);
	tcase_add_test(tc, unix_comes_before_inet);
	tcase_add_test(tc, a_login_is_both_name_and_password);
	tcase_add_test(tc, a_port_for_other_machines_wants_a_login_or_a_word);
	tcase_add_test(tc, passwords_may_come_from_the_environment_and_are_never_shown);
	tcase_add_test(tc, a_servers_mistakes_are_named_with_their_place);
	tcase_add_test(tc, a_socket_path_has_107_bytes_at_most);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
