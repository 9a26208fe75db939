/* test_svctl_text.c - what svctl makes of text that comes in pieces, from others */
#include <check.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "svctl/eventline.h"
#include "svctl/lines.h"
#include "svctl/logfiles.h"
#include "svctl/sse.h"
#include "svctl/tame.h"

/* --- lines --- */

static void note_line(void *arg, const char *line, size_t n)
{
	strbuf_addf(arg, "[%.*s]", (int)n, line);
}

/* The lines that come of the pieces, in brackets, then those of the end. */
static void lines_are(const char *const *pieces, const char *expected)
{
	struct strbuf seen = { 0 };
	struct lines l = { .take = note_line, .arg = &seen };

	for (; *pieces; pieces++)
		ck_assert_int_eq(lines_feed(&l, *pieces, strlen(*pieces)), 0);
	strbuf_addc(&seen, '$');
	lines_end(&l);
	ck_assert_str_eq(strbuf_str(&seen), expected);
	strbuf_done(&seen);
}

START_TEST(lines_are_given_out_when_they_are_whole)
{
	lines_are((const char *[]){ "a\nb", "c\n", "\nd\n", "e", NULL }, "[a][bc][][d]$[e]");
	lines_are((const char *[]){ NULL }, "$");
	lines_are((const char *[]){ "ab", "\n", NULL }, "[ab]$");
}
END_TEST

START_TEST(a_log_that_was_cleared_begins_a_line)
{
	lines_are((const char *[]){ "half==> File tru", "ncated <==\nx\n", NULL },
		  "[half][==> File truncated <==][x]$");
	lines_are((const char *[]){ "==> File truncated <==\n", NULL },
		  "[==> File truncated <==]$");
}
END_TEST

START_TEST(a_line_without_end_comes_in_parts)
{
	struct strbuf seen = { 0 };
	struct lines l = { .take = note_line, .arg = &seen };
	char *long_one = malloc(LINES_LONGEST);

	memset(long_one, 'x', LINES_LONGEST);
	ck_assert_int_eq(lines_feed(&l, "begin", 5), 0);
	ck_assert_uint_eq(seen.len, 0);
	ck_assert_int_eq(lines_feed(&l, long_one, LINES_LONGEST), 0);
	ck_assert_uint_eq(seen.len, 5 + LINES_LONGEST + 2);
	lines_end(&l);
	ck_assert_uint_eq(seen.len, 5 + LINES_LONGEST + 2);
	strbuf_done(&seen);
	free(long_one);
}
END_TEST

static void last_is(const char *text, size_t max, bool more, const char *expected)
{
	ck_assert_str_eq(lines_last(text, strlen(text), max, more), expected);
}

START_TEST(the_last_lines_are_found_from_behind)
{
	last_is("a\nb\nc\n", 2, false, "b\nc\n");
	last_is("a\nb\nc", 2, false, "b\nc");
	last_is("a\nb\n", 5, false, "a\nb\n");
	last_is("a\nb\n", 0, false, "");
	last_is("", 3, false, "");
	last_is("\n\n\n", 2, false, "\n\n");
}
END_TEST

START_TEST(a_line_that_began_before_the_text_is_left_out)
{
	last_is("rest\nb\n", 5, true, "b\n");
	last_is("rest\nb\nc\n", 1, true, "c\n");
	last_is("rest", 1, true, "");
}
END_TEST

/* --- tame --- */

static void tamed(const char *text, unsigned flags, const char *expected)
{
	struct strbuf sb = { 0 };

	tame_add(&sb, text, strlen(text), flags);
	ck_assert_str_eq(strbuf_str(&sb), expected);
	strbuf_done(&sb);
}

START_TEST(control_characters_are_shown_not_done)
{
	tamed("a\033[2Jb\rc\a\x7f", 0, "a^[[2Jb^Mc^G^?");
	tamed("a\tb", 0, "a^Ib");
	tamed("a\tb\n", TAME_TABS, "a\tb^J");
	tamed("\xc2\x9b" "2J", TAME_COLOURS, "\xef\xbf\xbd" "2J");
}
END_TEST

START_TEST(colours_may_pass_and_end)
{
	tamed("\033[1;31mred\033[m", TAME_COLOURS, "\033[1;31mred\033[m\033[0m");
	tamed("\033[31mred", 0, "^[[31mred");
	tamed("\033[31;H\033[3", TAME_COLOURS, "^[[31;H^[[3");
	tamed("\033]0;title\007", TAME_COLOURS, "^[]0;title^G");
	tamed("\033[?25m\033[38:5:1m", TAME_COLOURS, "^[[?25m^[[38:5:1m");
}
END_TEST

START_TEST(what_is_no_utf8_is_replaced)
{
	tamed("Malm\xc3\xb6 \xff\xc3", 0, "Malm\xc3\xb6 \xef\xbf\xbd\xef\xbf\xbd");
	tamed("\033\xff\n", TAME_CONTROLS, "\033\xef\xbf\xbd\n");
}
END_TEST

START_TEST(text_is_cut_between_characters_by_its_width)
{
	ck_assert_ptr_nonnull(setlocale(LC_CTYPE, "C.UTF-8"));
	ck_assert_uint_eq(tame_width("gr\xc3\xbcn", 5), 4);
	ck_assert_uint_eq(tame_cut("gr\xc3\xbcn", 3), 4);
	ck_assert_uint_eq(tame_cut("abc", 0), 0);
	ck_assert_uint_eq(tame_cut("abc", 9), 3);
	/* Two columns each; then one that takes none, and stays with its letter. */
	ck_assert_uint_eq(tame_width("\xe6\xbc\xa2\xe5\xad\x97", 6), 4);
	ck_assert_uint_eq(tame_cut("\xe6\xbc\xa2\xe5\xad\x97", 3), 3);
	ck_assert_uint_eq(tame_cut("e\xcc\x81x", 1), 3);
}
END_TEST

/* --- events --- */

static void note_event(void *arg, const char *data, size_t n)
{
	ck_assert_uint_eq(strlen(data), n);
	strbuf_addf(arg, "<%s>", data);
}

/* The events of the stream, in angles, however it is cut. */
static void events_are(const char *stream, const char *expected)
{
	for (size_t piece = 1; piece <= strlen(stream); piece++) {
		struct strbuf seen = { 0 };
		struct sse s;

		sse_init(&s, note_event, &seen);
		for (size_t at = 0, n; at < strlen(stream); at += n) {
			n = strlen(stream) - at < piece ? strlen(stream) - at : piece;
			ck_assert_int_eq(sse_feed(&s, stream + at, n), 0);
		}
		ck_assert_str_eq(strbuf_str(&seen), expected);
		sse_done(&s);
		strbuf_done(&seen);
	}
}

START_TEST(an_event_is_its_data_up_to_an_empty_line)
{
	events_are("id: 7\nevent: X\ndata: one\n\ndata:two\n\n", "<one><two>");
	events_are("data: a\ndata:  b\ndata\n\n", "<a\n b\n>");
	events_are("data: a\r\n\r\n", "<a>");
}
END_TEST

START_TEST(what_has_no_data_or_no_end_is_no_event)
{
	events_are(": hello\n\nid: 1\n\nretry: 5\n\ndatabase: x\n\n\n\n", "");
	events_are("data: half\nda", "");
}
END_TEST

START_TEST(data_without_end_is_left_out)
{
	struct strbuf seen = { 0 };
	struct sse s;
	char *piece = malloc(LINES_LONGEST);

	memset(piece, 'x', LINES_LONGEST);
	memcpy(piece, "data: ", 6);
	piece[LINES_LONGEST - 1] = '\n';
	sse_init(&s, note_event, &seen);
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(sse_feed(&s, piece, LINES_LONGEST), 0);
	ck_assert_uint_le(s.data.cap, 4 * SSE_DATA_MAX);
	ck_assert_int_eq(sse_feed(&s, "\ndata: next\n\n", 14), 0);
	ck_assert_str_eq(strbuf_str(&seen), "<next>");
	sse_done(&s);
	strbuf_done(&seen);
	free(piece);
}
END_TEST

START_TEST(a_line_without_end_is_no_data)
{
	struct strbuf seen = { 0 };
	char *piece = malloc(LINES_LONGEST);
	struct sse s;

	memset(piece, 'x', LINES_LONGEST);
	memcpy(piece, "data: ", 6);
	sse_init(&s, note_event, &seen);
	ck_assert_int_eq(sse_feed(&s, piece, LINES_LONGEST), 0);
	ck_assert_int_eq(sse_feed(&s, "data: false\n\ndata: true\n\n", 26), 0);
	ck_assert_str_eq(strbuf_str(&seen), "<true>");
	sse_done(&s);
	strbuf_done(&seen);
	free(piece);
}
END_TEST

static void event_is_shown(json_t *event, bool coloured, const char *expected)
{
	struct strbuf sb = { 0 };

	setenv("TZ", "UTC", 1);
	eventline_add(&sb, event, coloured);
	ck_assert_str_eq(strbuf_str(&sb), expected);
	strbuf_done(&sb);
	json_decref(event);
}

START_TEST(an_event_is_a_line_of_columns)
{
	event_is_shown(json_pack("{s:i, s:s, s:f, s:s, s:s, s:s, s:i}", "serial", 3, "type",
				 "PROCESS_STATE_RUNNING", "at", 1700000000.25, "group", "web",
				 "process", "w1", "from_state", "STARTING", "pid", 77), false,
		       "2023-11-14 22:13:20  PROCESS_STATE_RUNNING     web:w1            "
		       "from_state=STARTING  pid=77");
	event_is_shown(json_pack("{s:s, s:i, s:s}", "type", "PROCESS_STATE_FATAL", "at", 0,
				 "group", "cat"), true,
		       "1970-01-01 00:00:00  \033[31mPROCESS_STATE_FATAL\033[0m       cat");
}
END_TEST

START_TEST(an_event_can_harm_no_terminal)
{
	event_is_shown(json_pack("{s:s, s:i, s:s, s:s, s:s, s:s}", "type", "A\033B", "at", 0,
				 "group", "\033", "process", "x", "k\a", "\n", "data",
				 "1\n\033[2J"), false,
		       "1970-01-01 00:00:00  A^[B                      ^[:x            "
		       "  k^G=^J  1^J^[[2J");
	event_is_shown(json_object(), false, "1970-01-01 00:00:00");
}
END_TEST

/* --- log files --- */

struct find_box {
	struct procinfo_list infos;
	struct logfiles files;
	struct words unknown, none;
};

/* of: "group:name path" of each, NULL at the end; names: split at blanks. */
static void find(struct find_box *b, const char *const *of, const char *names)
{
	json_t *all = json_array();
	struct words words = { 0 };
	struct err err;

	memset(b, 0, sizeof(*b));
	for (; *of; of++) {
		const char *colon = strchr(*of, ':'), *blank = strchr(*of, ' ');

		json_array_append_new(all, json_pack(
			"{s:s#, s:s#, s:s, s:s, s:i, s:i, s:s}", "group", *of, (int)(colon - *of),
			"name", colon + 1, (int)(blank - colon - 1), "statename", "RUNNING",
			"description", "", "state", 20, "pid", 7, "stdout_logfile", blank + 1));
	}
	ck_assert_int_eq(procinfo_list_read(all, &b->infos, &err), 0);
	json_decref(all);
	ck_assert_int_eq(words_split(&words, names), 0);
	ck_assert_int_eq(logfiles_find(&b->infos, &words, "stdout", &b->files, &b->unknown,
				       &b->none), 0);
	words_done(&words);
}

static void find_done(struct find_box *b)
{
	procinfo_list_done(&b->infos);
	logfiles_done(&b->files);
	words_done(&b->unknown);
	words_done(&b->none);
}

/* The labels of what is found, a comma and a blank between them. */
static void labels_are(const char *const *of, const char *names, const char *expected)
{
	struct find_box b;
	struct strbuf labels = { 0 };

	find(&b, of, names);
	for (size_t i = 0; i < b.files.n; i++)
		strbuf_addf(&labels, "%s%s", i ? ", " : "", b.files.list[i].label);
	ck_assert_str_eq(strbuf_str(&labels), expected);
	strbuf_done(&labels);
	find_done(&b);
}

START_TEST(names_groups_and_globs_mean_logs)
{
	static const char *const of[] = { "cat:cat /c", "web:w1 /1", "web:w2 /2", "www:x /x",
					  NULL };

	labels_are(of, "cat", "cat");
	labels_are(of, "web:w1 cat", "cat, web:w1");
	labels_are(of, "web:*", "web:w1, web:w2");
	labels_are(of, "web:", "web:w1, web:w2");
	labels_are(of, "w*:*", "web:w1, web:w2, www:x");
	labels_are(of, "web:w[2-9]", "web:w2");
	labels_are(of, "all cat", "cat, web:w1, web:w2, www:x");
	labels_are(of, "c", "");
}
END_TEST

START_TEST(a_shared_file_is_found_once_and_called_after_its_users)
{
	labels_are((const char *[]){ "web:w1 /w", "web:w2 /w", NULL }, "all", "web:*");
	labels_are((const char *[]){ "a:a /s", "b:b /s", "c:c /c", NULL }, "all", "a,b, c");
	labels_are((const char *[]){ "a:a /s", "b:b /s", "c:c /s", "d:d /s", "e:e /s", NULL },
		   "all", "a,b,c,+2");
	labels_are((const char *[]){ "web:w1 /w", "web:w2 /w", NULL }, "web:w2", "web:w2");
}
END_TEST

START_TEST(what_means_nobody_and_who_has_no_file_is_told)
{
	static const char *const of[] = { "cat:cat /c", "web:w1 ", NULL };
	struct find_box b;

	find(&b, of, "dog all do*");
	ck_assert_uint_eq(b.files.n, 1);
	ck_assert_str_eq(b.files.list[0].full_name, "cat:cat");
	ck_assert_uint_eq(b.unknown.n, 2);
	ck_assert_str_eq(b.unknown.list[0], "dog");
	ck_assert_uint_eq(b.none.n, 1);
	ck_assert_str_eq(b.none.list[0], "web:w1");
	find_done(&b);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("svctl_text");
	TCase *tc = tcase_create("text");
	SRunner *runner = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, tc);
	tcase_add_test(tc, lines_are_given_out_when_they_are_whole);
	tcase_add_test(tc, a_log_that_was_cleared_begins_a_line);
	tcase_add_test(tc, a_line_without_end_comes_in_parts);
	tcase_add_test(tc, the_last_lines_are_found_from_behind);
	tcase_add_test(tc, a_line_that_began_before_the_text_is_left_out);
	tcase_add_test(tc, control_characters_are_shown_not_done);
	tcase_add_test(tc, colours_may_pass_and_end);
	tcase_add_test(tc, what_is_no_utf8_is_replaced);
	tcase_add_test(tc, text_is_cut_between_characters_by_its_width);
	tcase_add_test(tc, an_event_is_its_data_up_to_an_empty_line);
	tcase_add_test(tc, what_has_no_data_or_no_end_is_no_event);
	tcase_add_test(tc, data_without_end_is_left_out);
	tcase_add_test(tc, a_line_without_end_is_no_data);
	tcase_add_test(tc, an_event_is_a_line_of_columns);
	tcase_add_test(tc, an_event_can_harm_no_terminal);
	tcase_add_test(tc, names_groups_and_globs_mean_logs);
	tcase_add_test(tc, a_shared_file_is_found_once_and_called_after_its_users);
	tcase_add_test(tc, what_means_nobody_and_who_has_no_file_is_told);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
