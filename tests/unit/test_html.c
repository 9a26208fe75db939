/* test_html.c - text in pages, templates, and tokens */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "httpd/assets.h"
#include "httpd/html.h"
#include "httpd/template.h"
#include "httpd/token.h"

static struct strbuf sb;

static void done(void)
{
	strbuf_done(&sb);
}

static const char *shown(const char *text)
{
	strbuf_reset(&sb);
	html_adds(&sb, text);
	return strbuf_str(&sb);
}

static const char *value(const char *text)
{
	strbuf_reset(&sb);
	html_add_value(&sb, text);
	return strbuf_str(&sb);
}

START_TEST(text_is_no_markup)
{
	ck_assert_str_eq(shown("<b a=\"x\" c='y'>&amp;</b>"),
			 "&lt;b a=&quot;x&quot; c=&#39;y&#39;&gt;&amp;amp;&lt;/b&gt;");
	ck_assert_str_eq(value("<\"'&>"), "&lt;&quot;&#39;&amp;&gt;");
	ck_assert_str_eq(shown(NULL), "");
	ck_assert_str_eq(shown("plain \xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\t\n"),
			 "plain \xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\t\n");
} END_TEST

START_TEST(what_could_deceive_is_replaced_where_it_is_shown)
{
	ck_assert_str_eq(shown("a\x1b[2J\x7f"), "a\xef\xbf\xbd[2J\xef\xbf\xbd");
	ck_assert_str_eq(shown("\xe2\x80\xae" "x"), "\xef\xbf\xbdx");	/* U+202E */
	ck_assert_str_eq(shown("\xe2\x81\xa6"), "\xef\xbf\xbd");	/* U+2066 */
	ck_assert_str_eq(shown("\xd8\x9c"), "\xef\xbf\xbd");		/* U+061C */
	ck_assert_str_eq(shown("\xc2\x85"), "\xef\xbf\xbd");		/* U+0085 */
	/* Hebrew is no trick. */
	ck_assert_str_eq(shown("\xd7\xa9\xd7\x9c"), "\xd7\xa9\xd7\x9c");
	ck_assert_str_eq(shown("\xff" "a\xc3"), "\xef\xbf\xbd" "a\xef\xbf\xbd");
} END_TEST

START_TEST(values_stay_as_they_are)
{
	ck_assert_str_eq(value("\xe2\x80\xae" "x\x01"), "\xe2\x80\xae" "x\x01");
	ck_assert_str_eq(value("\xff"), "\xef\xbf\xbd");
} END_TEST

START_TEST(queries_are_quoted)
{
	strbuf_reset(&sb);
	html_add_query(&sb, "web:a b&c=\"<\xc3\xa4/%");
	ck_assert_str_eq(strbuf_str(&sb), "web:a%20b%26c%3D%22%3C%C3%A4%2F%25");
} END_TEST

START_TEST(gaps_are_filled_and_unknown_ones_go)
{
	const struct filling name = { .key = "name", .value = "a\"b" };

	strbuf_reset(&sb);
	template_add(&sb, "select.html", &name, 1);
	ck_assert_str_eq(strbuf_str(&sb), "<input type=\"checkbox\" name=\"p\" value=\"a&quot;b\" "
			 "aria-label=\"select a&quot;b\">\n");
	strbuf_reset(&sb);
	template_add(&sb, "select.html", NULL, 0);
	ck_assert_str_eq(strbuf_str(&sb), "<input type=\"checkbox\" name=\"p\" value=\"\" "
			 "aria-label=\"select \">\n");
} END_TEST

START_TEST(every_file_of_the_pages_is_whole)
{
	ck_assert_ptr_null(asset_find("no-such"));
	ck_assert_ptr_nonnull(asset_find("page.js"));
	for (const struct asset *a = assets; a->name; a++)
		ck_assert_uint_eq(strlen(a->data), a->n);
} END_TEST

START_TEST(a_token_is_of_one_user_of_one_server_of_one_svd)
{
	char token[TOKEN_LEN + 1], other[TOKEN_LEN + 1];

	token_make(token, "secret", 1, "alice");
	ck_assert_uint_eq(strlen(token), TOKEN_LEN);
	ck_assert(token_is_good(token, "secret", 1, "alice"));
	ck_assert(!token_is_good(token, "secret", 1, "alic"));
	ck_assert(!token_is_good(token, "secret", 1, NULL));
	ck_assert(!token_is_good(token, "secret", 2, "alice"));
	ck_assert(!token_is_good(token, "secret1", 1, "alice"));
	token_make(other, "secret", 1, NULL);
	ck_assert(token_is_good(other, "secret", 1, NULL));
	ck_assert(!token_is_good(other, "secret", 1, ""));
	token[0] = token[0] == '0' ? '1' : '0';
	ck_assert(!token_is_good(token, "secret", 1, "alice"));
} END_TEST

START_TEST(without_a_secret_no_token_is_good)
{
	char token[TOKEN_LEN + 1];

	token_make(token, NULL, 1, "alice");
	ck_assert_str_eq(token, "");
	ck_assert(!token_is_good(token, NULL, 1, "alice"));
	ck_assert(!token_is_good("", "", 1, "alice"));
	ck_assert(!token_is_good(NULL, "secret", 1, "alice"));
} END_TEST

int main(void)
{
	Suite *suite = suite_create("html");
	TCase *tc = tcase_create("html");
	SRunner *sr = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tc, NULL, done);
	tcase_add_test(tc, text_is_no_markup);
	tcase_add_test(tc, what_could_deceive_is_replaced_where_it_is_shown);
	tcase_add_test(tc, values_stay_as_they_are);
	tcase_add_test(tc, queries_are_quoted);
	tcase_add_test(tc, gaps_are_filled_and_unknown_ones_go);
	tcase_add_test(tc, every_file_of_the_pages_is_whole);
	tcase_add_test(tc, a_token_is_of_one_user_of_one_server_of_one_svd);
	tcase_add_test(tc, without_a_secret_no_token_is_good);
	suite_add_tcase(suite, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
