/* test_oldfile.c - old files in all their forms, and what a kill at any moment leaves of them */
#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"
#include "logd/oldfile.h"
#include "logd/rotate.h"
#include "logd/spec.h"

/* --- a kill after so many steps: these are linked instead of the C library's --- */

int __real_rename(const char *from, const char *to);
int __real_unlink(const char *path);
int __wrap_rename(const char *from, const char *to);
int __wrap_unlink(const char *path);

enum { FOREVER = 1000, KILLED = 9 };
static int steps_left = FOREVER;

static void step(void)
{
	if (steps_left-- == 0)
		_exit(KILLED);
}

int __wrap_rename(const char *from, const char *to)
{
	step();
	return __real_rename(from, to);
}

int __wrap_unlink(const char *path)
{
	step();
	return __real_unlink(path);
}

/* True when fn was killed after that many steps, false when it needed fewer. */
static bool killed_after(int steps, void (*fn)(void))
{
	pid_t pid = fork();
	int status;

	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		steps_left = steps;
		fn();
		_exit(0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status));
	return WEXITSTATUS(status) == KILLED;
}

/* --- a directory, written as the names of its files and their texts: "log=5 log.1=4" --- */

static char dir[] = "/tmp/svd-test-oldfile-XXXXXX";

static void make_dir(void)
{
	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert_int_eq(chdir(dir), 0);
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_ours(const struct dirent *d)
{
	return strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0;
}

static void append_entry(char *text, size_t len, const char *name)
{
	size_t used = strlen(text);
	char content[32] = "";
	int fd = open(name, O_RDONLY);

	ck_assert_int_ge(read(fd, content, sizeof(content) - 1), 0);
	close_fd(&fd);
	snprintf(text + used, len - used, "%s%s=%s", used ? " " : "", name, content);
}

static const char *listing(void)
{
	static char text[1024];
	struct dirent **names;
	int n = scandir(".", &names, is_ours, by_name);

	text[0] = '\0';
	for (int i = 0; i < n; i++) {
		append_entry(text, sizeof(text), names[i]->d_name);
		free(names[i]);
	}
	free(names);
	return text;
}

static void begin(void)
{
	struct dirent **names;
	int n = scandir(".", &names, is_ours, by_name);

	steps_left = FOREVER;
	for (int i = 0; i < n; i++) {
		(void)remove(names[i]->d_name);
		free(names[i]);
	}
	free(names);
}

static void remove_dir(void)
{
	begin();
	ck_assert_int_eq(chdir("/"), 0);
	ck_assert_int_eq(rmdir(dir), 0);
}

static void make_file(const char *name, const char *content)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_EXCL, 0644);

	ck_assert_int_eq(write(fd, content, strlen(content)), (ssize_t)strlen(content));
	close_fd(&fd);
}

/* Its text tells its age: 5 is younger than 4. */
static void set_time(const char *name, int second)
{
	struct timespec times[2] = { { second, 7 }, { second, 7 } };

	ck_assert_int_eq(utimensat(AT_FDCWD, name, times, 0), 0);
}

static void make(const char *files)
{
	char copy[512], *rest = copy, *entry;

	begin();
	snprintf(copy, sizeof(copy), "%s", files);
	while ((entry = strsep(&rest, " "))) {
		char *content = strchr(entry, '=');

		*content++ = '\0';
		make_file(entry, content);
		set_time(entry, atoi(content));
	}
}

static unsigned backups;

static void rotate(void)
{
	ck_assert_int_eq(rotate_files("log", backups), 0);
}

START_TEST(an_old_file_has_its_number_after_a_dot)
{
	char name[14];

	ck_assert_int_eq(old_name(name, sizeof(name), "a.log", 123, COMPRESS_NONE), 0);
	ck_assert_str_eq(name, "a.log.123");
	ck_assert_int_eq(old_name(name, sizeof(name), "a.log", 123, COMPRESS_ZSTD), 0);
	ck_assert_str_eq(name, "a.log.123.zst");
	ck_assert_int_eq(old_name(name, sizeof(name), "a.log", 1234, COMPRESS_ZSTD), -ENAMETOOLONG);
} END_TEST

/* --- the chain --- */

static const struct {
	unsigned    backups;
	const char *before, *after;
} rotations[] = {
	{ 3, "log=5", "log.1=5" },
	{ 3, "log=5 log.1.gz=4", "log.1=5 log.2.gz=4" },
	{ 3, "log=5 log.1.gz=4 log.2.zst=3", "log.1=5 log.2.gz=4 log.3.zst=3" },
	{ 3, "log=5 log.1=4 log.2.gz=3 log.3.gz=2", "log.1=5 log.2=4 log.3.gz=3" },
	{ 3, "log=5 log.1.zst=4 log.2.zst=3 log.3.gz=2", "log.1=5 log.2.zst=4 log.3.zst=3" },
	{ 2, "log=5 log.1=4 log.2.gz=3 log.3.gz=2", "log.1=5 log.2=4 log.3.gz=2" },
	{ 1, "log=5 log.1.gz=4", "log.1=5" },
	{ 1, "log=5 log.1=4 log.1.gz=3", "log.1=5" },
	{ 4, "log=5 log.2.gz=3 log.3=2", "log.1=5 log.2.gz=3 log.3=2" },
	{ 4, "log=5 log.1.gz=4 log.3=2", "log.1=5 log.2.gz=4 log.3=2" },
	/* A double, of a kill in old_press_end; and what others have put there. */
	{ 3, "log=5 log.1=4 log.1.gz=4", "log.1=5 log.2.gz=4" },
	{ 3, "log=5 log.1=4 log.1.gz=3", "log.1=5 log.2=4 log.2.gz=3" },
};

START_TEST(old_files_of_all_forms_move_together)
{
	make(rotations[_i].before);
	backups = rotations[_i].backups;
	rotate();
	ck_assert_str_eq(listing(), rotations[_i].after);
} END_TEST

static int count(const char *content)
{
	int n = 0;

	for (const char *p = listing(); (p = strchr(p, '=')); p++)
		n += p[1] == content[0];
	return n;
}

/* With a number free, nothing is given up, whenever we are killed and however often. */
START_TEST(killed_at_any_step_nothing_is_lost_and_the_next_rotation_repairs_it)
{
	int steps = 0;

	backups = 6;
	do {
		make("log=5 log.1=4 log.2.gz=3 log.3.zst=2 log.4=1");
		if (!killed_after(steps, rotate))
			break;
		for (char c[] = "1"; *c <= '5'; ++*c)
			ck_assert_int_eq(count(c), 1);
		/* The next svd-logd makes the file anew, unless it was not moved. */
		if (access("log", F_OK) < 0)
			make_file("log", "6");
		rotate();
		for (char c[] = "1"; *c <= '5'; ++*c)
			ck_assert_int_eq(count(c), 1);
		ck_assert_int_eq(access("log.1", F_OK), 0);
		ck_assert(old_is_there("log", 2) && old_is_there("log", 5));
	} while (++steps < 100);
	ck_assert_int_ge(steps, 5);
	ck_assert_str_eq(listing(), "log.1=5 log.2=4 log.3.gz=3 log.4.zst=2 log.5=1");
} END_TEST

START_TEST(killed_at_any_step_with_all_numbers_taken_only_the_oldest_goes)
{
	int steps = 0;

	backups = 3;
	do {
		make("log=5 log.1=4 log.2.gz=3 log.3.zst=2");
		if (!killed_after(steps, rotate))
			break;
		for (char c[] = "3"; *c <= '5'; ++*c)
			ck_assert_int_eq(count(c), 1);
	} while (++steps < 100);
	ck_assert_int_ge(steps, 3);
	ck_assert_str_eq(listing(), "log.1=5 log.2=4 log.3.gz=3");
} END_TEST

/* --- age and budget --- */

static const struct {
	struct sink_rules rules;
	uint64_t    size;
	time_t      now;
	const char *before, *after;
	struct old_found found;
} tendings[] = {
	{ { .backups = 3 }, 9, 100, "log.1=5 log.2.gz=41", "log.1=5 log.2.gz=41", { 3, 1 } },
	{ { .backups = 3, .maxage = 9 }, 0, 15, "log.1=6 log.2.gz=5 log.3=4",
	  "log.1=6", { 1, 1 } },
	{ { .backups = 3, .maxage = 10 }, 0, 15, "log.1=6 log.2.gz=5 log.3=4",
	  "log.1=6 log.2.gz=5", { 2, 1 } },
	{ { .backups = 3, .maxage = 1 }, 0, 3, "log.1=6 log.2.gz=5", "log.1=6 log.2.gz=5",
	  { 2, 1 } },
	{ { .backups = 2, .maxage = 1 }, 0, 99, "log.1=6 log.3=4", "log.3=4", { 0, 0 } },
	{ { .backups = 4, .budget = 10 }, 5, 0, "log.1.gz=666 log.2=55 log.4=4444",
	  "log.1.gz=666 log.2=55", { 5, 2 } },
	{ { .backups = 4, .budget = 3 }, 0, 0, "log=12345 log.1=1 log.2.gz=22 log.4.zst=3",
	  "log=12345 log.1=1 log.2.gz=22", { 3, 1 } },
	{ { .backups = 4, .budget = 3 }, 5, 0, "log=12345 log.1=1 log.2.gz=22",
	  "log=12345", { 0, 0 } },
	{ { .backups = 3 }, 0, 0, "log.1.gz=5 log.2=4 log.2.gz=4 log.3=3",
	  "log.1.gz=5 log.2.gz=4 log.3=3", { 3, 3 } },
	{ { .backups = 3 }, 0, 0, "log.1=5 log.1.gz=4 log.2=", "log.1=5 log.1.gz=4 log.2=",
	  { 2, 0 } },
};

START_TEST(what_is_too_old_or_too_much_goes_the_oldest_first)
{
	struct old_found found;

	make(tendings[_i].before);
	old_tend("log", &tendings[_i].rules, tendings[_i].size, tendings[_i].now, &found);
	ck_assert_str_eq(listing(), tendings[_i].after);
	ck_assert_uint_eq(found.bytes, tendings[_i].found.bytes);
	ck_assert_uint_eq(found.plain, tendings[_i].found.plain);
} END_TEST

START_TEST(after_a_long_gap_we_look_no_further)
{
	struct sink_rules rules = { .backups = 1000, .budget = 1 };
	struct old_found found;

	make("log.1=5 log.15=4 log.500=3");
	old_tend("log", &rules, 0, 0, &found);
	ck_assert_str_eq(listing(), "log.1=5 log.500=3");
} END_TEST

/* --- compression --- */

static struct old_press job;

static void begin_press(unsigned n)
{
	struct stat st;

	ck_assert_int_eq(old_press_begin("log", n, &job), 0);
	ck_assert_int_eq(write(job.to, "z", 1), 1);
	ck_assert_int_eq(fstat(job.from, &st), 0);
	ck_assert_int_eq(futimens(job.to, (struct timespec[]){ st.st_mtim, st.st_mtim }), 0);
	close_fd(&job.from);
	close_fd(&job.to);
}

static void end_press(void)
{
	ck_assert_int_eq(old_press_end("log", 3, &job, COMPRESS_GZIP), 0);
}

START_TEST(what_was_compressed_takes_the_place_of_its_original)
{
	make("log=5 log.1=4 log.2.zst=3");
	begin_press(1);
	ck_assert_str_eq(listing(), ".log.compressing=z log=5 log.1=4 log.2.zst=3");
	end_press();
	ck_assert_str_eq(listing(), "log=5 log.1.gz=z log.2.zst=3");
} END_TEST

START_TEST(its_original_may_have_got_another_number_meanwhile_or_be_gone)
{
	backups = 3;
	make("log=5 log.1=4 log.2.zst=3");
	begin_press(1);
	rotate();
	end_press();
	ck_assert_str_eq(listing(), "log.1=5 log.2.gz=z log.3.zst=3");
	make("log=5 log.1=4 log.2=3 log.3=2");
	begin_press(3);
	rotate();
	end_press();
	ck_assert_str_eq(listing(), "log.1=5 log.2=4 log.3=3");
} END_TEST

START_TEST(what_others_write_to_or_put_beside_it_is_left_alone)
{
	make("log.1=4");
	begin_press(1);
	set_time("log.1", 5);
	end_press();
	ck_assert_str_eq(listing(), "log.1=4");
	begin_press(1);
	make_file("log.1.gz", "theirs");
	end_press();
	ck_assert_str_eq(listing(), "log.1=4 log.1.gz=theirs");
} END_TEST

START_TEST(killed_while_it_takes_the_place_the_next_one_sees_it_once)
{
	const struct sink_rules rules = { .backups = 3 };
	struct old_found found;
	int steps = 0;

	do {
		make("log.1=4");
		begin_press(1);
		if (!killed_after(steps, end_press))
			break;
		old_press_clean("log");
		old_tend("log", &rules, 0, 0, &found);
		ck_assert_str_eq(listing(), steps == 0 ? "log.1=4" : "log.1.gz=z");
	} while (++steps < 100);
	ck_assert_int_ge(steps, 2);
} END_TEST

START_TEST(what_cannot_be_opened_is_not_compressed)
{
	make("log=5");
	ck_assert_int_eq(old_press_begin("log", 1, &job), -ENOENT);
	ck_assert_int_eq(symlink("log", "log.1"), 0);
	ck_assert_int_eq(old_press_begin("log", 1, &job), -ELOOP);
	ck_assert_int_eq(job.from, -1);
	ck_assert_str_eq(listing(), "log=5 log.1=5");
} END_TEST

static Suite *old_suite(void)
{
	Suite *s = suite_create("oldfile");
	TCase *t = tcase_create("oldfile");

	tcase_add_unchecked_fixture(t, make_dir, remove_dir);
	tcase_add_checked_fixture(t, begin, NULL);
	tcase_add_test(t, an_old_file_has_its_number_after_a_dot);
	tcase_add_loop_test(t, old_files_of_all_forms_move_together, 0,
			    (int)(sizeof(rotations) / sizeof(rotations[0])));
	tcase_add_test(t, killed_at_any_step_nothing_is_lost_and_the_next_rotation_repairs_it);
	tcase_add_test(t, killed_at_any_step_with_all_numbers_taken_only_the_oldest_goes);
	tcase_add_loop_test(t, what_is_too_old_or_too_much_goes_the_oldest_first, 0,
			    (int)(sizeof(tendings) / sizeof(tendings[0])));
	tcase_add_test(t, after_a_long_gap_we_look_no_further);
	tcase_add_test(t, what_was_compressed_takes_the_place_of_its_original);
	tcase_add_test(t, its_original_may_have_got_another_number_meanwhile_or_be_gone);
	tcase_add_test(t, what_others_write_to_or_put_beside_it_is_left_alone);
	tcase_add_test(t, killed_while_it_takes_the_place_the_next_one_sees_it_once);
	tcase_add_test(t, what_cannot_be_opened_is_not_compressed);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	SRunner *sr = srunner_create(old_suite());
	int failed;

	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
