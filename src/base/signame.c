/*
 * signame.c - signals by name and by number. The list is the one of Python's signal module on
 * Linux, since clients see these names: 29 is SIGPOLL there and not SIGIO.
 */
#include "base/signame.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/units.h"

struct signal_row {
	const char *name;
	int         number;
};

/* Of two names for one number the first is the one that we print. */
static const struct signal_row signals[] = {
	{ "SIGHUP", SIGHUP },	    { "SIGINT", SIGINT },      { "SIGQUIT", SIGQUIT },
	{ "SIGILL", SIGILL },	    { "SIGTRAP", SIGTRAP },    { "SIGABRT", SIGABRT },
	{ "SIGIOT", SIGABRT },	    { "SIGBUS", SIGBUS },      { "SIGFPE", SIGFPE },
	{ "SIGKILL", SIGKILL },	    { "SIGUSR1", SIGUSR1 },    { "SIGSEGV", SIGSEGV },
	{ "SIGUSR2", SIGUSR2 },	    { "SIGPIPE", SIGPIPE },    { "SIGALRM", SIGALRM },
	{ "SIGTERM", SIGTERM },	    { "SIGCHLD", SIGCHLD },    { "SIGCLD", SIGCHLD },
	{ "SIGCONT", SIGCONT },	    { "SIGSTOP", SIGSTOP },    { "SIGTSTP", SIGTSTP },
	{ "SIGTTIN", SIGTTIN },	    { "SIGTTOU", SIGTTOU },    { "SIGURG", SIGURG },
	{ "SIGXCPU", SIGXCPU },	    { "SIGXFSZ", SIGXFSZ },    { "SIGVTALRM", SIGVTALRM },
	{ "SIGPROF", SIGPROF },	    { "SIGWINCH", SIGWINCH },  { "SIGPOLL", SIGPOLL },
	{ "SIGIO", SIGPOLL },	    { "SIGSYS", SIGSYS },
#ifdef SIGSTKFLT
	{ "SIGSTKFLT", SIGSTKFLT },
#endif
#ifdef SIGPWR
	{ "SIGPWR", SIGPWR },
#endif
};

const char *signame(int signo)
{
	static char text[32];

	for (size_t i = 0; i < ARRAY_LEN(signals); i++)
		if (signals[i].number == signo)
			return signals[i].name;
	/* Not in the table: their numbers are known at run time only. */
	if (signo == SIGRTMIN)
		return "SIGRTMIN";
	if (signo == SIGRTMAX)
		return "SIGRTMAX";
	snprintf(text, sizeof(text), "signal %d", signo);
	return text;
}

static bool same_name(const char *name, const char *text, size_t n)
{
	return strncasecmp(name, text, n) == 0 && name[n] == '\0';
}

static int named(const char *text, size_t n)
{
	if (n >= 3 && strncasecmp(text, "SIG", 3) == 0) {
		text += 3;
		n -= 3;
	}
	for (size_t i = 0; i < ARRAY_LEN(signals); i++)
		if (same_name(signals[i].name + 3, text, n))
			return signals[i].number;
	if (same_name("RTMIN", text, n))
		return SIGRTMIN;
	if (same_name("RTMAX", text, n))
		return SIGRTMAX;
	return -EINVAL;
}

static bool is_known(int64_t number)
{
	for (size_t i = 0; i < ARRAY_LEN(signals); i++)
		if (signals[i].number == number)
			return true;
	return number == 0 || number == SIGRTMIN || number == SIGRTMAX;
}

int signal_number(const char *text)
{
	int64_t number;
	size_t n;

	if (unit_integer(text, 0, INT_MAX, &number) == 0)
		return is_known(number) ? (int)number : -EINVAL;
	text += strspn(text, " \t\r\n");
	n = strlen(text);
	while (n > 0 && strchr(" \t\r\n", text[n - 1]))
		n--;
	return named(text, n);
}
