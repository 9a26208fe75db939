/* test_auth.c - basic authentication */
#include <check.h>
#include <stdlib.h>

#include "httpd/auth.h"

/* user:secret */
#define RIGHT "Basic dXNlcjpzZWNyZXQ="
#define SHA_OF_SECRET "e5e9fa1ba31ecd1ae84f75caaa474f3a663f05f4"

static bool passes(const char *username, const char *password, const char *header)
{
	struct auth auth;

	auth_init(&auth, username, password);
	return auth_check(&auth, header);
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

int main(void)
{
	Suite *s = suite_create("auth");
	TCase *tc = tcase_create("auth");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_test(tc, without_a_user_name_everybody_passes);
	tcase_add_test(tc, the_right_password_passes_in_plain_and_as_sha);
	tcase_add_test(tc, everything_else_does_not_pass);
	tcase_add_test(tc, a_hash_that_is_none_lets_nobody_in);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
