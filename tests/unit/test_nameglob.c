/* test_nameglob.c - patterns that mean groups and processes */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/macro.h"
#include "base/nameglob.h"

static const struct {
	const char *glob, *group, *process;
	bool        matches;
} cases[] = {
	{ "web", "web", "web", true },		{ "web", "web", "web_01", true },
	{ "we", "web", "web", false },		{ "w*", "web", "x", true },
	{ "*", "web", "x", true },		{ "*", "web", NULL, true },
	{ "web:x", "web", "x", true },		{ "web:x", "web", "y", false },
	{ "web:x", "site", "x", false },	{ "*:x", "site", "x", true },
	{ "web:*", "web", "x", true },		{ "web:*", "web", NULL, true },
	{ "web:x*", "web", NULL, false },	{ "web:", "web", "x", false },
	{ "web:", "web", NULL, false },		{ "", "web", "x", false },
	{ ":", "web", "x", false },		{ "w?b:*-800[0-1]", "web", "web-8001", true },
	{ "w?b:*-800[0-1]", "web", "web-8002", false },
	{ "web:a:b", "web", "a:b", true },
};

START_TEST(a_glob_means_groups_or_processes)
{
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		ck_assert_msg(nameglob_matches(cases[i].glob, strlen(cases[i].glob),
					       cases[i].group, cases[i].process) ==
			      cases[i].matches, "%s: %s:%s", cases[i].glob, cases[i].group,
			      cases[i].process ? cases[i].process : "*");
} END_TEST

START_TEST(a_glob_ends_where_it_is_said)
{
	ck_assert(nameglob_matches("web,x", 3, "web", "x"));
	ck_assert(!nameglob_matches("web:x", 3, "we", "x"));
} END_TEST

START_TEST(what_is_too_long_to_be_a_name_means_nobody)
{
	char *glob = malloc(10000);

	memset(glob, '*', 10000);
	ck_assert(!nameglob_matches(glob, 10000, "web", "web"));
	free(glob);
} END_TEST

int main(void)
{
	Suite *s = suite_create("nameglob");
	TCase *t = tcase_create("nameglob");
	SRunner *sr;
	int failed;

	tcase_add_test(t, a_glob_means_groups_or_processes);
	tcase_add_test(t, a_glob_ends_where_it_is_said);
	tcase_add_test(t, what_is_too_long_to_be_a_name_means_nobody);
	suite_add_tcase(s, t);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
