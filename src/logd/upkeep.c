/*
 * upkeep.c - one file after the other, beside the way of the bytes. All that touches the disk is in
 * tend(), which may hang and knows nothing but its yard.
 *
 * One svd-compress runs at a time. Rotation does not wait for it: it has the old file and the new
 * one as descriptors, and when it is done, tend() looks which number the old one has by then. Only
 * we give and take names. Killed with it half done, our successor finds a file that begins with a
 * dot, which it removes, and a plain old file, which it compresses anew. A disk that hangs holds up
 * the compression of the others, never their rotation.
 */
#include "logd/upkeep.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utlist.h>

#include "base/clock.h"
#include "base/fd.h"
#include "logd/baton.h"
#include "logd/oldfile.h"
#include "logd/spec.h"

static const double REAP_SECONDS = 0.01;

struct yard {
	struct yard  *prev, *next;
	struct upkeep *all;	/* borrowed */
	char         *path;	/* owned; as it is in the configuration */
	bool          asked;	/* there is something to do */
	bool          busy;	/* tend() runs, perhaps in a thread that is away */
	bool          waits;	/* for its turn to compress */
	bool          pressed;	/* svd-compress has done its part */
	bool          gave_up;	/* on compression, until the next upkeep_ask */
	struct sink_rules wanted;	/* for the next tend() */
	uint64_t      wanted_size;
	dev_t         dev;

	/* tend()'s alone while it is busy. */
	struct risk   risk;
	struct sink_rules rules;
	uint64_t      size;
	time_t        now;
	bool          idle;	/* nothing is being compressed here */
	bool          may_begin, may_end;
	struct old_press press;
	enum log_compress form;	/* that press is to become */
	struct old_found found;
	int           begun, ended;	/* 1: was tried and went well; -errno */
};

/* --- with the disk --- */

static void tend(struct risk *r)
{
	struct yard *y = container_of(r, struct yard, risk);
	char real[PATH_MAX];

	/* The names of old files go beside the file itself, also where the path is a link. */
	if (!realpath(y->path, real))
		return;
	if (y->may_end) {
		y->ended = old_press_end(real, y->rules.backups, &y->press, y->form);
		y->ended = y->ended < 0 ? y->ended : 1;
	}
	if (y->idle)
		old_press_clean(real);
	old_tend(real, &y->rules, y->size, y->now, &y->found);
	if (y->may_begin && y->found.plain) {
		y->form = y->rules.compress;
		y->begun = old_press_begin(real, y->found.plain, &y->press);
		y->begun = y->begun < 0 ? y->begun : 1;
	}
}

/* In a thread that is away, whose descriptors are not ours. */
static void tended_too_late(struct risk *r)
{
	struct yard *y = container_of(r, struct yard, risk);

	if (y->begun != 1)
		return;
	close_fd(&y->press.from);
	close_fd(&y->press.to);
	y->begun = 0;
}

/* --- svd-compress --- */

static int say_files(posix_spawn_file_actions_t *files, const struct old_press *press, int end)
{
	int ret = posix_spawn_file_actions_adddup2(files, press->from, STDIN_FILENO);

	if (ret == 0)
		ret = posix_spawn_file_actions_adddup2(files, press->to, STDOUT_FILENO);
	if (ret == 0)
		ret = posix_spawn_file_actions_adddup2(files, end, STDERR_FILENO);
	return ret;
}

/* We ignore the signals that are meant for svd; it need not. */
static int say_signals(posix_spawnattr_t *attr)
{
	sigset_t all;
	int ret;

	sigfillset(&all);
	ret = posix_spawnattr_setsigdefault(attr, &all);
	return ret ? ret : posix_spawnattr_setflags(attr, POSIX_SPAWN_SETSIGDEF);
}

static int spawn_with(struct upkeep *u, const struct old_press *press, int end, char *const *argv)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	int ret = posix_spawn_file_actions_init(&files);

	if (ret != 0)
		return -ret;
	ret = posix_spawnattr_init(&attr);
	if (ret == 0) {
		ret = say_files(&files, press, end);
		if (ret == 0)
			ret = say_signals(&attr);
		if (ret == 0)
			ret = posix_spawn(&u->pid, u->program, &files, &attr, argv, environ);
		if (ret != 0)
			u->pid = 0;
		(void)posix_spawnattr_destroy(&attr);
	}
	(void)posix_spawn_file_actions_destroy(&files);
	return -ret;
}

/* Its standard error is a pipe, of which we see the end and nothing else. */
static int start_pressing(struct upkeep *u, struct yard *y)
{
	const char *how = log_compress_words[y->form];
	char *argv[] = { (char *)"svd-compress", (char *)how, NULL };
	int ends[2], ret;

	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
		return -errno;
	ret = spawn_with(u, &y->press, ends[1], argv);
	close_fd(&ends[1]);
	if (ret < 0) {
		close_fd(&ends[0]);
		return ret;
	}
	u->end = ends[0];
	io_start(&u->io, u->end, IO_READ);
	return 0;
}

/* --- whose turn is it? --- */

static void ask(struct yard *y)
{
	y->asked = true;
	if (!timer_is_armed(&y->all->timer))
		timer_start(&y->all->timer, 0);
}

static void free_yard(struct yard *y)
{
	DL_DELETE(y->all->yards, y);
	free(y->path);
	free(y);
}

/* In turn: who has had it goes to the end of the list. */
static void press_next(struct upkeep *u)
{
	struct yard *y;

	u->pressing = NULL;
	DL_FOREACH(u->yards, y) {
		if (!y->waits)
			continue;
		DL_DELETE(u->yards, y);
		DL_APPEND(u->yards, y);
		ask(y);
		return;
	}
}

/* What it has left is removed; what was killed by somebody is not the file's trouble. */
static void pressing_failed(struct upkeep *u, struct yard *y, int code)
{
	y->gave_up = true;
	y->waits = false;
	ask(y);
	press_next(u);
	if (code != -EINTR)
		u->ops->on_pressed(u->user, y->path, code);
}

static void press_or_pass(struct upkeep *u, struct yard *y)
{
	int ret = y->begun < 0 ? y->begun : 0;

	if (y->begun == 1) {
		ret = start_pressing(u, y);
		close_fd(&y->press.from);
		close_fd(&y->press.to);
	}
	if (ret < 0)
		pressing_failed(u, y, ret);
	else if (!u->pid)
		press_next(u);
}

static void free_if_done(struct yard *y)
{
	if (!y->asked && !y->waits && y->all->pressing != y)
		free_yard(y);
}

/* It was tended, here or in a thread that has come back. */
static void tended(struct yard *y)
{
	struct upkeep *u = y->all;

	y->busy = false;
	y->waits = y->rules.compress && y->found.plain && y->begun != 1 && !y->gave_up;
	u->ops->on_tended(u->user, y->path, y->found.bytes);
	if (y->ended)
		u->ops->on_pressed(u->user, y->path, y->ended < 0 ? y->ended : 0);
	if (y->may_begin || y->may_end)
		press_or_pass(u, y);
	/* Asked while it was busy; or those before it in the queue are gone. */
	if (y->asked || (y->waits && !u->pressing))
		ask(y);
	free_if_done(y);
}

static void on_late(struct risk *r)
{
	tended(container_of(r, struct yard, risk));
}

/* The disk does not answer. Who writes there asks again one day. */
static void not_tended(struct yard *y)
{
	y->busy = y->waits = false;
	if (y->may_begin || y->may_end)
		press_next(y->all);
	free_if_done(y);
}

static void prepare(struct yard *y)
{
	struct upkeep *u = y->all;

	y->asked = false;
	y->busy = true;
	y->rules = y->wanted;
	y->size = y->wanted_size;
	y->now = (time_t)clock_wall();
	y->idle = u->pressing != y;
	y->may_begin = !u->pressing && y->rules.compress && !y->gave_up;
	y->may_end = y->pressed;
	y->pressed = false;
	y->begun = y->ended = 0;
	y->found = (struct old_found){ 0 };
	y->risk = (struct risk){ .run = tend, .undo = tended_too_late, .on_late = on_late,
				 .dev = y->dev };
	if (y->may_begin)
		u->pressing = y;
}

static void work(struct yard *y)
{
	struct upkeep *u = y->all;
	int ret = 0;

	prepare(y);
	if (u->baton)
		ret = baton_run(u->baton, &y->risk);
	else
		tend(&y->risk);
	if (ret == 0)
		tended(y);
	else if (ret == -ETIMEDOUT)
		not_tended(y);
}

/* One at a time: who tends may not return here. */
static void on_timer(struct timer *t)
{
	struct upkeep *u = container_of(t, struct upkeep, timer);
	struct yard *y, *first = NULL;

	DL_FOREACH(u->yards, y) {
		if (!y->asked || y->busy)
			continue;
		if (first) {
			timer_start(&u->timer, 0);
			break;
		}
		first = y;
	}
	if (first)
		work(first);
}

/* --- the end of svd-compress --- */

static int code_of(int status)
{
	return WIFEXITED(status) ? -WEXITSTATUS(status) : -EINTR;
}

/* The pipe may end a moment before the process does. */
static void on_reap(struct timer *t)
{
	struct upkeep *u = container_of(t, struct upkeep, reap);
	struct yard *y = u->pressing;
	int status = 0, code;
	pid_t pid = waitpid(u->pid, &status, WNOHANG);

	if (pid == 0) {
		timer_start(&u->reap, REAP_SECONDS);
		return;
	}
	code = pid < 0 ? -errno : code_of(status);
	u->pid = 0;
	if (code < 0) {
		pressing_failed(u, y, code);
		return;
	}
	y->pressed = true;
	ask(y);
}

static void on_end(struct io *io, int events)
{
	struct upkeep *u = container_of(io, struct upkeep, io);

	(void)events;
	io_stop(&u->io);
	close_fd(&u->end);
	on_reap(&u->reap);
}

/* --- life --- */

static void find_program(struct upkeep *u)
{
	static const char name[] = "svd-compress";
	ssize_t n = readlink("/proc/self/exe", u->program, sizeof(u->program) - sizeof(name));

	while (n > 0 && u->program[n - 1] != '/')
		n--;
	memcpy(u->program + (n > 0 ? n : 0), name, sizeof(name));
}

void upkeep_init(struct upkeep *u, struct loop *loop, struct baton *baton,
		 const struct upkeep_ops *ops, void *user)
{
	*u = (struct upkeep){ .loop = loop, .baton = baton, .ops = ops, .user = user, .end = -1 };
	timer_init(&u->timer, loop, on_timer);
	timer_init(&u->reap, loop, on_reap);
	io_init(&u->io, loop, on_end);
	/* Now, since an upgrade may have replaced us on the disk later. */
	find_program(u);
}

void upkeep_done(struct upkeep *u)
{
	struct yard *y, *next;

	timer_stop(&u->timer);
	timer_stop(&u->reap);
	io_stop(&u->io);
	close_fd(&u->end);
	/* Who comes after us begins anew. */
	if (u->pid)
		(void)kill(u->pid, SIGKILL);
	DL_FOREACH_SAFE(u->yards, y, next) {
		if (!y->busy)
			free_yard(y);
	}
}

static struct yard *find_yard(struct upkeep *u, const char *path)
{
	struct yard *y;

	DL_FOREACH(u->yards, y) {
		if (strcmp(y->path, path) == 0)
			return y;
	}
	y = calloc(1, sizeof(*y));
	if (!y)
		return NULL;
	y->all = u;
	y->path = strdup(path);
	if (!y->path) {
		free(y);
		return NULL;
	}
	DL_APPEND(u->yards, y);
	return y;
}

void upkeep_ask(struct upkeep *u, const char *path, const struct sink_rules *rules, uint64_t size,
		dev_t dev)
{
	struct yard *y = u ? find_yard(u, path) : NULL;

	if (!y)
		return;
	y->wanted = *rules;
	y->wanted_size = size;
	y->dev = dev;
	y->gave_up = false;
	ask(y);
}
