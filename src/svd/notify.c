/*
 * notify.c - libsystemd is loaded when systemd asked for news, not before: it brings five more
 * libraries and doubles the memory of an svd that runs anywhere else.
 */
#include "svd/notify.h"

#include "config.h"

#ifdef HAVE_SYSTEMD
#include <dlfcn.h>
#include <stdlib.h>
#include <systemd/sd-daemon.h>

#include "svd/log.h"

void notify(const char *state)
{
	static __typeof__(sd_notify) *send;
	void *lib;

	if (!getenv("NOTIFY_SOCKET"))
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
