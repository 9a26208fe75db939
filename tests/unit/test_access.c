/* test_access.c - who may do what */
#include <check.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/macro.h"
#include "base/strbuf.h"
#include "svd/access.h"

enum { ALICE = 70001, BOB = 70002, STAFF = 80001, GUESTS = 80002 };

static const char *const web_globs[] = { "web*", "db:read*" };

static const struct access_rule rules[] = {
	{ .role = ROLE_OPERATE, .kind = ACCESS_USER, .uid = ALICE, .globs = web_globs,
	  .n_globs = ARRAY_LEN(web_globs) },
	{ .role = ROLE_READ, .kind = ACCESS_USER, .uid = ALICE },
	{ .role = ROLE_ADMIN, .kind = ACCESS_GROUP, .gid = STAFF },
	{ .role = ROLE_READ, .kind = ACCESS_LOGIN, .name = "carol" },
};
static struct config with_rules = {
	.access = { .has_rules = true, .rules = rules, .n_rules = ARRAY_LEN(rules) },
};
static const struct config without_rules;

static gid_t guest_gids[] = { GUESTS, 80003 }, staff_gids[] = { GUESTS, STAFF };
static const struct who alice = { .local = true, .uid = ALICE, .gids = guest_gids, .n_gids = 2 };
static const struct who bob = { .local = true, .uid = BOB, .gids = staff_gids, .n_gids = 2 };
static char carol_name[] = "carol", somewhere[] = "127.0.0.1";
static const struct who carol = { .user = carol_name, .from = somewhere };
static const struct who nobody;

static bool may(const struct who *who, enum role role, const char *group, const char *process)
{
	return access_allows(&with_rules, who, role, group, process);
}

/* --- who --- */

static void is_described(const char *head, const char *expected)
{
	json_t *json = json_loads(head, 0, NULL);
	struct strbuf sb = { 0 };
	struct who who;

	ck_assert_ptr_nonnull(json);
	ck_assert_int_eq(who_read(json, &who), 0);
	who_describe(&who, &sb);
	ck_assert_str_eq(strbuf_str(&sb), expected);
	strbuf_done(&sb);
	who_done(&who);
	ck_assert_ptr_null(who.user);
	json_decref(json);
}

START_TEST(who_calls_is_read_from_the_frame)
{
	json_t *head = json_loads("{\"uid\":1000,\"gids\":[100,27],\"pid\":42,\"user\":\"x\"}", 0,
				  NULL);
	struct who who;

	ck_assert_int_eq(who_read(head, &who), 0);
	ck_assert(who.local);
	ck_assert_uint_eq(who.uid, 1000);
	ck_assert_int_eq(who.pid, 42);
	ck_assert_uint_eq(who.n_gids, 2);
	ck_assert_uint_eq(who.gids[1], 27);
	ck_assert_str_eq(who.user, "x");
	ck_assert_ptr_null(who.from);
	who_done(&who);
	json_decref(head);
} END_TEST

START_TEST(who_calls_is_described)
{
	is_described("{\"uid\":1000,\"gids\":[],\"pid\":4711}", "uid 1000 (pid 4711)");
	is_described("{\"user\":\"deploy\",\"from\":\"10.0.0.7\"}", "user deploy from 10.0.0.7");
	is_described("{\"user\":\"a b\\nc\",\"from\":\"::1\"}", "user 'a b\\nc' from ::1");
	is_described("{\"from\":\"10.0.0.7\"}", "10.0.0.7");
	is_described("{\"uid\":33,\"pid\":1,\"user\":\"deploy\"}", "user deploy, uid 33 (pid 1)");
	is_described("{}", "somebody unknown");
	is_described("{\"uid\":\"0\",\"user\":1}", "somebody unknown");
} END_TEST

/* --- what they may --- */

START_TEST(without_rules_everybody_may_do_all)
{
	ck_assert(access_allows(&without_rules, &nobody, ROLE_ADMIN, NULL, NULL));
	ck_assert(access_allows_some(&without_rules, &nobody, ROLE_ADMIN));
} END_TEST

START_TEST(whom_no_rule_means_may_do_nothing)
{
	ck_assert(!may(&nobody, ROLE_READ, "web", "a"));
	ck_assert(!may(&nobody, ROLE_READ, NULL, NULL));
	ck_assert(!access_allows_some(&with_rules, &nobody, ROLE_READ));
	ck_assert(may(&nobody, ROLE_NONE, NULL, NULL));
} END_TEST

START_TEST(root_and_our_own_user_may_do_all_on_a_unix_socket)
{
	struct who root = { .local = true, .uid = 0 }, self = { .local = true, .uid = geteuid() };
	struct who remote = { .from = somewhere };	/* its uid is 0, and says nothing */

	ck_assert(may(&root, ROLE_ADMIN, NULL, NULL));
	ck_assert(access_allows_some(&with_rules, &root, ROLE_ADMIN));
	ck_assert(may(&self, ROLE_ADMIN, NULL, NULL));
	ck_assert(!may(&remote, ROLE_READ, NULL, NULL));
} END_TEST

START_TEST(a_rule_holds_for_its_programs)
{
	ck_assert(may(&alice, ROLE_OPERATE, "web", "a"));
	ck_assert(may(&alice, ROLE_OPERATE, "website", NULL));
	ck_assert(may(&alice, ROLE_OPERATE, "db", "reader"));
	ck_assert(!may(&alice, ROLE_OPERATE, "db", "writer"));
	ck_assert(!may(&alice, ROLE_OPERATE, "db", NULL));
	ck_assert(!may(&alice, ROLE_OPERATE, NULL, NULL));
	ck_assert(!may(&alice, ROLE_ADMIN, "web", "a"));
	ck_assert(may(&alice, ROLE_READ, "db", "writer"));
	ck_assert(may(&alice, ROLE_READ, NULL, NULL));
	ck_assert(access_allows_some(&with_rules, &alice, ROLE_OPERATE));
	ck_assert(!access_allows_some(&with_rules, &alice, ROLE_ADMIN));
} END_TEST

START_TEST(any_of_the_groups_counts)
{
	ck_assert(may(&bob, ROLE_ADMIN, NULL, NULL));
	ck_assert(may(&bob, ROLE_READ, "web", "a"));
} END_TEST

START_TEST(a_login_is_no_user_of_the_machine)
{
	struct who named = { .local = true, .uid = BOB };
	struct access_rule rule = { .role = ROLE_READ, .kind = ACCESS_USER, .uid = 0 };
	struct config config = { .access = { true, &rule, 1, NULL, 0 } };

	ck_assert(may(&carol, ROLE_READ, "web", "a"));
	ck_assert(!may(&carol, ROLE_OPERATE, "web", "a"));
	ck_assert(!access_allows(&config, &carol, ROLE_READ, "web", "a"));
	ck_assert(!may(&named, ROLE_READ, "web", "a"));
} END_TEST

START_TEST(a_glob_for_all_is_everything)
{
	static const char *const stars[] = { "*", "*:*" };
	static const char *const some[] = { "w*", "*:a", "?" };
	struct access_rule rule = { .role = ROLE_ADMIN, .kind = ACCESS_ALL };
	struct config config = { .access = { true, &rule, 1, NULL, 0 } };

	for (rule.n_globs = 1, rule.globs = stars; rule.globs < stars + 2; rule.globs++)
		ck_assert(access_allows(&config, &nobody, ROLE_ADMIN, NULL, NULL));
	rule.globs = some;
	rule.n_globs = ARRAY_LEN(some);
	ck_assert(!access_allows(&config, &nobody, ROLE_READ, NULL, NULL));
	ck_assert(access_allows(&config, &nobody, ROLE_READ, "x", "a"));
} END_TEST

int main(void)
{
	Suite *s = suite_create("access");
	TCase *tc = tcase_create("access");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_test(tc, who_calls_is_read_from_the_frame);
	tcase_add_test(tc, who_calls_is_described);
	tcase_add_test(tc, without_rules_everybody_may_do_all);
	tcase_add_test(tc, whom_no_rule_means_may_do_nothing);
	tcase_add_test(tc, root_and_our_own_user_may_do_all_on_a_unix_socket);
	tcase_add_test(tc, a_rule_holds_for_its_programs);
	tcase_add_test(tc, any_of_the_groups_counts);
	tcase_add_test(tc, a_login_is_no_user_of_the_machine);
	tcase_add_test(tc, a_glob_for_all_is_everything);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
