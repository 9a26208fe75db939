/* test_svctl.c - the parts of svctl that need no server */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "svctl/complete.h"
#include "svctl/endpoint.h"
#include "svctl/namespec.h"
#include "svctl/procinfo.h"
#include "svctl/verbs.h"
#include "svctl/words.h"

static void names_group(const char *text, const char *group)
{
	struct namespec ns = namespec_split(text);

	ck_assert_uint_eq(ns.group_len, strlen(group));
	ck_assert_mem_eq(ns.group, group, ns.group_len);
	ck_assert_ptr_null(ns.process);
}

static void names_process(const char *text, const char *group, const char *process)
{
	struct namespec ns = namespec_split(text);

	ck_assert_uint_eq(ns.group_len, strlen(group));
	ck_assert_mem_eq(ns.group, group, ns.group_len);
	ck_assert_str_eq(ns.process, process);
}

START_TEST(a_name_splits_at_its_first_colon)
{
	names_process("cat", "cat", "cat");
	names_process("web:w1", "web", "w1");
	names_process("web:w1:x", "web", "w1:x");
	names_process(":x", "", "x");
	names_process("*", "*", "*");
	names_group("web:*", "web");
	names_group("web:", "web");
	names_group(":", "");
} END_TEST

START_TEST(a_name_means_a_process_or_its_whole_group)
{
	struct namespec one = namespec_split("web:w1"), all = namespec_split("web:*");

	ck_assert(namespec_matches(&one, "web", "w1"));
	ck_assert(!namespec_matches(&one, "web", "w2"));
	ck_assert(!namespec_matches(&one, "we", "w1"));
	ck_assert(!namespec_matches(&one, "web2", "w1"));
	ck_assert(namespec_matches(&all, "web", "w1"));
	ck_assert(namespec_matches(&all, "web", "web"));
	ck_assert(!namespec_matches(&all, "w1", "web"));
} END_TEST

START_TEST(a_group_of_the_same_name_is_left_out)
{
	struct strbuf sb = { 0 };

	namespec_add(&sb, "cat", "cat");
	strbuf_addc(&sb, ' ');
	namespec_add(&sb, "web", "w1");
	ck_assert_str_eq(strbuf_str(&sb), "cat web:w1");
	strbuf_done(&sb);
} END_TEST

START_TEST(the_verbs_are_sorted_and_unique)
{
	for (size_t i = 1; i < n_verbs; i++) {
		/* Those of plug-ins have a list of their own. */
		if (verbs[i - 1].plugin != CTLPLUGIN_NONE || verbs[i].plugin == CTLPLUGIN_NONE)
			ck_assert_str_lt(verbs[i - 1].name, verbs[i].name);
	}
} END_TEST

START_TEST(verbs_of_plugins_are_there_when_their_factory_is_named)
{
	ck_assert_ptr_null(verb_find("mstop", 5));
	ck_assert_int_eq(verbs_add("other.module:make_thing"), CTLPLUGIN_NONE);
	ck_assert_int_eq(verbs_add(""), CTLPLUGIN_NONE);
	ck_assert_ptr_null(verb_find("mstop", 5));
	ck_assert_int_eq(verbs_add("a.b:make_wildcards_controllerplugin"), CTLPLUGIN_WILDCARDS);
	ck_assert_ptr_nonnull(verb_find("mstop", 5));
	ck_assert_ptr_null(verb_find("quickstop", 9));
} END_TEST

START_TEST(a_verb_that_is_listed_has_help)
{
	for (size_t i = 0; i < n_verbs; i++) {
		ck_assert_ptr_nonnull((void *)verbs[i].run);
		if (verbs[i].listed)
			ck_assert_ptr_nonnull(verbs[i].help);
	}
} END_TEST

START_TEST(a_verb_is_found_by_its_whole_name)
{
	ck_assert_str_eq(verb_find("status now", 6)->name, "status");
	ck_assert_ptr_null(verb_find("stat", 4));
	ck_assert_ptr_null(verb_find("statuses", 8));
	ck_assert_ptr_null(verb_find("", 0));
} END_TEST

START_TEST(words_are_split_at_blanks_of_all_kinds)
{
	struct words w = { 0 };

	ck_assert_int_eq(words_split(&w, "  a\tbc \n\r d "), 0);
	ck_assert_uint_eq(w.n, 3);
	ck_assert_str_eq(w.list[1], "bc");
	ck_assert(words_have(&w, "d"));
	ck_assert(!words_have(&w, "b"));
	words_done(&w);
	ck_assert_int_eq(words_split(&w, " \t "), 0);
	ck_assert_uint_eq(w.n, 0);
} END_TEST

static void goes_to(const char *serverurl, const char *url, const char *socket_path)
{
	struct endpoint e;

	ck_assert_int_eq(endpoint_parse(serverurl, &e, NULL), 0);
	ck_assert_str_eq(e.url, url);
	if (socket_path)
		ck_assert_str_eq(e.socket_path, socket_path);
	else
		ck_assert_ptr_null(e.socket_path);
	endpoint_done(&e);
}

START_TEST(a_server_has_a_socket_or_a_host_and_a_port)
{
	goes_to("unix:///run/s.sock", "http://localhost", "/run/s.sock");
	goes_to("unix://s.sock", "http://localhost", "s.sock");
	goes_to("http://localhost:9001", "http://localhost:9001", NULL);
	goes_to("http://host:1/RPC2?x#y", "http://host:1", NULL);
	goes_to("http://[::1]:9001/", "http://[::1]:9001", NULL);
	goes_to("https://host", "https://host", NULL);
} END_TEST

START_TEST(a_server_may_come_with_a_login)
{
	struct endpoint e;

	ck_assert_int_eq(endpoint_parse("http://me:a%3ab%@c@host:1/x@y", &e, NULL), 0);
	ck_assert_str_eq(e.url, "http://host:1");
	ck_assert_str_eq(e.username, "me");
	ck_assert_str_eq(e.password, "a:b%@c");
	endpoint_done(&e);
	ck_assert_int_eq(endpoint_parse("https://me@host", &e, NULL), 0);
	ck_assert_str_eq(e.url, "https://host");
	ck_assert_ptr_null(e.username);
	ck_assert(e.tls);
	endpoint_done(&e);
} END_TEST

START_TEST(a_server_of_another_protocol_is_refused)
{
	struct endpoint e;
	struct err err;

	ck_assert_int_eq(endpoint_parse("ftp://host", &e, &err), -EPROTONOSUPPORT);
	ck_assert_int_eq(endpoint_parse("file:///etc/passwd", &e, &err), -EPROTONOSUPPORT);
	ck_assert_int_eq(endpoint_parse("/run/s.sock", &e, &err), -EPROTONOSUPPORT);
} END_TEST

START_TEST(what_could_be_a_url_has_a_scheme_and_a_rest)
{
	ck_assert(endpoint_is_url("unix:///x"));
	ck_assert(endpoint_is_url("http://x"));
	ck_assert(endpoint_is_url("localhost:9001"));
	ck_assert(!endpoint_is_url("localhost"));
	ck_assert(!endpoint_is_url("http:"));
	ck_assert(!endpoint_is_url("http://"));
	ck_assert(!endpoint_is_url("://x"));
	ck_assert(!endpoint_is_url("1a://x"));
	ck_assert(!endpoint_is_url(""));
} END_TEST

START_TEST(the_first_word_completes_to_a_verb_and_the_next_as_the_verb_says)
{
	ck_assert_int_eq(complete_kind("", 0), COMPLETES_VERBS);
	ck_assert_int_eq(complete_kind("  sta", 2), COMPLETES_VERBS);
	ck_assert_int_eq(complete_kind("start ca", 6), COMPLETES_PROCESSES);
	ck_assert_int_eq(complete_kind(" stop cat web", 10), COMPLETES_PROCESSES);
	ck_assert_int_eq(complete_kind("help st", 5), COMPLETES_VERBS);
	ck_assert_int_eq(complete_kind("update we", 7), COMPLETES_GROUPS);
	ck_assert_int_eq(complete_kind("version ", 8), COMPLETES_NOTHING);
	ck_assert_int_eq(complete_kind("nonsense ", 9), COMPLETES_NOTHING);
} END_TEST

static struct procinfo some[] = {
	{ .group = "cat", .name = "cat" },
	{ .group = "web", .name = "w1" },
	{ .group = "web", .name = "w2" },
};

static void completes_to(enum completes kind, const char *text, const char *expected)
{
	struct procinfo_list infos = { .list = some, .n = ARRAY_LEN(some) };
	struct words offers = { 0 };
	struct strbuf sb = { 0 };

	ck_assert_int_eq(complete_words(kind, text, true, &infos, &offers), 0);
	for (size_t i = 0; i < offers.n; i++)
		strbuf_addf(&sb, i ? " %s" : "%s", offers.list[i]);
	ck_assert_str_eq(strbuf_str(&sb), expected);
	strbuf_done(&sb);
	words_done(&offers);
}

START_TEST(groups_complete_to_their_names_once_each)
{
	completes_to(COMPLETES_GROUPS, "", "cat web");
	completes_to(COMPLETES_GROUPS, "w", "web");
	completes_to(COMPLETES_GROUPS, "web:", "");
} END_TEST

START_TEST(processes_complete_to_their_short_names_and_their_groups)
{
	completes_to(COMPLETES_PROCESSES, "", "cat web:w1 web:* web:w2");
	completes_to(COMPLETES_PROCESSES, "web:w", "web:w1 web:w2");
	completes_to(COMPLETES_PROCESSES, "cat:", "cat:cat cat:*");
	completes_to(COMPLETES_PROCESSES, "x", "");
	completes_to(COMPLETES_VERBS, "st", "start status stop");
	completes_to(COMPLETES_VERBS, "re", "reload remove reread restart");
	completes_to(COMPLETES_VERBS, "h", "help");
	completes_to(COMPLETES_VERBS, "E", "");
	completes_to(COMPLETES_NOTHING, "", "");
} END_TEST

static bool offers_verb(const char *text, bool compatible)
{
	struct procinfo_list none = { 0 };
	struct words offers = { 0 };
	bool offered;

	ck_assert_int_eq(complete_words(COMPLETES_VERBS, text, compatible, &none, &offers), 0);
	offered = offers.n > 0;
	words_done(&offers);
	return offered;
}

START_TEST(verbs_that_supervisorctl_has_not_are_offered_by_svctl_only)
{
	ck_assert(offers_verb("wai", false));
	ck_assert(!offers_verb("wai", true));
	ck_assert(offers_verb("stat", true));
} END_TEST

START_TEST(flags_complete_as_the_verb_takes_them)
{
	struct words offers = { 0 };

	ck_assert_int_eq(complete_flags(" start cat --", "--w", &offers), 0);
	ck_assert_uint_eq(offers.n, 1);
	ck_assert_str_eq(offers.list[0], "--wait");
	ck_assert_int_eq(complete_flags("fg --", "--", &offers), 0);
	ck_assert_int_eq(complete_flags("nonsense --", "--", &offers), 0);
	ck_assert_uint_eq(offers.n, 1);
	words_done(&offers);
} END_TEST

/* One process, with a member replaced; NULL: without it. */
static int reads(const char *key, json_t *value, struct err *err)
{
	json_t *p = json_pack("{s:s, s:s, s:s, s:s, s:i, s:i}", "group", "web", "name", "w1",
			      "statename", "RUNNING", "description", "pid 7", "state", 20,
			      "pid", 7);
	json_t *all = json_pack("[o]", p);
	struct procinfo_list infos = { 0 };
	int r;

	if (value)
		json_object_set_new(p, key, value);
	else
		json_object_del(p, key);
	r = procinfo_list_read(all, &infos, err);
	procinfo_list_done(&infos);
	json_decref(all);
	return r;
}

START_TEST(process_information_that_lacks_something_is_refused)
{
	static const char *const members[] = { "group", "name", "statename", "description",
					       "state", "pid" };
	struct procinfo_list infos;
	struct err err;
	json_t *text = json_string("none");

	ck_assert_int_eq(reads("more", json_null(), &err), 0);
	for (size_t i = 0; i < ARRAY_LEN(members); i++) {
		ck_assert_int_eq(reads(members[i], NULL, &err), -EBADMSG);
		ck_assert_ptr_nonnull(strstr(err.text, members[i]));
		ck_assert_int_eq(reads(members[i], json_array(), &err), -EBADMSG);
	}
	ck_assert_int_eq(procinfo_list_read(text, &infos, &err), -EBADMSG);
	json_decref(text);
} END_TEST

int main(void)
{
	Suite *s = suite_create("svctl");
	TCase *tc = tcase_create("svctl");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_test(tc, a_name_splits_at_its_first_colon);
	tcase_add_test(tc, a_name_means_a_process_or_its_whole_group);
	tcase_add_test(tc, a_group_of_the_same_name_is_left_out);
	tcase_add_test(tc, the_verbs_are_sorted_and_unique);
	tcase_add_test(tc, verbs_of_plugins_are_there_when_their_factory_is_named);
	tcase_add_test(tc, a_verb_that_is_listed_has_help);
	tcase_add_test(tc, a_verb_is_found_by_its_whole_name);
	tcase_add_test(tc, words_are_split_at_blanks_of_all_kinds);
	tcase_add_test(tc, a_server_has_a_socket_or_a_host_and_a_port);
	tcase_add_test(tc, a_server_may_come_with_a_login);
	tcase_add_test(tc, a_server_of_another_protocol_is_refused);
	tcase_add_test(tc, what_could_be_a_url_has_a_scheme_and_a_rest);
	tcase_add_test(tc, the_first_word_completes_to_a_verb_and_the_next_as_the_verb_says);
	tcase_add_test(tc, groups_complete_to_their_names_once_each);
	tcase_add_test(tc, processes_complete_to_their_short_names_and_their_groups);
	tcase_add_test(tc, verbs_that_supervisorctl_has_not_are_offered_by_svctl_only);
	tcase_add_test(tc, flags_complete_as_the_verb_takes_them);
	tcase_add_test(tc, process_information_that_lacks_something_is_refused);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
