/* screen.c - asked again each time: windows change their size, shells redirect */
#include "svctl/screen.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { WIDTH_UNKNOWN = 80 };

static bool is_clever(int fd)
{
	const char *term = getenv("TERM");

	return isatty(fd) && term && *term && strcmp(term, "dumb") != 0;
}

bool screen_is_there(void)
{
	return is_clever(STDOUT_FILENO);
}

bool screen_is_behind_errors(void)
{
	return is_clever(STDERR_FILENO);
}

size_t screen_width(int fd)
{
	struct winsize size;

	if (ioctl(fd, TIOCGWINSZ, &size) < 0 || size.ws_col == 0)
		return WIDTH_UNKNOWN;
	return size.ws_col;
}

void screen_use_utf8(void)
{
	(void)setlocale(LC_CTYPE, "C.UTF-8");
}
