/* stamp.c - a supervised program that notes the moment of its exec: stamp FILE */
#include <fcntl.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct timespec now;
	char line[64];
	int fd, n;

	clock_gettime(CLOCK_MONOTONIC, &now);
	if (argc != 2)
		return 2;
	fd = open(argv[1], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	n = snprintf(line, sizeof(line), "%d %lld.%09ld\n", (int)getpid(), (long long)now.tv_sec,
		     now.tv_nsec);
	if (fd < 0 || write(fd, line, (size_t)n) != n)
		return 1;
	for (;;)
		pause();
}
