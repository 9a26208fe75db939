/* test_create.c - the log file that is made when there is none */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "logd/create.h"
#include "logd/spec.h"

static char dir[] = "/tmp/svd-test-create-XXXXXX";
static struct sink_rules rules;
static struct stat st;

static void make_dir(void)
{
	ck_assert_ptr_nonnull(mkdtemp(dir));
}

static void empty_dir(void)
{
	static const char *const all[] = { "a", "b", "c", "d/e/a", "d/e", "d" };

	ck_assert_int_eq(chdir(dir), 0);
	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		(void)remove(all[i]);
}

static void remove_dir(void)
{
	empty_dir();
	ck_assert_int_eq(chdir("/"), 0);
	ck_assert_int_eq(rmdir(dir), 0);
}

static void begin(void)
{
	empty_dir();
	umask(022);
	rules = (struct sink_rules){ .mode = 0644, .uid = (uid_t)-1, .gid = (gid_t)-1 };
}

/* 0 or -errno; st is what is open then. */
static int create(const char *name)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = create_open(path, O_RDWR | O_CLOEXEC, &rules);
	if (fd < 0)
		return fd;
	ck_assert_int_eq(fstat(fd, &st), 0);
	close(fd);
	return 0;
}

static unsigned bits(const char *name)
{
	ck_assert_int_eq(lstat(name, &st), 0);
	return st.st_mode & 07777;
}

START_TEST(the_mode_is_as_said_whatever_the_umask)
{
	umask(077);
	rules.mode = 0664;
	ck_assert_int_eq(create("a"), 0);
	ck_assert_uint_eq(bits("a"), 0664);
	umask(0);
	rules.mode = 0600;
	ck_assert_int_eq(create("b"), 0);
	ck_assert_uint_eq(bits("b"), 0600);
} END_TEST

START_TEST(a_file_that_is_there_stays_as_it_is)
{
	rules.mode = 0600;
	ck_assert_int_eq(create("a"), 0);
	rules.mode = 0666;
	rules.uid = 1;
	ck_assert_int_eq(create("a"), 0);
	ck_assert_uint_eq(bits("a"), 0600);
	ck_assert_uint_eq(st.st_uid, getuid());
} END_TEST

START_TEST(a_directory_that_is_missing_is_made_if_that_is_wanted)
{
	ck_assert_int_eq(create("d/e/a"), -ENOENT);
	ck_assert_int_eq(access("d", F_OK), -1);
	umask(077);
	rules.mkdir = true;
	ck_assert_int_eq(create("d/e/a"), 0);
	ck_assert_uint_eq(bits("d"), 0755);
	ck_assert_uint_eq(bits("d/e"), 0755);
	ck_assert_uint_eq(bits("d/e/a"), 0644);
} END_TEST

START_TEST(what_is_in_the_way_is_said)
{
	rules.mkdir = true;
	ck_assert_int_eq(create("d"), 0);
	ck_assert_int_eq(create("d/e/a"), -ENOTDIR);
} END_TEST

START_TEST(a_link_to_nothing_gets_its_file)
{
	rules.uid = 1;
	ck_assert_int_eq(symlink("b", "a"), 0);
	ck_assert_int_eq(create("a"), 0);
	ck_assert_uint_eq(bits("b"), 0644);
	ck_assert_uint_eq(st.st_uid, getuid());
} END_TEST

/* Only root can give anything away; for others to give it themselves is nothing. */
START_TEST(what_was_made_has_the_owner_that_is_wanted)
{
	const struct passwd *nobody = getpwnam("nobody");
	bool is_root = getuid() == 0;

	ck_assert_ptr_nonnull(nobody);
	rules.mkdir = true;
	rules.mode = 0640;
	rules.uid = is_root ? nobody->pw_uid : getuid();
	rules.gid = is_root ? nobody->pw_gid : getgid();
	ck_assert_int_eq(create("d/e/a"), 0);
	for (const char *const *name = (const char *const[]){ "d", "d/e", "d/e/a", NULL }; *name;
	     name++) {
		bits(*name);
		ck_assert_uint_eq(st.st_uid, rules.uid);
		ck_assert_uint_eq(st.st_gid, rules.gid);
	}
	ck_assert_uint_eq(bits("d/e/a"), 0640);
} END_TEST

START_TEST(a_group_alone_can_be_wanted)
{
	rules.gid = getgid();
	ck_assert_int_eq(create("a"), 0);
	ck_assert_uint_eq(st.st_uid, getuid());
	ck_assert_uint_eq(st.st_gid, getgid());
} END_TEST

START_TEST(a_file_that_cannot_be_given_away_is_ours)
{
	if (getuid() == 0)
		return;		/* there is nobody to whom root could not */
	rules.uid = 0;
	ck_assert_int_eq(create("a"), 0);
	ck_assert_uint_eq(st.st_uid, getuid());
} END_TEST

int main(void)
{
	Suite *s = suite_create("create");
	TCase *tc = tcase_create("create");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_unchecked_fixture(tc, make_dir, remove_dir);
	tcase_add_checked_fixture(tc, begin, empty_dir);
	tcase_add_test(tc, the_mode_is_as_said_whatever_the_umask);
	tcase_add_test(tc, a_file_that_is_there_stays_as_it_is);
	tcase_add_test(tc, a_directory_that_is_missing_is_made_if_that_is_wanted);
	tcase_add_test(tc, what_is_in_the_way_is_said);
	tcase_add_test(tc, a_link_to_nothing_gets_its_file);
	tcase_add_test(tc, what_was_made_has_the_owner_that_is_wanted);
	tcase_add_test(tc, a_group_alone_can_be_wanted);
	tcase_add_test(tc, a_file_that_cannot_be_given_away_is_ours);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
