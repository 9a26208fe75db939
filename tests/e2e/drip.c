/*
 * drip.c - writes lines one at a time: each when the one before has been read.
 * drip LINES BYTES [FILE]: begins when FILE is there.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { PAUSE = 300 };	/* microseconds between two looks at the pipe */

static int is_read(int fd)
{
	int waiting;

	return ioctl(fd, FIONREAD, &waiting) < 0 || waiting == 0;
}

int main(int argc, char **argv)
{
	long lines = argc > 2 ? atol(argv[1]) : 0;
	size_t n = argc > 2 ? strtoul(argv[2], NULL, 10) : 0;
	char *line = malloc(n + 1);

	if (!line || !n)
		return 2;
	while (argc > 3 && access(argv[3], F_OK) < 0)
		(void)usleep(PAUSE);
	memset(line, 'x', n);
	line[n - 1] = '\n';
	for (long i = 0; i < lines; i++) {
		if (write(STDOUT_FILENO, line, n) != (ssize_t)n)
			return 1;
		while (!is_read(STDOUT_FILENO))
			(void)usleep(PAUSE);
	}
	return 0;
}
