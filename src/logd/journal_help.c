/*
 * journal_help.c - the helper: the only process of ours that has libsystemd loaded all the time,
 * and one of the few that may wait. It ends when svd-logd has closed its socket; should it hang in
 * journald then, a moment later.
 */
#include "logd/journal_wire.h"

#include "config.h"

#ifdef HAVE_SYSTEMD
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

enum { LAST_WORDS = 2 };	/* seconds for what is left when svd-logd has gone */

/* libsystemd takes a journal that is not there for a success. */
static const char SOCKET_PATH[] = "/run/systemd/journal/socket";

static pid_t parent;

/* The kernel means a thread when it says that the parent has died. */
static void on_orphaned(int signo)
{
	(void)signo;
	if (getppid() != parent)
		alarm(LAST_WORDS);
}

static void end_with_parent(void)
{
	struct sigaction orphaned = { .sa_handler = on_orphaned, .sa_flags = SA_RESTART };

	parent = getppid();
	sigaction(SIGUSR1, &orphaned, NULL);
	signal(SIGALRM, SIG_DFL);
	(void)prctl(PR_SET_PDEATHSIG, SIGUSR1);
}

/* What has not been said of losses, and what holds now; as much of it as svd-logd has room for. */
static void report(int fd, struct journal_loss *loss)
{
	if (send(fd, loss, sizeof(*loss), MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)sizeof(*loss))
		loss->bytes = 0;
}

/* Losses are told as they come, an end of them once. */
static void note(int fd, struct journal_loss *loss, int code, size_t bytes)
{
	bool healed = code == 0 && loss->code < 0;

	if (code == 0 && !healed)
		return;
	if (healed && loss->bytes > 0)
		report(fd, loss);
	loss->code = code;
	loss->bytes += code ? (uint32_t)bytes : 0;
	report(fd, loss);
}

static int give(__typeof__(sd_journal_sendv) *sendv, char *packet, size_t n)
{
	struct iovec fields[JOURNAL_FIELDS_MAX];
	int count = sendv ? journal_fields(packet, n, fields) : -ELIBACC;

	if (count < 0)
		return count;
	if (access(SOCKET_PATH, F_OK) < 0)
		return -errno;
	return sendv(fields, count);
}

static int carry(int fd, __typeof__(sd_journal_sendv) *sendv)
{
	static char packet[JOURNAL_PACKET_MAX];
	struct journal_loss loss = { .code = -ECHILD };	/* what is said when a helper ends */
	ssize_t n;

	while ((n = recv(fd, packet, sizeof(packet), 0)) != 0) {
		if (n < 0 && errno != EINTR)
			return EXIT_FAILURE;
		if (n > 0)
			note(fd, &loss, give(sendv, packet, (size_t)n), (size_t)n);
	}
	return EXIT_SUCCESS;
}

int journal_help(int fd)
{
	__typeof__(sd_journal_sendv) *sendv = NULL;
	void *lib;

	(void)prctl(PR_SET_NAME, "svd-journal");
	end_with_parent();
	lib = dlopen("libsystemd.so.0", RTLD_NOW);
	if (lib)
		sendv = (__typeof__(sendv))dlsym(lib, "sd_journal_sendv");
	return carry(fd, sendv);
}
#else
#include <stdlib.h>

int journal_help(int fd)
{
	(void)fd;
	return EXIT_FAILURE;
}
#endif
