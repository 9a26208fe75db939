/* test_capture.c - tokens in a text, and the messages between them */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "logd/capture.h"

/* What a text is made of, as text: "(" a message begins, ")" it ends. */
static void spell(struct capture_place *place, const char *in, size_t n, struct strbuf *sb)
{
	struct capture_piece piece;

	while (n > 0) {
		size_t used = capture_next(place, in, n, &piece);

		if (piece.kind == CAPTURE_TEXT)
			strbuf_add(sb, piece.p, piece.n);
		else if (piece.kind != CAPTURE_NOTHING)
			strbuf_addc(sb, piece.kind == CAPTURE_BEGINS ? '(' : ')');
		in += used;
		n -= used;
	}
}

static void is_made_of(const char *in, const char *expected)
{
	for (size_t cut = 1; cut <= strlen(in) + 1; cut++) {
		struct capture_place place = { 0 };
		struct capture_piece rest;
		struct strbuf sb = { 0 };

		for (size_t at = 0; at < strlen(in); at += cut)
			spell(&place, in + at, strlen(in) - at < cut ? strlen(in) - at : cut, &sb);
		capture_rest(&place, &rest);
		strbuf_add(&sb, rest.p, rest.n);
		ck_assert_str_eq(strbuf_str(&sb), expected);
		strbuf_done(&sb);
	}
}

START_TEST(tokens_are_found_wherever_the_text_is_cut)
{
	is_made_of("", "");
	is_made_of("just <text>", "just <text>");
	is_made_of("a" CAPTURE_BEGIN "b" CAPTURE_END "c\n", "a(b)c\n");
	is_made_of(CAPTURE_BEGIN CAPTURE_END CAPTURE_BEGIN "x\ny" CAPTURE_END, "()(x\ny)");
	is_made_of("<<!--" CAPTURE_BEGIN "<!--XSUPER" CAPTURE_END "<!--", "<<!--(<!--XSUPER)<!--");
} END_TEST

START_TEST(a_token_in_the_wrong_place_is_text)
{
	is_made_of(CAPTURE_END "a", CAPTURE_END "a");
	is_made_of(CAPTURE_BEGIN "a" CAPTURE_BEGIN "b" CAPTURE_END, "(a" CAPTURE_BEGIN "b)");
} END_TEST

START_TEST(what_is_not_a_token_after_all_is_whole)
{
	is_made_of("<!--XSUPERVISOR:BEGIM-->", "<!--XSUPERVISOR:BEGIM-->");
	is_made_of("<!--XSUPERVISOR:BEGIN--", "<!--XSUPERVISOR:BEGIN--");
	is_made_of("<!--XSUPERVISOR:" CAPTURE_BEGIN "<!", "<!--XSUPERVISOR:(<!");
} END_TEST

static void holds(struct capture *c, const char *expected, bool cut)
{
	size_t n;
	const char *text = capture_text(c, &n);

	ck_assert_uint_eq(n, strlen(expected));
	ck_assert_mem_eq(text, expected, n);
	ck_assert_int_eq(c->cut, cut);
}

START_TEST(a_message_is_its_last_bytes)
{
	struct capture c = { .max = 5 };

	holds(&c, "", false);
	capture_add(&c, "abc", 3);
	capture_add(&c, "de", 2);
	holds(&c, "abcde", false);
	capture_add(&c, "f", 1);
	holds(&c, "bcdef", true);
	capture_add(&c, "g", 1);
	capture_add(&c, "hi", 2);
	capture_add(&c, "jk", 2);
	holds(&c, "ghijk", true);
	capture_add(&c, "1234567", 7);
	holds(&c, "34567", true);
	capture_reset(&c);
	holds(&c, "", false);
	capture_add(&c, "123456", 6);
	holds(&c, "23456", true);
	capture_done(&c);
} END_TEST

START_TEST(a_ring_of_any_size_keeps_the_end)
{
	char all[3000];
	size_t n;

	srand(1);
	for (size_t i = 0; i < sizeof(all); i++)
		all[i] = (char)rand();
	for (int round = 0; round < 200; round++) {
		struct capture c = { .max = 1 + (size_t)rand() % 2000 };
		size_t at = 0, more;

		for (; at < sizeof(all); at += more) {
			more = (size_t)rand() % 700;
			if (more > sizeof(all) - at)
				more = sizeof(all) - at;
			capture_add(&c, all + at, more);
		}
		ck_assert_mem_eq(capture_text(&c, &n), all + at - c.max, c.max);
		ck_assert_uint_eq(n, c.max);
		capture_done(&c);
	}
} END_TEST

int main(void)
{
	Suite *s = suite_create("capture");
	TCase *tc = tcase_create("capture");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_test(tc, tokens_are_found_wherever_the_text_is_cut);
	tcase_add_test(tc, a_token_in_the_wrong_place_is_text);
	tcase_add_test(tc, what_is_not_a_token_after_all_is_whole);
	tcase_add_test(tc, a_message_is_its_last_bytes);
	tcase_add_test(tc, a_ring_of_any_size_keeps_the_end);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
