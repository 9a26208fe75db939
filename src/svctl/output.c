/*
 * output.c - the one door to standard output, so that a full disk or a closed pipe is noticed and
 * ends in exit status 1: scripts must not take half a list for a whole one.
 */
#include "svctl/output.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static int out_errno;	/* of the first failed write */

static void note(bool good)
{
	if (!good && !out_errno)
		out_errno = errno ? errno : EIO;
}

void out_line(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	note(vprintf(fmt, ap) >= 0 && putchar('\n') != EOF);
	va_end(ap);
}

void out_text(const char *text)
{
	note(fputs(text, stdout) != EOF);
}

void out_padded(const char *text, size_t width)
{
	note(printf("%-*s", (int)width, text) >= 0);
}

void out_flush(void)
{
	note(fflush(stdout) == 0);
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
