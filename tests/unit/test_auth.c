/* test_auth.c - basic authentication */
#include <check.h>
#include <stdlib.h>

#include "httpd/auth.h"

/* user:secret */
#define RIGHT "Basic dXNlcjpzZWNyZXQ="
#define SHA_OF_SECRET "e5e9fa1ba31ecd1ae84f75caaa474f3a663f05f4"

static bool passes(const char *username, const char *password, const char *header)
{
	static const struct logins none;
	struct auth auth;
	char *user;
	bool ok;

	auth_init(&auth, username, password);
	ok = auth_check(&auth, &none, header, &user);
	ck_assert(ok || !user);
	free(user);
	return ok;
}

START_TEST(without_a_user_name_everybody_passes)
{
	ck_assert(passes(NULL, NULL, NULL));
	ck_assert(passes("", "secret", NULL));
	ck_assert(passes(NULL, NULL, "Basic nonsense"));
} END_TEST

START_TEST(the_right_password_passes_in_plain_and_as_sha)
{
	ck_assert(passes("user", "secret", RIGHT));
	ck_assert(passes("user", "{SHA}" SHA_OF_SECRET, RIGHT));
	ck_assert(passes("user", "{SHA}E5E9FA1BA31ECD1AE84F75CAAA474F3A663F05F4", RIGHT));
	ck_assert(passes("user", "secret", "bAsIc  dXNlcjpzZWNyZXQ="));
	ck_assert(passes("user", "secret", "Basic dXNlcjpzZWNyZXQ"));
	ck_assert(passes("user", NULL, "Basic dXNlcjo="));
} END_TEST

START_TEST(a_password_may_be_empty_or_have_colons_or_letters_beyond_ascii)
{
	ck_assert(passes("user", "", "Basic dXNlcjo="));
	ck_assert(!passes("user", "", "Basic dXNlcg=="));
	ck_assert(passes("user", "a:b:", "Basic dXNlcjphOmI6"));
	ck_assert(!passes("user:a", "b:", "Basic dXNlcjphOmI6"));
	ck_assert(passes("us\xc3\xa4r", "\xe6\x97\xa5", "Basic dXPDpHI65pel"));
	ck_assert(!passes("us\xc3\xa4r", "\xe6\x97\xa5", "Basic dXPkcjrml6U="));
} END_TEST

START_TEST(everything_else_does_not_pass)
{
	static const char *const headers[] = {
		NULL, "", "Basic", "Basic ", "Basic !",
		"Bearer dXNlcjpzZWNyZXQ=", "dXNlcjpzZWNyZXQ=",
		"Basic dXNlcg==",		/* user */
		"Basic dXNlcjo=",		/* user: */
		"Basic OnNlY3JldA==",		/* :secret */
		"Basic dXNlcjpzZWNyZXQA",	/* user:secret\0 */
		"Basic dXNlcjpzZWNyZXQK",	/* user:secret\n */
		"Basic VVNFUjpzZWNyZXQ=",	/* USER:secret */
		"Basic dXNlcjpzZWNyZXR6",	/* user:secretz */
	};

	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
		ck_assert(!passes("user", "secret", headers[i]));
		ck_assert(!passes("user", "{SHA}" SHA_OF_SECRET, headers[i]));
	}
} END_TEST

START_TEST(a_hash_that_is_none_lets_nobody_in)
{
	ck_assert(!passes("user", "{SHA}secret", RIGHT));
	ck_assert(!passes("user", "{SHA}", RIGHT));
	ck_assert(!passes("user", "{SHA}" SHA_OF_SECRET "0", RIGHT));
	ck_assert(!passes("user", "{SHA}g5e9fa1ba31ecd1ae84f75caaa474f3a663f05f4", RIGHT));
} END_TEST

/* --- further users --- */

/* Who it is, to a server whose own login is user:secret; NULL: nobody. The caller frees it. */
static char *identified(const char *passwords, const char *header)
{
	json_t *json = json_loads(passwords, 0, NULL);
	struct logins logins = { 0 };
	struct auth auth;
	char *user;

	auth_init(&auth, "user", "secret");
	ck_assert_int_eq(logins_set(&logins, json), 0);
	ck_assert(auth_check(&auth, &logins, header, &user) == !!user);
	logins_done(&logins);
	json_decref(json);
	return user;
}

static void is_known(const char *passwords, const char *header, const char *expected)
{
	char *user = identified(passwords, header);

	ck_assert_pstr_eq(user, expected);
	free(user);
}

#define SHA_OF_OTHER "c3cd0e429c65596a52d5d92397e6cd5cb5a9a55f"
#define OTHER "Basic b3RoZXI6YToiYg=="	/* other:a:"b */

START_TEST(further_users_are_known_beside_the_servers_own)
{
	is_known("{}", RIGHT, "user");
	is_known("{\"other\":\"a:\\\"b\"}", RIGHT, "user");
	is_known("{\"other\":\"a:\\\"b\"}", OTHER, "other");
	is_known("{\"x\":\"y\",\"other\":\"{SHA}" SHA_OF_SECRET "\"}", OTHER, NULL);
	is_known("{\"x\":\"y\",\"other\":\"{SHA}" SHA_OF_OTHER "\"}", OTHER, "other");
	is_known("{\"user\":\"more\"}", RIGHT, "user");
} END_TEST

START_TEST(names_and_passwords_of_several_are_not_mixed)
{
	is_known("{\"other\":\"secret\"}", OTHER, NULL);
	is_known("{\"a\":\"a:\\\"b\",\"other\":\"x\"}", OTHER, NULL);
	is_known("{\"other\":5}", OTHER, NULL);
	is_known("{\"other\":\"{SHA}\"}", OTHER, NULL);
} END_TEST

START_TEST(who_is_not_asked_is_nobody)
{
	static const struct logins none;
	struct auth auth;
	char *user;

	auth_init(&auth, NULL, NULL);
	ck_assert(auth_check(&auth, &none, RIGHT, &user));
	ck_assert_ptr_null(user);
} END_TEST

int main(void)
{
	Suite *s = suite_create("auth");
	TCase *tc = tcase_create("auth");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_test(tc, without_a_user_name_everybody_passes);
	tcase_add_test(tc, the_right_password_passes_in_plain_and_as_sha);
	tcase_add_test(tc, a_password_may_be_empty_or_have_colons_or_letters_beyond_ascii);
	tcase_add_test(tc, further_users_are_known_beside_the_servers_own);
	tcase_add_test(tc, names_and_passwords_of_several_are_not_mixed);
	tcase_add_test(tc, who_is_not_asked_is_nobody);
	tcase_add_test(tc, everything_else_does_not_pass);
	tcase_add_test(tc, a_hash_that_is_none_lets_nobody_in);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
