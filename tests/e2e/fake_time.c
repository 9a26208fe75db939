/*
 * fake_time.c - a wall clock that jumps: LD_PRELOAD this, and FAKE_TIME names a file with the
 * seconds to be added. Only what people call the time is moved, as ntpd or date(1) would.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static long offset(void)
{
	const char *path = getenv("FAKE_TIME");
	char text[32] = "0";
	int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;

	if (fd >= 0) {
		if (read(fd, text, sizeof(text) - 1) < 0)
			text[0] = '0';
		close(fd);
	}
	return atol(text);
}

int clock_gettime(clockid_t id, struct timespec *now)
{
	int (*real)(clockid_t, struct timespec *) = dlsym(RTLD_NEXT, "clock_gettime");
	int ret = real(id, now);

	if (ret == 0 && id == CLOCK_REALTIME)
		now->tv_sec += offset();
	return ret;
}
