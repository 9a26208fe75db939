/*
 * fullscreen.c - plain ANSI sequences: every terminal of these days knows these few, and a library
 * that looks them up would be the only one here that knows nothing else. Signals come as bytes of a
 * descriptor, so nothing is done in a handler.
 */
#include "svctl/fullscreen.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/fd.h"
#include "svctl/interrupt.h"
#include "svctl/output.h"

enum { COLUMNS_UNKNOWN = 80, LINES_UNKNOWN = 24 };

/* The other screen, no cursor, no wrapping; and back. */
static const char enter[] = "\033[?1049h\033[?25l\033[?7l\033[2J";
static const char leave[] = "\033[?7h\033[?25h\033[?1049l";

static const int signals[] = { SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT, SIGWINCH };

static int take_terminal(struct fullscreen *fs)
{
	struct termios raw = fs->before;

	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);	/* Ctrl-C and Ctrl-Z stay signals */
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	/* Not flushed: it may be ours already, and what was pressed meanwhile is meant for us. */
	if (tcsetattr(STDIN_FILENO, TCSADRAIN, &raw) < 0)
		return -errno;
	fs->is_there = true;
	(void)out_bytes(enter, sizeof(enter) - 1);
	return 0;
}

/* Not by out_bytes(), which writes nothing after Ctrl-C. */
static void give_back(struct fullscreen *fs)
{
	size_t done = 0;

	if (!fs->is_there)
		return;
	fs->is_there = false;
	out_flush();
	while (done < sizeof(leave) - 1) {
		ssize_t n = write(STDOUT_FILENO, leave + done, sizeof(leave) - 1 - done);

		if (n < 0 && errno != EINTR)
			break;
		done += n > 0 ? (size_t)n : 0;
	}
	(void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &fs->before);
}

int fullscreen_begin(struct fullscreen *fs, struct err *err)
{
	sigset_t set;
	int r;

	*fs = (struct fullscreen){ .signal_fd = -1 };
	if (tcgetattr(STDIN_FILENO, &fs->before) < 0)
		return err_set(err, -errno, "no terminal: %s", strerror(errno));
	sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_LEN(signals); i++)
		sigaddset(&set, signals[i]);
	(void)sigprocmask(SIG_BLOCK, &set, &fs->mask_before);
	fs->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	r = fs->signal_fd < 0 ? -errno : take_terminal(fs);
	if (r < 0) {
		fullscreen_end(fs);
		return err_set(err, r, "%s", strerror(-r));
	}
	return 0;
}

void fullscreen_end(struct fullscreen *fs)
{
	give_back(fs);
	close_fd(&fs->signal_fd);
	(void)sigprocmask(SIG_SETMASK, &fs->mask_before, NULL);
	if (fs->deadly)
		(void)raise(fs->deadly);
}

/* Until somebody lets us go on. */
static void suspend(struct fullscreen *fs)
{
	give_back(fs);
	(void)raise(SIGSTOP);
	(void)take_terminal(fs);
}

static enum fullscreen_news take_signal(struct fullscreen *fs)
{
	struct signalfd_siginfo info;

	if (read(fs->signal_fd, &info, sizeof(info)) != sizeof(info))
		return FULLSCREEN_TIME;
	switch (info.ssi_signo) {
	case SIGTSTP:
		suspend(fs);
		return FULLSCREEN_SIZE;
	case SIGCONT:	/* somebody had stopped us by force; who knows what the terminal is now */
		(void)take_terminal(fs);
		return FULLSCREEN_SIZE;
	case SIGWINCH:
		return FULLSCREEN_SIZE;
	}
	fs->deadly = (int)info.ssi_signo;
	return FULLSCREEN_END;
}

enum fullscreen_news fullscreen_wait(struct fullscreen *fs, double seconds)
{
	struct pollfd fds[] = {
		{ .fd = STDIN_FILENO, .events = POLLIN },
		{ .fd = fs->signal_fd, .events = POLLIN },
		{ .fd = interrupt_fd(), .events = POLLIN },
	};
	int n = poll(fds, ARRAY_LEN(fds), seconds > 0 ? (int)(seconds * 1000) + 1 : 0);

	if (interrupt_seen() || out_failed())
		return FULLSCREEN_END;
	if (n <= 0)
		return n < 0 && errno != EINTR ? FULLSCREEN_END : FULLSCREEN_TIME;
	if (fds[1].revents)
		return take_signal(fs);
	return fds[0].revents & POLLIN ? FULLSCREEN_KEYS : FULLSCREEN_END;
}

void fullscreen_show(const struct strbuf *lines)
{
	static const char begin[] = "\033[H", end_of_line[] = "\033[K", rest[] = "\033[J";
	const char *text = strbuf_str(lines);
	struct strbuf sb = { 0 };

	strbuf_adds(&sb, begin);
	while (text && *text) {
		size_t n = strcspn(text, "\n");

		strbuf_add(&sb, text, n);
		strbuf_adds(&sb, end_of_line);
		text += n;
		/* No newline behind the last line: it would scroll the first one away. */
		if (*text && *++text)
			strbuf_adds(&sb, "\r\n");
	}
	strbuf_adds(&sb, rest);
	if (strbuf_str(&sb))
		(void)out_bytes(sb.s, sb.len);
	strbuf_done(&sb);
}

void fullscreen_size(size_t *ret_columns, size_t *ret_lines)
{
	struct winsize size = { 0 };

	(void)ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
	*ret_columns = size.ws_col ? size.ws_col : COLUMNS_UNKNOWN;
	*ret_lines = size.ws_row ? size.ws_row : LINES_UNKNOWN;
}
