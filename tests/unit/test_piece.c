/* test_piece.c - an answer with the text of a file in it */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/strbuf.h"
#include "base/utf8.h"
#include "httpd/piece.h"
#include "rpc/xmlrpc.h"

static int a_file(const char *p, size_t n)
{
	int fd = memfd_create("piece", MFD_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, p, n), (ssize_t)n);
	return fd;
}

static void read_message(const json_t *value, int fd, const struct piece_form *form, size_t step,
			 struct strbuf *message)
{
	struct piece *piece;
	char buf[4096];
	ssize_t got;

	ck_assert_int_eq(piece_new(value, dup(fd), form, &piece), 0);
	while ((got = piece_read(piece, buf, step)) > 0)
		strbuf_add(message, buf, (size_t)got);
	ck_assert_int_eq(got, 0);
	ck_assert_int_eq(piece_read(piece, buf, step), 0);
	piece_free(piece);
}

/* The result that a client gets, by XML and JSON alike, read `step` bytes at a time. */
static json_t *answer_of(int fd, int64_t from, int64_t n, const char *result, size_t step)
{
	json_t *value = json_pack("{s:I, s:I, s:o}", "from", (json_int_t)from, "n", (json_int_t)n,
				  "result", json_loads(result, JSON_DECODE_ANY, NULL));
	_cleanup_(strbuf_done) struct strbuf xml = { 0 }, json = { 0 };
	json_t *answer, *other;
	struct err err;
	char *fault;
	int code;

	read_message(value, fd, &piece_xml, step, &xml);
	read_message(value, fd, &piece_json, step, &json);
	json_decref(value);
	ck_assert_int_eq(xmlrpc_parse_response(xml.s, xml.len, &answer, &code, &fault, &err), 0);
	other = json_loadb(json.s, json.len, 0, NULL);
	ck_assert(json_equal(json_object_get(other, "result"), answer));
	json_decref(other);
	return answer;
}

static void shows(int fd, int64_t from, int64_t n, const char *expected)
{
	json_t *answer = answer_of(fd, from, n, "\"\"", 7);

	ck_assert_str_eq(json_string_value(answer), expected);
	json_decref(answer);
}

START_TEST(text_stands_where_the_empty_string_was)
{
	int fd = a_file("a<b>&c", 6);
	json_t *answer = answer_of(fd, 0, 6, "[\"\", 6, true]", 1);

	ck_assert_str_eq(json_string_value(json_array_get(answer, 0)), "a<b>&c");
	ck_assert_int_eq(json_integer_value(json_array_get(answer, 1)), 6);
	ck_assert(json_is_true(json_array_get(answer, 2)));
	json_decref(answer);
	close(fd);
} END_TEST

START_TEST(a_character_belongs_to_where_it_begins)
{
	int fd = a_file("\xc3\xb6\xe2\x82\xac\xf0\x9f\x98\x80x", 10);

	shows(fd, 0, 1, "\xc3\xb6");
	shows(fd, 1, 1, "");
	shows(fd, 1, 2, "\xe2\x82\xac");
	shows(fd, 4, 2, "\xf0\x9f\x98\x80");
	shows(fd, 6, 4, "x");
	shows(fd, 9, 1, "x");
	shows(fd, 10, 0, "");
	close(fd);
} END_TEST

START_TEST(bytes_that_are_no_characters_stay_where_they_are)
{
	int fd = a_file("\x80\x80\x80\x80\x80\xc3", 6);

	shows(fd, 1, 1, UTF8_REPLACEMENT);
	shows(fd, 4, 2, UTF8_REPLACEMENT UTF8_REPLACEMENT);
	close(fd);
} END_TEST

START_TEST(a_file_that_became_shorter_ends_the_text)
{
	int fd = a_file("0123456789", 10);

	shows(fd, 5, 100, "56789");
	shows(fd, 50, 100, "");
	close(fd);
} END_TEST

/* The inner border is not that of a character: 16 KiB are no multiple of three. */
START_TEST(a_long_text_is_torn_nowhere)
{
	enum { N = 50000 };
	char *text = malloc(3 * N + 1);
	json_t *answer;
	int fd;

	for (int i = 0; i < N; i++)
		memcpy(text + 3 * i, "\xe2\x82\xac", 4);
	fd = a_file(text, 3 * N);
	answer = answer_of(fd, 0, 3 * N, "\"\"", 4096);
	ck_assert(strcmp(json_string_value(answer), text) == 0);
	json_decref(answer);
	free(text);
	close(fd);
} END_TEST

START_TEST(what_is_no_piece_is_refused)
{
	static const char *const values[] = {
		"{}", "true", "{\"from\": 0, \"n\": 1}",
		"{\"from\": -1, \"n\": 1, \"result\": \"\"}",
		"{\"from\": 0, \"n\": -1, \"result\": \"\"}",
		"{\"from\": 0, \"n\": 1, \"result\": [\"x\", 1]}",
	};

	for (size_t i = 0; i < ARRAY_LEN(values); i++) {
		json_t *value = json_loads(values[i], JSON_DECODE_ANY, NULL);
		struct piece *piece;

		ck_assert_int_lt(piece_new(value, a_file("x", 1), &piece_xml, &piece), 0);
		json_decref(value);
	}
} END_TEST

/* No two looks at this file are the same, so now and then a character ends behind the end. */
START_TEST(a_file_that_changes_under_our_hands_does_no_harm)
{
	json_t *value = json_loads("{\"from\": 100, \"n\": 1, \"result\": \"\"}", 0, NULL);
	int fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	for (int i = 0; i < 20000; i++) {
		json_t *whole = NULL;
		int64_t n;

		ck_assert_int_eq(piece_value(value, fd, 10, &n, &whole), 0);
		ck_assert_int_le(n, 4);
		json_decref(whole);
	}
	close(fd);
	json_decref(value);
} END_TEST

START_TEST(the_beginning_of_a_character_is_known)
{
	static const struct {
		const char *text;
		size_t      cut;
	} rows[] = {
		{ "", 0 }, { "a", 0 }, { "\xc3", 1 }, { "\xc3\xb6", 0 }, { "a\xe2\x82", 2 },
		{ "\xe2", 1 }, { "\xf0\x9f\x98", 3 }, { "\xf0\x9f\x98\x80", 0 }, { "\x80", 0 },
		{ "\x80\x80\x80", 0 }, { "\xff", 0 }, { "\xed\xa0", 0 }, { "\xc3\x80\x80", 0 },
		{ "\xe0\x80", 0 }, { "x\xf4\x90", 0 },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		ck_assert_uint_eq(utf8_cut(rows[i].text, strlen(rows[i].text)), rows[i].cut);
} END_TEST

int main(void)
{
	TCase *tc = tcase_create("piece");
	Suite *s = suite_create("piece");
	SRunner *runner;
	int failed;

	tcase_add_test(tc, text_stands_where_the_empty_string_was);
	tcase_add_test(tc, a_character_belongs_to_where_it_begins);
	tcase_add_test(tc, bytes_that_are_no_characters_stay_where_they_are);
	tcase_add_test(tc, a_file_that_became_shorter_ends_the_text);
	tcase_add_test(tc, a_long_text_is_torn_nowhere);
	tcase_add_test(tc, what_is_no_piece_is_refused);
	tcase_add_test(tc, a_file_that_changes_under_our_hands_does_no_harm);
	tcase_add_test(tc, the_beginning_of_a_character_is_known);
	suite_add_tcase(s, tc);
	runner = srunner_create(s);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
