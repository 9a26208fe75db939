/* test_expand.c - %(name)s in the values of a configuration */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/expand.h"

static const struct expand_var outer_vars[] = {
	{ .name = "ENV_EMPTY", .text = "" },
	{ .name = "ENV_HOME", .text = "/root" },
	{ .name = "here", .text = "/etc" },
	{ .name = "program_name", .text = "hidden" },
};
static const struct expand_scope outer = { .vars = outer_vars, .n = ARRAY_LEN(outer_vars) };
static const struct expand_var vars[] = {
	{ .name = "a(b)c", .text = "nested" },
	{ .name = "letter", .text = "\xc3\xa4" },
	{ .name = "minus", .number = -42 },
	{ .name = "process_num", .number = 7 },
	{ .name = "program_name", .text = "web" },
	{ .name = "quoted", .text = "it's" },
	{ .name = "thousand", .number = 1000 },
};
static const struct expand_scope scope = { .outer = &outer, .vars = vars, .n = ARRAY_LEN(vars) };

static void gives(const char *text, const char *expected)
{
	struct strbuf sb = { 0 };
	struct err err = { 0 };
	int r = expand(text, &scope, "program:web.command", &sb, &err);

	ck_assert_msg(r == 0, "%s: %s", text, err.text);
	ck_assert_str_eq(strbuf_str(&sb), expected);
	strbuf_done(&sb);
}

static void fails(const char *text, const char *expected)
{
	struct strbuf sb = { 0 };
	struct err err = { 0 };

	ck_assert_msg(expand(text, &scope, "x.y", &sb, &err) == -EINVAL, "%s", text);
	ck_assert_msg(strstr(err.text, expected), "%s", err.text);
	ck_assert_int_eq(expand(text, &scope, "x.y", &sb, NULL), -EINVAL);
	strbuf_done(&sb);
}

START_TEST(names_are_replaced_and_the_inner_ones_win)
{
	gives("", "");
	gives("no percent", "no percent");
	gives("%(here)s/%(program_name)s.log", "/etc/web.log");
	gives("%(ENV_HOME)s%(ENV_EMPTY)s", "/root");
	gives("%(a(b)c)s", "nested");
} END_TEST

START_TEST(two_percent_signs_are_one)
{
	gives("100%%", "100%");
	gives("%%(here)s", "%(here)s");
	gives("%%%%", "%%");
} END_TEST

START_TEST(numbers_take_width_sign_and_base)
{
	gives("%(process_num)02d", "07");
	gives("%(process_num)d%(process_num)i%(process_num)u", "777");
	gives("90%(process_num)02d", "9007");
	gives("[%(process_num)4d]", "[   7]");
	gives("[%(process_num)-4d]", "[7   ]");
	gives("[%(process_num)-04d]", "[7   ]");
	gives("%(process_num)+d %(process_num) d", "+7  7");
} END_TEST

START_TEST(numbers_below_zero_keep_their_sign_in_front)
{
	gives("%(minus)05d", "-0042");
	gives("%(minus)x", "-2a");
	gives("%(minus)#X", "-0X2A");
	gives("%(minus).4d", "-0042");
	gives("%(minus)07.3d", "-000042");
} END_TEST

START_TEST(numbers_come_in_other_bases)
{
	gives("%(thousand)x %(thousand)X %(thousand)o %(thousand)#o", "3e8 3E8 1750 0o1750");
	gives("%(thousand)#07x", "0x003e8");
	gives("%(thousand)ld %(thousand)hd", "1000 1000");
} END_TEST

START_TEST(numbers_can_be_reals_and_characters)
{
	gives("%(thousand)f %(thousand).1f %(thousand)e %(thousand)g", "1000.000000 1000.0 "
	      "1.000000e+03 1000");
	gives("%(minus)08.2f", "-0042.00");
	gives("%(process_num)s %(process_num)r %(process_num)05s", "7 7     7");
	gives("<%(letter)c>", "<\xc3\xa4>");
} END_TEST

START_TEST(texts_are_padded_and_cut_by_characters)
{
	gives("[%(program_name)6s]", "[   web]");
	gives("[%(program_name)-6s]", "[web   ]");
	gives("[%(program_name)06s]", "[   web]");
	gives("[%(program_name).2s]", "[we]");
	gives("[%(letter)3s]", "[  \xc3\xa4]");
	gives("[%(letter).1s]", "[\xc3\xa4]");
	gives("%(quoted)r", "\"it's\"");
} END_TEST

START_TEST(an_unknown_name_is_an_error_that_lists_the_known_ones)
{
	fails("%(no_such)s", "Format string '%(no_such)s' for 'x.y' contains names ('no_such') "
	      "which cannot be expanded. Available names: a(b)c, letter, minus, process_num, "
	      "program_name, quoted, thousand, ENV_EMPTY, ENV_HOME, here, program_name");
	fails("%(HERE)s", "('HERE')");
	fails("%()s", "('')");
	fails("%(her)s", "('her')");
	fails("%(heres)s", "('heres')");
} END_TEST

START_TEST(a_percent_sign_that_begins_nothing_is_an_error)
{
	fails("100%", "Format string '100%' for 'x.y' is badly formatted: incomplete format");
	fails("%(here)", "incomplete format");
	fails("%(here", "incomplete format key");
	fails("%(here)%", "unsupported format character '%' (0x25) at index 7");
	fails("50% off", "%o without a name");
	fails("%\xc3\xa4", "unsupported format character '\xc3\xa4' (0xe4) at index 1;");
	fails("date +%Y", "unsupported format character 'Y' (0x59) at index 7");
	fails("date +%s", "%s without a name; a percent sign is written %%");
} END_TEST

START_TEST(a_text_is_no_number)
{
	fails("%(here)d", "%d format: a real number is required, not str");
	fails("%(here)x", "%x format");
	fails("%(here)c", "%c requires int or char");
} END_TEST

START_TEST(absurd_widths_are_refused)
{
	fails("%(here)99999999999999s", "width too big");
	fails("%(here).99999999999999s", "precision too big");
	fails("%(here)*s", "* wants int");
} END_TEST

int main(void)
{
	Suite *s = suite_create("expand");
	TCase *tc = tcase_create("expand");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_test(tc, names_are_replaced_and_the_inner_ones_win);
	tcase_add_test(tc, two_percent_signs_are_one);
	tcase_add_test(tc, numbers_take_width_sign_and_base);
	tcase_add_test(tc, numbers_below_zero_keep_their_sign_in_front);
	tcase_add_test(tc, numbers_come_in_other_bases);
	tcase_add_test(tc, numbers_can_be_reals_and_characters);
	tcase_add_test(tc, texts_are_padded_and_cut_by_characters);
	tcase_add_test(tc, an_unknown_name_is_an_error_that_lists_the_known_ones);
	tcase_add_test(tc, a_percent_sign_that_begins_nothing_is_an_error);
	tcase_add_test(tc, a_text_is_no_number);
	tcase_add_test(tc, absurd_widths_are_refused);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
