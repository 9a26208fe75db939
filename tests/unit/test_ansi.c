/* test_ansi.c - escape sequences go, and nothing else does */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "logd/ansi.h"

static void becomes(const char *in, const char *expected)
{
	enum ansi_state state = ANSI_TEXT;
	char out[256];

	out[ansi_strip(&state, in, strlen(in), out)] = '\0';
	ck_assert_str_eq(out, expected);
}

START_TEST(text_stays_as_it_is)
{
	becomes("", "");
	becomes("plain [text]\r\n", "plain [text]\r\n");
	becomes("\twith \xc3\xa4 and \x80\n", "\twith \xc3\xa4 and \x80\n");
} END_TEST

START_TEST(sequences_go)
{
	becomes("\x1b[31mred\x1b[0m and \x1b[1;42mnot\x1b[m\n", "red and not\n");
	becomes("a\x1b[2J\x1b[10;10Hb\x1b[?25lc\x1b[s\x1b[ud", "abcd");
	becomes("\x1b[1Gonce lost\x1b[2K\n", "once lost\n");
} END_TEST

/* Many sequences, whole and broken ones, and a fair number of escapes. */
static void fill(char *text, size_t n)
{
	static const char letters[] = "\x1b\x1b\x1b\x1b[[[[0;1mKHq \n\xff](\a\\";

	for (size_t i = 0; i < n; i++)
		text[i] = letters[(size_t)rand() % (sizeof(letters) - 1)];
}

START_TEST(strings_and_short_escapes_go_too)
{
	becomes("\x1b]0;a title\ax\x1b]8;;http://h/\x1b\\link\x1b]8;;\x1b\\\n", "xlink\n");
	becomes("\x1b(Ba\x1b)0b\x1b%Gc\x1b" "7d\x1b=e\x1bMf\x1bP1;2q#0\x1b\\g", "abcdefg");
} END_TEST

START_TEST(an_escape_that_begins_nothing_stays)
{
	becomes("\x1b\x1b[0mx", "\x1bx");
	becomes("a\x1b\nb\x1b\xc3\xa4\x1b\t", "a\x1b\nb\x1b\xc3\xa4\x1b\t");
} END_TEST

START_TEST(a_sequence_ends_with_its_line)
{
	becomes("a\x1b[31;\nb\x1b[\nc\n", "a\nb\nc\n");
	becomes("a\x1b]0;\nb\x1b(\nc\n", "a\nb\nc\n");
} END_TEST

START_TEST(a_sequence_ends_where_it_cannot_go_on)
{
	becomes("\x1b[3\xc3\xa4\x1b[1;\x1b[0mb\x1b[2\tc\x1b(\xc3\xa4", "\xc3\xa4" "b\tc\xc3\xa4");
	becomes("\x1b]0;ti\x1b[0mtle\n", "tle\n");
} END_TEST

static void rests(const char *in, size_t expected)
{
	ck_assert_uint_eq(ansi_rest(ANSI_TEXT, in, strlen(in)), expected);
}

START_TEST(an_unfinished_sequence_is_seen)
{
	rests("", 0);
	rests("text", 4);
	rests("text\x1b[0m", 8);
	rests("text\x1b", 4);
	rests("text\x1b[0", 4);
	rests("text\x1b]0;title", 4);
	rests("text\x1b]0;title\x1b", 4);
	rests("text\x1b]0;title\x1b\\", 15);
	rests("text\x1b[0\n", 8);
	rests("text\x1b\x1b", 4);
	ck_assert_uint_eq(ansi_rest(ANSI_SEQUENCE, "0;3", 3), 0);
	ck_assert_uint_eq(ansi_rest(ANSI_SEQUENCE, "0;3mx", 5), 5);
	ck_assert_uint_eq(ansi_rest(ANSI_ESCAPE, "[0", 2), 0);
	ck_assert_uint_eq(ansi_rest(ANSI_ESCAPE, "\t", 1), 1);
} END_TEST

/* After so many bytes nothing is unfinished, and it is the last such place. */
START_TEST(what_may_be_taken_ends_outside_of_a_sequence)
{
	char text[40], out[sizeof(text) + 1];
	size_t n, rest;

	srand(3);
	for (int round = 0; round < 20000; round++) {
		enum ansi_state state = ANSI_TEXT;

		n = (size_t)rand() % sizeof(text);
		fill(text, n);
		rest = ansi_rest(ANSI_TEXT, text, n);
		ansi_strip(&state, text, rest, out);
		ck_assert_int_eq(state, ANSI_TEXT);
		for (size_t i = rest; i < n; i++) {
			ansi_strip(&state, text + i, 1, out);
			ck_assert_int_ne(state, ANSI_TEXT);
		}
	}
} END_TEST

START_TEST(pieces_give_what_the_whole_gives)
{
	char text[400], whole[sizeof(text) + 1], parts[sizeof(text) + 1];
	size_t n, whole_len, total;

	srand(1);
	for (int round = 0; round < 2000; round++) {
		enum ansi_state state = ANSI_TEXT;

		fill(text, sizeof(text));
		whole_len = ansi_strip(&state, text, sizeof(text), whole);
		state = ANSI_TEXT;
		total = 0;
		for (size_t at = 0; at < sizeof(text); at += n) {
			n = (size_t)rand() % 9 + 1;
			n = n < sizeof(text) - at ? n : sizeof(text) - at;
			total += ansi_strip(&state, text + at, n, parts + total);
		}
		ck_assert_uint_eq(total, whole_len);
		ck_assert_mem_eq(parts, whole, total);
	}
} END_TEST

int main(void)
{
	Suite *s = suite_create("ansi");
	TCase *tc = tcase_create("ansi");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_test(tc, text_stays_as_it_is);
	tcase_add_test(tc, sequences_go);
	tcase_add_test(tc, strings_and_short_escapes_go_too);
	tcase_add_test(tc, an_escape_that_begins_nothing_stays);
	tcase_add_test(tc, a_sequence_ends_with_its_line);
	tcase_add_test(tc, a_sequence_ends_where_it_cannot_go_on);
	tcase_add_test(tc, an_unfinished_sequence_is_seen);
	tcase_add_test(tc, what_may_be_taken_ends_outside_of_a_sequence);
	tcase_add_test(tc, pieces_give_what_the_whole_gives);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
