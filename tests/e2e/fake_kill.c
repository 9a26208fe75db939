/*
 * fake_kill.c - a system that refuses SIGUSR2: LD_PRELOAD this. Root is never refused anything, and
 * what is refused to others depends on who they are.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>

int kill(pid_t pid, int signo)
{
	int (*real)(pid_t, int) = dlsym(RTLD_NEXT, "kill");

	if (signo == SIGUSR2) {
		errno = EPERM;
		return -1;
	}
	return real(pid, signo);
}
