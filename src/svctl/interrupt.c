/*
 * interrupt.c - a handler that notes and wakes. The descriptor is for whoever polls; the missing
 * SA_RESTART is for whoever writes to a terminal that was stopped.
 */
#include "svctl/interrupt.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/fd.h"

static struct sigaction before;
static volatile sig_atomic_t seen;
static volatile sig_atomic_t wake_fd = -1;

static void on_interrupt(int signo)
{
	static const uint64_t one = 1;
	int saved = errno;

	(void)signo;
	seen = 1;
	if (write(wake_fd, &one, sizeof(one)) < 0) {
		/* There is no descriptor, or it is readable already. */
	}
	errno = saved;
}

void interrupt_catch(void)
{
	struct sigaction sa = { .sa_handler = on_interrupt };

	sigemptyset(&sa.sa_mask);
	wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	(void)sigaction(SIGINT, NULL, &before);
	if (before.sa_handler != SIG_IGN)
		(void)sigaction(SIGINT, &sa, NULL);
}

void interrupt_release(void)
{
	int fd = wake_fd;

	(void)sigaction(SIGINT, &before, NULL);
	wake_fd = -1;
	seen = 0;
	close_fd(&fd);
}

bool interrupt_seen(void)
{
	return seen != 0;
}

int interrupt_fd(void)
{
	return wake_fd;
}
