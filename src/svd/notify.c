/*
 * notify.c - libsystemd is loaded when systemd asked for news, not before: it brings five more
 * libraries and doubles the memory of an svd that runs anywhere else.
 */
#include "svd/notify.h"

#include "config.h"

#include <stdlib.h>
#include <unistd.h>

bool notify_is_wanted(void)
{
	return getenv("NOTIFY_SOCKET") != NULL;
}

/* Read here, as each turn asks: libsystemd would have to be loaded for it. */
double notify_interval(void)
{
	const char *usec = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");

	if (!usec || (pid && strtol(pid, NULL, 10) != (long)getpid()))
		return 0;
	return (double)strtoull(usec, NULL, 10) / 1e6 / 2;
}

#ifdef HAVE_SYSTEMD
#include <dlfcn.h>
#include <systemd/sd-daemon.h>

#include "svd/log.h"

void notify(const char *state)
{
	static __typeof__(sd_notify) *send;
	void *lib;

	if (!notify_is_wanted())
		return;
	if (!send) {
		lib = dlopen("libsystemd.so.0", RTLD_NOW);
		send = lib ? (__typeof__(send))dlsym(lib, "sd_notify") : NULL;
		if (!send) {
			log_warn("cannot tell systemd: %s", dlerror());
			return;
		}
	}
	(void)send(0, state);
}
#else
void notify(const char *state)
{
	(void)state;
}
#endif
