/* test_units.c - numbers, sizes and switches as people write them */
#include <check.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include "base/units.h"

static int64_t number(const char *text)
{
	int64_t n = 0;
	int r = unit_integer(text, INT64_MIN, INT64_MAX, &n);

	ck_assert_msg(r == 0, "%s: %d", text, r);
	return n;
}

static int64_t bytes(const char *text)
{
	int64_t n = 0;
	int r = unit_bytes(text, &n);

	ck_assert_msg(r == 0, "%s: %d", text, r);
	return n;
}

START_TEST(a_number_is_what_python_takes_for_one)
{
	ck_assert_int_eq(number("0"), 0);
	ck_assert_int_eq(number(" 42\t"), 42);
	ck_assert_int_eq(number("-7"), -7);
	ck_assert_int_eq(number("+7"), 7);
	ck_assert_int_eq(number("007"), 7);
	ck_assert_int_eq(number("1_000_000"), 1000000);
	ck_assert_int_eq(number("9223372036854775807"), INT64_MAX);
	ck_assert_int_eq(number("-9223372036854775808"), INT64_MIN);
} END_TEST

START_TEST(what_is_no_number_is_refused_and_changes_nothing)
{
	static const char *const words[] = { "", " ", "-", "+", "soon", "1.5", "0x10", "1e3",
					     "12abc", "1 2", "_1", "1_", "1__2", "--1", "0o7" };
	int64_t n = 5;

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		ck_assert_msg(unit_integer(words[i], INT64_MIN, INT64_MAX, &n) == -EINVAL, "%s",
			      words[i]);
	ck_assert_int_eq(n, 5);
} END_TEST

START_TEST(a_number_out_of_range_is_told_from_no_number)
{
	int64_t n;

	ck_assert_int_eq(unit_integer("9223372036854775808", INT64_MIN, INT64_MAX, &n), -ERANGE);
	ck_assert_int_eq(unit_integer("-9223372036854775809", INT64_MIN, INT64_MAX, &n), -ERANGE);
	ck_assert_int_eq(unit_integer("99999999999999999999999", 0, 5, &n), -ERANGE);
	ck_assert_int_eq(unit_integer("6", 0, 5, &n), -ERANGE);
	ck_assert_int_eq(unit_integer("-1", 0, 5, &n), -ERANGE);
} END_TEST

START_TEST(sizes_are_powers_of_1024)
{
	ck_assert_int_eq(bytes("1024"), 1024);
	ck_assert_int_eq(bytes("50MB"), 50 << 20);
	ck_assert_int_eq(bytes("1 gb"), 1 << 30);
	ck_assert_int_eq(bytes("3Kb"), 3072);
	ck_assert_int_eq(bytes("64k"), 65536);
	ck_assert_int_eq(bytes(" 2M "), 2 << 20);
	ck_assert_int_eq(bytes("4G"), (int64_t)4 << 30);
	ck_assert_int_eq(bytes("-1"), -1);
} END_TEST

START_TEST(what_is_no_size_is_refused)
{
	static const char *const words[] = { "", "MB", "B", "10b", "1.5MB", "1TB", "KB1", "1MMB" };
	int64_t n;

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		ck_assert_msg(unit_bytes(words[i], &n) == -EINVAL, "%s", words[i]);
	ck_assert_int_eq(unit_bytes("9223372036854775807KB", &n), -ERANGE);
} END_TEST

START_TEST(a_duration_may_have_a_unit)
{
	static const struct {
		const char *text;
		int64_t seconds;
	} rows[] = {
		{ "0", 0 }, { " 90 ", 90 }, { "90s", 90 }, { "15m", 900 }, { "12 H", 43200 },
		{ "7d", 604800 }, { "2w", 1209600 }, { "1_0s", 10 },
	};
	int64_t seconds;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		ck_assert_int_eq(unit_duration(rows[i].text, &seconds), 0);
		ck_assert_int_eq(seconds, rows[i].seconds);
	}
} END_TEST

START_TEST(what_is_no_duration_is_refused)
{
	static const char *const words[] = { "", " ", "s", "7 days", "1.5h", "7y", "1h30m", "d7",
					     "7ss" };
	int64_t seconds = 5;

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		ck_assert_msg(unit_duration(words[i], &seconds) == -EINVAL, "%s", words[i]);
	ck_assert_int_eq(unit_duration("-1", &seconds), -ERANGE);
	ck_assert_int_eq(unit_duration("9223372036854775807w", &seconds), -ERANGE);
	ck_assert_int_eq(seconds, 5);
} END_TEST

START_TEST(permissions_are_octal)
{
	unsigned bits = 0;

	ck_assert_int_eq(unit_octal("022", &bits), 0);
	ck_assert_uint_eq(bits, 022);
	ck_assert_int_eq(unit_octal("0o700", &bits), 0);
	ck_assert_uint_eq(bits, 0700);
	ck_assert_int_eq(unit_octal("7777", &bits), 0);
	ck_assert_uint_eq(bits, 07777);
	ck_assert_int_eq(unit_octal("8", &bits), -EINVAL);
	ck_assert_int_eq(unit_octal("rwx", &bits), -EINVAL);
	ck_assert_int_eq(unit_octal("0x1", &bits), -EINVAL);
	ck_assert_int_eq(unit_octal("10000", &bits), -ERANGE);
	ck_assert_int_eq(unit_octal("-1", &bits), -ERANGE);
} END_TEST

START_TEST(a_switch_has_four_words_for_on_and_four_for_off)
{
	static const char *const ons[] = { "yes", "TRUE", "On", "1" };
	static const char *const offs[] = { "no", "False", "OFF", "0" };
	bool on;

	for (size_t i = 0; i < 4; i++) {
		on = false;
		ck_assert_int_eq(unit_bool(ons[i], &on), 0);
		ck_assert(on);
		ck_assert_int_eq(unit_bool(offs[i], &on), 0);
		ck_assert(!on);
	}
	ck_assert_int_eq(unit_bool("", &on), -EINVAL);
	ck_assert_int_eq(unit_bool("y", &on), -EINVAL);
	ck_assert_int_eq(unit_bool("2", &on), -EINVAL);
} END_TEST

int main(void)
{
	Suite *s = suite_create("units");
	TCase *tc = tcase_create("units");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_test(tc, a_number_is_what_python_takes_for_one);
	tcase_add_test(tc, what_is_no_number_is_refused_and_changes_nothing);
	tcase_add_test(tc, a_number_out_of_range_is_told_from_no_number);
	tcase_add_test(tc, sizes_are_powers_of_1024);
	tcase_add_test(tc, what_is_no_size_is_refused);
	tcase_add_test(tc, a_duration_may_have_a_unit);
	tcase_add_test(tc, what_is_no_duration_is_refused);
	tcase_add_test(tc, permissions_are_octal);
	tcase_add_test(tc, a_switch_has_four_words_for_on_and_four_for_off);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
