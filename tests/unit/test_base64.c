/* test_base64.c - base64 to bytes */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"

static void assert_decodes(const char *s, const char *bytes, size_t n)
{
	struct strbuf sb = { 0 };

	ck_assert_msg(base64_decode(&sb, s, strlen(s)), "%s is refused", s);
	ck_assert_uint_eq(sb.len, n);
	ck_assert_mem_eq(strbuf_str(&sb), bytes, n);
	strbuf_done(&sb);
}

static void assert_refused(const char *s)
{
	struct strbuf sb = { 0 };

	ck_assert_msg(!base64_decode(&sb, s, strlen(s)), "%s is taken", s);
	strbuf_done(&sb);
}

START_TEST(groups_of_every_length_are_decoded)
{
	assert_decodes("", "", 0);
	assert_decodes("QQ==", "A", 1);
	assert_decodes("QUI=", "AB", 2);
	assert_decodes("QUJD", "ABC", 3);
	assert_decodes("QUJDRA==", "ABCD", 4);
	assert_decodes("AP/+", "\0\377\376", 3);
	assert_decodes("+/+/", "\373\377\277", 3);
} END_TEST

START_TEST(padding_and_white_space_are_taken_lightly)
{
	assert_decodes("QQ", "A", 1);
	assert_decodes(" QU\r\nJD\t", "ABC", 3);
	assert_decodes("QQ=\n=", "A", 1);
} END_TEST

START_TEST(what_is_no_base64_is_refused)
{
	assert_refused("Q");
	assert_refused("QUJDR");
	assert_refused("QQ=");
	assert_refused("QQ==QQ==");
	assert_refused("QU-_");
	assert_refused("=");
	assert_refused("QUI\1");
	assert_refused("\303\274");
} END_TEST

int main(void)
{
	Suite *s = suite_create("base64");
	TCase *tc = tcase_create("base64");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_test(tc, groups_of_every_length_are_decoded);
	tcase_add_test(tc, padding_and_white_space_are_taken_lightly);
	tcase_add_test(tc, what_is_no_base64_is_refused);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
