/* fullscreen.h - the whole terminal for one program, and back as it was on every way out */
#ifndef SVD_SVCTL_FULLSCREEN_H
#define SVD_SVCTL_FULLSCREEN_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <termios.h>

#include "base/err.h"
#include "base/macro.h"
#include "base/strbuf.h"

/* Embedded; belongs between interrupt_catch and interrupt_release. */
struct fullscreen {
	struct termios before;
	sigset_t mask_before;
	int  signal_fd;		/* owned */
	int  deadly;		/* the signal that shall end us; 0: none */
	bool is_there;		/* as opposed to the screen that was before */
};

enum fullscreen_news {
	FULLSCREEN_TIME,	/* it is over */
	FULLSCREEN_KEYS,	/* standard input can be read */
	FULLSCREEN_SIZE,	/* all is to be drawn again */
	FULLSCREEN_END,		/* Ctrl-C, a signal, or there is no terminal any more */
};

/* 0 or -errno with err. */
must_check int fullscreen_begin(struct fullscreen *fs, struct err *err);

/* As it was before. If a signal wanted to end the program, it does now. */
void fullscreen_end(struct fullscreen *fs);

/* Waits so many seconds at most. While the program is suspended the terminal is as it was. */
enum fullscreen_news fullscreen_wait(struct fullscreen *fs, double seconds);

/* Shows these lines from the top, and nothing else. They are not wider than the screen. */
void fullscreen_show(const struct strbuf *lines);

void fullscreen_size(size_t *ret_columns, size_t *ret_lines);

#endif
