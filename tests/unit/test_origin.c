/* test_origin.c - is it one of our own pages that asks? */
#include <check.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/macro.h"
#include "httpd/origin.h"

#define MACHINE "web1.example.com"

static bool origin_is_ours(const char *origin, const char *host, const char *machine)
{
	return origin_is_host(origin, host) && host_is_ours(host, machine, NULL);
}

START_TEST(our_own_pages_are_found_at_addresses_and_our_names)
{
	static const char *const hosts[] = {
		"127.0.0.1:9001", "10.0.0.7", "[::1]:9001", "[2001:db8::1]", "localhost:9001",
		"LOCALHOST", "web1.example.com:9001", "web1", "Web1:80",
	};
	char origin[64];

	for (size_t i = 0; i < ARRAY_LEN(hosts); i++) {
		snprintf(origin, sizeof(origin), "http://%s", hosts[i]);
		ck_assert_msg(origin_is_ours(origin, hosts[i], MACHINE), "%s", hosts[i]);
		snprintf(origin, sizeof(origin), "https://%s", hosts[i]);
		ck_assert_msg(origin_is_ours(origin, hosts[i], MACHINE), "%s", hosts[i]);
	}
	ck_assert(origin_is_ours("http://WEB1:80", "web1:80", "web1"));
} END_TEST

START_TEST(other_pages_are_not_ours)
{
	static const char *const origins[] = {
		"http://evil.example", "http://127.0.0.1", "http://127.0.0.1:9002", "null", "",
		"127.0.0.1:9001", "file://127.0.0.1:9001", "http://127.0.0.1:9001/",
		"http://127.0.0.1:9001.evil.example", "http://x@127.0.0.1:9001",
	};

	for (size_t i = 0; i < ARRAY_LEN(origins); i++)
		ck_assert_msg(!origin_is_ours(origins[i], "127.0.0.1:9001", MACHINE), "%s",
			      origins[i]);
	ck_assert(!origin_is_ours("http://127.0.0.1:9001", NULL, MACHINE));
} END_TEST

START_TEST(a_name_that_others_may_own_is_not_ours)
{
	static const char *const hosts[] = {
		"evil.example:9001", "web1.evil.example", "web", "web1.", "example.com", "unix",
		"127.0.0.1.evil.example", "localhost.evil.example", "", ":9001", "[]", "[::1",
		"::1", "[::1]x", "0x7f000001", "2130706433",
	};
	char origin[64];

	for (size_t i = 0; i < ARRAY_LEN(hosts); i++) {
		snprintf(origin, sizeof(origin), "http://%s", hosts[i]);
		ck_assert_msg(!origin_is_ours(origin, hosts[i], MACHINE), "%s", hosts[i]);
	}
	ck_assert(!origin_is_ours("http://x", "x", ""));
} END_TEST

START_TEST(names_that_the_configuration_has_are_ours)
{
	json_t *hosts = json_pack("[s, s]", "ops.example.com", "Other");
	json_t *any = json_pack("[s]", "*");

	ck_assert(host_is_ours("ops.example.com:9001", MACHINE, hosts));
	ck_assert(host_is_ours("OPS.example.com", MACHINE, hosts));
	ck_assert(host_is_ours("other", MACHINE, hosts));
	ck_assert(!host_is_ours("x.ops.example.com", MACHINE, hosts));
	ck_assert(!host_is_ours("*", MACHINE, hosts));
	ck_assert(host_is_ours("evil.example", MACHINE, any));
	ck_assert(!host_is_ours("", MACHINE, any));
	json_decref(hosts);
	json_decref(any);
} END_TEST

int main(void)
{
	Suite *s = suite_create("origin");
	TCase *tc = tcase_create("origin");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_test(tc, our_own_pages_are_found_at_addresses_and_our_names);
	tcase_add_test(tc, other_pages_are_not_ours);
	tcase_add_test(tc, names_that_the_configuration_has_are_ours);
	tcase_add_test(tc, a_name_that_others_may_own_is_not_ours);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
