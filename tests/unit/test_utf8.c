/* test_utf8.c - what is text, wherever in the bytes it stops being it */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

START_TEST(one_bad_byte_is_found_wherever_it_stands)
{
	char text[40];

	for (size_t n = 0; n <= sizeof(text); n++) {
		memset(text, 'a', sizeof(text));
		ck_assert(utf8_is_valid(text, n));
		for (size_t at = 0; at < n; at++) {
			text[at] = (char)0xff;
			ck_assert(!utf8_is_valid(text, n));
			ck_assert(utf8_is_valid(text, at));
			text[at] = 'a';
		}
	}
} END_TEST

START_TEST(a_letter_is_whole_or_it_is_none)
{
	static const char *const letters[] = { "\xc3\xb6", "\xe2\x82\xac", "\xf0\x9f\x98\x80" };
	char text[40];

	for (size_t i = 0; i < 3; i++) {
		size_t len = strlen(letters[i]);

		for (size_t at = 0; at + len <= sizeof(text); at++) {
			memset(text, 'a', sizeof(text));
			memcpy(text + at, letters[i], len);
			ck_assert(utf8_is_valid(text, sizeof(text)));
			ck_assert(utf8_is_valid(text, at + len));
			ck_assert(!utf8_is_valid(text, at + len - 1));
			ck_assert(!utf8_is_valid(text + at + 1, sizeof(text) - at - 1));
		}
	}
	ck_assert(utf8_is_valid("\xc3\xb6\xe2\x82\xac\0a", 7));
	ck_assert(!utf8_is_valid("aaaaaaaa\xed\xa0\x80", 11));
} END_TEST

int main(void)
{
	TCase *tc = tcase_create("utf8");
	Suite *s = suite_create("utf8");
	SRunner *runner;
	int failed;

	tcase_add_test(tc, one_bad_byte_is_found_wherever_it_stands);
	tcase_add_test(tc, a_letter_is_whole_or_it_is_none);
	suite_add_tcase(s, tc);
	runner = srunner_create(s);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
