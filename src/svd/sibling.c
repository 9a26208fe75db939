/*
 * sibling.c - svd-logd, svd-httpd and svd-webhook are started and restarted like programs, but are
 * not in the process list: the user sees one service.
 */
#include "svd/sibling.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "svd/log.h"
#include "svd/sys.h"
#include "svd/waitstatus.h"

extern char **environ;

enum { LINK_FD = 3 };

/* A life that ends within EARLY seconds by its own fault delays the next one, up to DELAY_MAX. */
static const double EARLY = 1, DELAY_MIN = 0.1, DELAY_MAX = 5;

/* Beside our own file first, so that everything runs from the build tree. */
static void find_file(const char *name, char *buf, size_t size)
{
	ssize_t n = readlink("/proc/self/exe", buf, size - 1);
	char *slash;

	buf[n > 0 ? n : 0] = '\0';
	slash = strrchr(buf, '/');
	if (slash) {
		snprintf(slash + 1, size - (size_t)(slash + 1 - buf), "%s", name);
		if (access(buf, X_OK) == 0)
			return;
	}
	snprintf(buf, size, "%s/%s", SVD_LIBEXECDIR, name);
}

static void take_log(const struct frame *frame)
{
	const char *name = json_string_value(json_object_get(frame->head, "level"));
	enum log_level level = name ? log_level_parse(name) : LEVEL_N;

	log_msg(level == LEVEL_N ? LEVEL_INFO : level, "%.*s", (int)frame->body_len, frame->body);
}

static void on_frame(struct link *link, struct frame *frame)
{
	struct sibling *s = link_user(link);

	if (strcmp(frame->type, "log") == 0)
		take_log(frame);
	else
		s->ops->on_frame(s, frame);
}

static void drop_link(struct sibling *s)
{
	link_free(s->link);
	s->link = NULL;
	if (s->ops->on_down)
		s->ops->on_down(s);
}

static void on_link_down(struct link *link, int error)
{
	struct sibling *s = link_user(link);

	if (error)
		log_error("%s: its link broke (%s); it is started again", s->name,
			  strerror(-error));
	drop_link(s);
	if (error && !s->stopping)
		sibling_fail(s);
}

static const struct link_ops link_ops = { .on_frame = on_frame, .on_down = on_link_down };

static pid_t run(struct sibling *s, int fd, int null_fd, struct err *err)
{
	char file[4096], number[16];
	char *argv[] = { file, (char *)"--link", number, NULL };
	struct spawn_report report;
	struct spawn_plan plan = {
		.file = file,
		.argv = argv,
		.envp = environ,
		.own_group = true,
		.fds = { null_fd, STDOUT_FILENO, STDERR_FILENO, fd },
		.n_fds = LINK_FD + 1,
		.reports = -1,
	};
	pid_t pid;

	find_file(s->name, file, sizeof(file));
	snprintf(number, sizeof(number), "%d", LINK_FD);
	pid = sys_spawn(&plan, &report);
	if (pid < 0)
		return err_set(err, pid, "cannot start %s: %s", s->name, strerror(-pid));
	if (report.text[0])	/* the child is gone and will be reaped like a stranger */
		return err_set(err, -ECHILD, "cannot start %s: %s", s->name, report.text);
	return pid;
}

int sibling_start(struct sibling *s, struct err *err)
{
	_cleanup_(close_fd) int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	int pair[2], ret;
	pid_t pid;

	if (s->pid || s->stopping)
		return 0;
	if (null_fd < 0 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return err_set(err, -errno, "cannot start %s: %s", s->name, strerror(errno));
	pid = run(s, pair[1], null_fd, err);
	close_fd(&pair[1]);
	if (pid < 0) {
		close_fd(&pair[0]);
		return pid;
	}
	s->pid = pid;
	s->broken = false;
	s->started_mono = clock_mono();
	ret = link_new(s->loop, pair[0], &link_ops, s, &s->link);
	if (ret < 0) {
		(void)sys_kill(pid, SIGKILL);
		return err_set(err, ret, "cannot start %s: %s", s->name, strerror(-ret));
	}
	log_debug("%s started with pid %d", s->name, (int)pid);
	s->ops->on_up(s);
	return 0;
}

static void start_or_wait(struct sibling *s)
{
	struct err err;

	if (sibling_start(s, &err) < 0) {
		log_error("%s", err.text);
		timer_start(&s->respawn, DELAY_MAX);
	}
}

void sibling_want(struct sibling *s)
{
	if (!s->pid && !timer_is_armed(&s->respawn))
		start_or_wait(s);
}

static void on_respawn(struct timer *t)
{
	start_or_wait(container_of(t, struct sibling, respawn));
}

/* Being killed from outside is no fault of its own. */
static void plan_next(struct sibling *s, int wait_status)
{
	bool killed = WIFSIGNALED(wait_status) && WTERMSIG(wait_status) == SIGKILL;

	if ((killed && !s->broken) || clock_mono() - s->started_mono > EARLY)
		s->delay = 0;
	else
		s->delay = s->delay > 0 ? s->delay * 2 : DELAY_MIN;
	if (s->delay > DELAY_MAX)
		s->delay = DELAY_MAX;
	if (s->delay > 0)
		timer_start(&s->respawn, s->delay);
	else
		start_or_wait(s);
}

bool sibling_reaped(struct sibling *s, pid_t pid, int wait_status)
{
	bool left = wait_status_code(wait_status) == 0;
	char text[64];

	if (!s->pid || pid != s->pid)
		return false;
	s->pid = 0;
	if (s->link) {
		link_read_rest(s->link);
		drop_link(s);
	}
	if (s->stopping)
		return true;
	if (left && s->ops->on_left) {
		s->delay = 0;
		s->ops->on_left(s);
		return true;
	}
	wait_status_text(wait_status, text, sizeof(text));
	log_warn("%s (pid %d) ended (%s); it is started again", s->name, (int)pid, text);
	plan_next(s, wait_status);
	return true;
}

void sibling_fail(struct sibling *s)
{
	s->broken = true;
	if (s->pid)
		(void)sys_kill(s->pid, SIGKILL);
}

bool sibling_wait(struct sibling *s, double seconds)
{
	double end = clock_mono() + seconds;

	while (s->pid && clock_mono() < end) {
		if (waitpid(s->pid, NULL, WNOHANG) != 0)
			s->pid = 0;
		else
			link_drain(s->link, 1);
	}
	return !s->pid;
}

void sibling_stop(struct sibling *s)
{
	s->stopping = true;
	timer_stop(&s->respawn);
	if (s->link)
		(void)link_send(s->link, json_pack("{s:s}", "t", "quit"), NULL, 0, -1);
}

void sibling_init(struct sibling *s, const char *name, struct loop *loop,
		  const struct sibling_ops *ops, void *user)
{
	*s = (struct sibling){ .name = name, .loop = loop, .ops = ops, .user = user };
	timer_init(&s->respawn, loop, on_respawn);
}

void sibling_done(struct sibling *s)
{
	timer_stop(&s->respawn);
	link_free(s->link);
	s->link = NULL;
}
