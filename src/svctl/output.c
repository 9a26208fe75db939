/*
 * output.c - the one door to standard output, so that a full disk or a closed pipe is noticed and
 * ends in exit status 1: scripts must not take half a list for a whole one.
 */
#include "svctl/output.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/utf8.h"
#include "svctl/interrupt.h"

static int out_errno;	/* of the first failed write */

static void note(bool good)
{
	if (!good && !out_errno)
		out_errno = errno ? errno : EIO;
}

void out_vline(const char *fmt, va_list ap)
{
	note(vprintf(fmt, ap) >= 0 && putchar('\n') != EOF);
}

void out_line(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	out_vline(fmt, ap);
	va_end(ap);
}

void out_text(const char *text)
{
	note(fputs(text, stdout) != EOF);
}

size_t out_width(const char *text)
{
	size_t left = strlen(text), width = 0;

	for (; left > 0; width++) {
		size_t n = utf8_len(text, left);

		n = n ? n : 1;
		text += n;
		left -= n;
	}
	return width;
}

void out_padded(const char *text, size_t width)
{
	size_t used = out_width(text);

	note(printf("%s%*s", text, (int)(width > used ? width - used : 0), "") >= 0);
}

void out_flush(void)
{
	note(fflush(stdout) == 0);
}

bool out_bytes(const void *data, size_t n)
{
	const char *from = data;

	out_flush();
	while (n > 0 && !out_failed() && !interrupt_seen()) {
		ssize_t written = write(STDOUT_FILENO, from, n);

		if (written >= 0) {
			from += written;
			n -= (size_t)written;
		} else if (errno != EINTR) {
			note(false);
		}
	}
	return n == 0;
}

bool out_reader_left(void)
{
	struct pollfd out = { .fd = STDOUT_FILENO };

	if (poll(&out, 1, 0) <= 0)
		return false;
	errno = EPIPE;
	note(false);
	return true;
}

bool out_failed(void)
{
	return out_errno != 0;
}

bool out_finish(void)
{
	out_flush();
	if (out_errno && out_errno != EPIPE)
		fprintf(stderr, "error: cannot write: %s\n", strerror(out_errno));
	return !out_errno;
}
