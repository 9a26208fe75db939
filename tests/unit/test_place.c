/* test_place.c - the daemon's place on the machine: pidfile and sockets are never stolen */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/fd.h"
#include "conf/config.h"
#include "svd/listen.h"
#include "svd/pidfile.h"

static char dir[64], path[128];
static struct err err;

static void setup(void)
{
	strcpy(dir, "/tmp/svd-test-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/file", dir);
}

static void clean(void)
{
	unlink(path);
}

/* By the runner itself, so that nothing stays when a test aborts. */
static void teardown(void)
{
	clean();
	rmdir(dir);
}

START_TEST(a_locked_pidfile_is_refused_and_untouched)
{
	char text[16] = "";
	int fd, other;
	FILE *f;

	ck_assert_int_eq(pidfile_lock(path, &fd, &err), 0);
	ck_assert_int_eq(pidfile_write(fd), 0);
	ck_assert_int_eq(pidfile_lock(path, &other, &err), -EAGAIN);
	f = fopen(path, "r");
	ck_assert_ptr_nonnull(fgets(text, sizeof(text), f));
	fclose(f);
	ck_assert_int_eq(atoi(text), getpid());
	pidfile_remove(path, fd);
	ck_assert_int_eq(access(path, F_OK), -1);
	close_fd(&fd);
} END_TEST

START_TEST(a_stale_pidfile_is_taken)
{
	FILE *f = fopen(path, "w");
	int fd;

	fputs("999999\n", f);
	fclose(f);
	ck_assert_int_eq(pidfile_lock(path, &fd, &err), 0);
	close_fd(&fd);
} END_TEST

START_TEST(a_pidfile_that_is_a_device_is_left_alone)
{
	int fd;

	ck_assert_int_eq(pidfile_lock("/dev/null", &fd, &err), -EINVAL);
	ck_assert_int_eq(access("/dev/null", F_OK), 0);
} END_TEST

START_TEST(a_pidfile_of_another_is_not_removed)
{
	int fd;

	ck_assert_int_eq(pidfile_lock(path, &fd, &err), 0);
	unlink(path);
	fclose(fopen(path, "w"));
	pidfile_remove(path, fd);
	ck_assert_int_eq(access(path, F_OK), 0);
	close_fd(&fd);
} END_TEST

static struct server_config a_server(void)
{
	return (struct server_config){ .kind = SERVER_UNIX, .path = path, .chmod = 0700,
				       .uid = (uid_t)-1, .gid = (gid_t)-1, .where = "x.conf:1" };
}

START_TEST(a_socket_gets_its_mode_and_goes_with_us)
{
	struct server_config server = a_server();
	struct bound bound;
	struct stat st;

	server.chmod = 0770;
	ck_assert_int_eq(listen_open(&server, NULL, 0, &bound, &err), 0);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(st.st_mode & 0777, 0770);
	listen_close(&server, &bound);
	ck_assert_int_eq(access(path, F_OK), -1);
} END_TEST

START_TEST(a_living_socket_is_not_taken_and_a_dead_one_is)
{
	struct server_config server = a_server();
	struct bound first, second;

	ck_assert_int_eq(listen_open(&server, NULL, 0, &first, &err), 0);
	ck_assert_int_eq(listen_open(&server, NULL, 0, &second, &err), -EADDRINUSE);
	ck_assert_ptr_nonnull(strstr(err.text, "x.conf:1: "));
	ck_assert_ptr_nonnull(strstr(err.text, "another program is already listening"));
	close_fd(&first.fd);
	ck_assert_int_eq(listen_open(&server, NULL, 0, &second, &err), 0);
	listen_close(&server, &first);		/* the file is the second one's by now */
	ck_assert_int_eq(access(path, F_OK), 0);
	listen_close(&server, &second);
	ck_assert_int_eq(access(path, F_OK), -1);
} END_TEST

START_TEST(a_file_that_is_no_socket_is_left_alone)
{
	struct server_config server = a_server();
	struct bound bound;

	fclose(fopen(path, "w"));
	ck_assert_int_eq(listen_open(&server, NULL, 0, &bound, &err), -EEXIST);
	ck_assert_int_eq(access(path, F_OK), 0);
} END_TEST

START_TEST(a_path_that_is_too_long_is_refused)
{
	struct server_config server = a_server();
	struct bound bound;
	char name[200];

	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	server.path = name;
	ck_assert_int_eq(listen_open(&server, NULL, 0, &bound, &err), -ENAMETOOLONG);
} END_TEST

int main(void)
{
	Suite *s = suite_create("place");
	TCase *tc = tcase_create("place");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_unchecked_fixture(tc, setup, teardown);
	tcase_add_checked_fixture(tc, clean, NULL);
	tcase_add_test(tc, a_locked_pidfile_is_refused_and_untouched);
	tcase_add_test(tc, a_stale_pidfile_is_taken);
	tcase_add_test(tc, a_pidfile_that_is_a_device_is_left_alone);
	tcase_add_test(tc, a_pidfile_of_another_is_not_removed);
	tcase_add_test(tc, a_socket_gets_its_mode_and_goes_with_us);
	tcase_add_test(tc, a_living_socket_is_not_taken_and_a_dead_one_is);
	tcase_add_test(tc, a_file_that_is_no_socket_is_left_alone);
	tcase_add_test(tc, a_path_that_is_too_long_is_refused);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
