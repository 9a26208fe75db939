/* test_base.c - the small parts of floor 1 */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"
#include "base/strbuf.h"

START_TEST(an_error_keeps_its_code_and_gets_prefixes)
{
	struct err err;

	ck_assert_int_eq(err_set(&err, -ENOENT, "no %s", "file"), -ENOENT);
	ck_assert_int_eq(err_wrap(&err, "line %d", 7), -ENOENT);
	ck_assert_str_eq(err.text, "line 7: no file");
	ck_assert_int_eq(err_set(NULL, -EIO, "unheard"), -EIO);
} END_TEST

START_TEST(an_error_that_is_too_long_is_cut)
{
	char text[4096];
	struct err err;

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	err_set(&err, -EIO, "%s", text);
	err_wrap(&err, "%s", text);
	ck_assert_uint_eq(strlen(err.text), sizeof(err.text) - 1);
	for (size_t pad = 0; pad < 4; pad++) {
		char euros[2000] = "xxx";

		for (size_t n = pad; n + 3 < sizeof(euros); n += 3)
			memcpy(euros + n, "\xe2\x82\xac", 4);
		err_set(&err, -1, "%s", euros);
		ck_assert_uint_eq((strlen(err.text) - pad) % 3, 0);
		ck_assert_uint_gt(strlen(err.text), sizeof(err.text) - 4);
	}
} END_TEST

START_TEST(a_string_grows_and_gives_up_its_front)
{
	struct strbuf sb = { 0 };
	char *s;

	ck_assert_str_eq(strbuf_str(&sb), "");
	for (int i = 0; i < 1000; i++)
		strbuf_addf(&sb, "%03d,", i);
	ck_assert_uint_eq(sb.len, 4000);
	strbuf_consume(&sb, 3996);
	ck_assert_str_eq(strbuf_str(&sb), "999,");
	strbuf_addc(&sb, '!');
	s = strbuf_steal(&sb);
	ck_assert_str_eq(s, "999,!");
	free(s);
	ck_assert_uint_eq(sb.len, 0);
} END_TEST

START_TEST(a_failed_allocation_sticks_until_the_end)
{
	struct strbuf sb = { 0 };

	strbuf_adds(&sb, "before");
	ck_assert(!strbuf_reserve(&sb, (size_t)1 << 62));
	strbuf_adds(&sb, "after");
	ck_assert_ptr_null(strbuf_str(&sb));
	ck_assert_ptr_null(strbuf_steal(&sb));
} END_TEST

START_TEST(an_arena_holds_small_and_large_things)
{
	struct arena *a = arena_new();
	char *first = arena_strdup(a, "first"), *big = arena_alloc(a, 1 << 20);

	for (int i = 0; i < 10000; i++)
		ck_assert_ptr_nonnull(arena_printf(a, "%d", i));
	memset(big, 1, 1 << 20);
	ck_assert_str_eq(first, "first");
	ck_assert_str_eq(arena_strndup(a, "abcdef", 3), "abc");
	arena_free(a);
} END_TEST

START_TEST(descriptors_from_a_number_on_close_at_exec)
{
	int fd = open("/dev/null", O_RDONLY), high = fcntl(fd, F_DUPFD, 100);

	ck_assert_int_eq(fd_cloexec_from(fd), 0);
	ck_assert_int_eq(fcntl(fd, F_GETFD), FD_CLOEXEC);
	ck_assert_int_eq(fcntl(high, F_GETFD), FD_CLOEXEC);
	close_fd(&high);
	close_fd(&fd);
	ck_assert_int_eq(fd, -1);
} END_TEST

int main(void)
{
	Suite *s = suite_create("base");
	TCase *tc = tcase_create("base");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_test(tc, an_error_keeps_its_code_and_gets_prefixes);
	tcase_add_test(tc, an_error_that_is_too_long_is_cut);
	tcase_add_test(tc, a_string_grows_and_gives_up_its_front);
	tcase_add_test(tc, a_failed_allocation_sticks_until_the_end);
	tcase_add_test(tc, an_arena_holds_small_and_large_things);
	tcase_add_test(tc, descriptors_from_a_number_on_close_at_exec);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
