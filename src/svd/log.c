/* log.c - the activity log. The one global of svd: everybody has something to say. */
#include "svd/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/strbuf.h"
#include "ipc/loop.h"

static struct {
	int            fd;	/* owned; the write end of the pipe, -1: not open */
	enum log_level level;
	struct io      io;	/* waits for room in the pipe */
	struct strbuf  backlog;
	unsigned long  dropped;	/* lines */
} the_log = { .fd = -1, .level = LEVEL_INFO };

static const char *const level_names[] = {
	[LEVEL_BLATHER] = "BLAT", [LEVEL_TRACE] = "TRAC",   [LEVEL_DEBUG] = "DEBG",
	[LEVEL_INFO] = "INFO",    [LEVEL_WARN] = "WARN",    [LEVEL_ERROR] = "ERRO",
	[LEVEL_CRITICAL] = "CRIT",
};
_Static_assert(ARRAY_LEN(level_names) == LEVEL_N, "a level has no name");

static void say_dropped(void)
{
	unsigned long dropped = the_log.dropped;

	the_log.dropped = 0;
	if (dropped)
		log_warn("%lu lines of this log were dropped: they came faster than they could be "
			 "written", dropped);
}

void log_flush(void)
{
	struct strbuf *sb = &the_log.backlog;
	size_t done = 0;

	if (!sb->len)
		return;
	while (the_log.fd >= 0 && done < sb->len) {
		ssize_t n = write(the_log.fd, sb->s + done, sb->len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		done += (size_t)n;
	}
	strbuf_consume(sb, done);
	if (the_log.fd < 0)
		return;
	if (sb->len) {
		io_start(&the_log.io, the_log.fd, IO_WRITE);
		return;
	}
	io_stop(&the_log.io);
	say_dropped();
}

static void on_room(struct io *io, int events)
{
	(void)io;
	(void)events;
	log_flush();
}

bool log_has_backlog(void)
{
	return the_log.fd >= 0 && the_log.backlog.len > 0;
}

void log_set_level(enum log_level level)
{
	the_log.level = level;
}

bool log_says(enum log_level level)
{
	return level >= the_log.level;
}

void log_open(struct loop *loop, int fd)
{
	the_log.fd = fd;
	io_init(&the_log.io, loop, on_room);
	log_flush();
}

void log_close(void)
{
	if (the_log.fd < 0)
		return;
	log_flush();
	io_stop(&the_log.io);
	close_fd(&the_log.fd);
	strbuf_done(&the_log.backlog);
}

/* Names of programs and texts of errors come from outside; a line stays one line. */
static void tame(char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s < ' ' || *s == 0x7f)
			*s = '?';
}

static size_t stamp(char *buf, size_t size, enum log_level level)
{
	double now = clock_wall();
	time_t at = (time_t)now;
	struct tm tm;
	size_t n;

	localtime_r(&at, &tm);
	n = strftime(buf, size, "%Y-%m-%d %H:%M:%S", &tm);
	n += (size_t)snprintf(buf + n, size - n, ",%03d %s ", (int)((now - (double)at) * 1000),
			      level_names[level]);
	return n;
}

/* A whole message, or nothing of it. */
static void add(const char *p, size_t n)
{
	struct strbuf *sb = &the_log.backlog;

	if (sb->len > LOG_BACKLOG_MAX || !strbuf_reserve(sb, n + 1)) {
		sb->oom = false;
		the_log.dropped++;
		return;
	}
	strbuf_add(sb, p, n);
	strbuf_addc(sb, '\n');
	if (the_log.fd >= 0 && sb->len > LOG_TOGETHER_MAX && !io_is_started(&the_log.io))
		log_flush();
}

void log_msg(enum log_level level, const char *fmt, ...)
{
	char line[4096];
	va_list ap;
	size_t n;

	if (level < the_log.level)
		return;
	n = stamp(line, sizeof(line), level);
	va_start(ap, fmt);
	vsnprintf(line + n, sizeof(line) - n - 1, fmt, ap);
	va_end(ap);
	tame(line + n);
	add(line, n + strlen(line + n));
}

void log_text(enum log_level level, const char *p, size_t n)
{
	struct strbuf sb = { 0 };
	char head[64];

	if (level < the_log.level)
		return;
	strbuf_add(&sb, head, stamp(head, sizeof(head), level));
	strbuf_add(&sb, p, n);
	if (sb.oom)
		the_log.dropped++;
	else
		add(sb.s, sb.len);
	strbuf_done(&sb);
}
