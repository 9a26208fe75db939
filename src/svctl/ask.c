/*
 * ask.c - reading from a person. The shell has nothing to clean up but the terminal, so Ctrl-C may
 * end it from the signal handler, wherever it is.
 */
#include "svctl/ask.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/fd.h"
#include "svctl/ctl.h"
#include "svctl/input.h"
#include "svctl/output.h"

/* The terminal to put right before leaving. */
static struct {
	volatile sig_atomic_t fd;
	struct termios modes;
} terminal = { .fd = -1 };

static void on_interrupt(int signo)
{
	(void)signo;
	if (terminal.fd >= 0)
		(void)tcsetattr(terminal.fd, TCSADRAIN, &terminal.modes);
	if (write(STDOUT_FILENO, "\n", 1) < 0) {
		/* Nobody is left to tell. */
	}
	_exit(EXIT_SUCCESS);
}

static void remember_terminal(int fd)
{
	terminal.fd = -1;
	if (fd >= 0 && tcgetattr(fd, &terminal.modes) == 0)
		terminal.fd = fd;
}

void ask_leave_on_interrupt(void)
{
	struct sigaction sa = { .sa_handler = on_interrupt };

	remember_terminal(STDIN_FILENO);
	sigemptyset(&sa.sa_mask);
	(void)sigaction(SIGINT, &sa, NULL);
}

char *ask_line(const char *prompt)
{
	char *line;

	out_text(prompt);
	out_flush();
	line = in_line();
	if (!line)
		out_line("%s", "");
	return line;
}

static char *read_secret(FILE *tty)
{
	char *line = NULL;
	size_t cap = 0;
	ssize_t n = getline(&line, &cap, tty);

	if (n < 0) {
		free(line);
		return NULL;
	}
	if (n > 0 && line[n - 1] == '\n')
		line[n - 1] = '\0';
	return line;
}

/* The echo goes before the prompt comes: whoever answers a prompt at once is not overheard. */
static char *ask_quietly(FILE *tty, const char *prompt)
{
	struct termios quiet;
	char *line = NULL;

	remember_terminal(fileno(tty));
	quiet = terminal.modes;
	quiet.c_lflag &= ~(tcflag_t)ECHO;
	if (terminal.fd >= 0)
		(void)tcsetattr(terminal.fd, TCSAFLUSH, &quiet);
	if (fputs(prompt, tty) >= 0 && fflush(tty) == 0)
		line = read_secret(tty);
	if (terminal.fd >= 0)
		(void)tcsetattr(terminal.fd, TCSAFLUSH, &terminal.modes);
	remember_terminal(STDIN_FILENO);
	return line;
}

/* Past a redirected input, from the terminal itself, as getpass does it; if there is one. */
static char *ask_secret(const char *prompt)
{
	int fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
	FILE *tty = fd < 0 ? NULL : fdopen(fd, "r+");
	char *line;

	if (!tty) {
		close_fd(&fd);
		return ask_line(prompt);
	}
	line = ask_quietly(tty, prompt);
	(void)fputc('\n', tty);
	fclose(tty);
	return line;
}

static void forget(char **secret)
{
	if (*secret)
		explicit_bzero(*secret, strlen(*secret));
	free_str(secret);
}

bool ask_login(struct ctl *ctl)
{
	_cleanup_(free_str) char *username = ask_line("Username:");
	_cleanup_(forget) char *password = username ? ask_secret("Password:") : NULL;

	if (!password)
		return false;
	out_line("%s", "");
	if (client_set_login(ctl->client, username, password) < 0) {
		ctl_oom(ctl);
		return false;
	}
	return true;
}
