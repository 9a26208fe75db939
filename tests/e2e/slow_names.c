/*
 * slow_names.c - a name server of many moods: LD_PRELOAD this, and getaddrinfo(3) waits for ever
 * for hangs.test, finds this machine for here.test, and nothing for other names.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netdb.h>
#include <string.h>
#include <unistd.h>

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
		struct addrinfo **ret)
{
	int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **) =
		dlsym(RTLD_NEXT, "getaddrinfo");

	while (node && strcmp(node, "hangs.test") == 0)
		pause();
	if (!node || strcmp(node, "here.test") == 0)
		return real("127.0.0.1", service, hints, ret);
	return EAI_NONAME;
}
