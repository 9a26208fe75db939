/*
 * hang.c - a disk that hangs, for one file. usage: hang FILE
 *
 * Writes what is in a page that never comes, and so holds the kernel's lock of the file: whoever
 * writes there now waits until we are killed. Ends at once where the machine does not let us.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { PAGE = 64 * 1024 };	/* bytes; a page or several */

static void *page_that_never_comes(void)
{
	int faults = (int)syscall(SYS_userfaultfd, O_CLOEXEC);
	struct uffdio_api api = { .api = UFFD_API };
	void *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct uffdio_register range = { .range = { (unsigned long)page, PAGE },
					 .mode = UFFDIO_REGISTER_MODE_MISSING };

	if (faults < 0 || page == MAP_FAILED || ioctl(faults, UFFDIO_API, &api) < 0 ||
	    ioctl(faults, UFFDIO_REGISTER, &range) < 0)
		return NULL;
	return page;
}

int main(int argc, char **argv)
{
	int fd = argc == 2 ? open(argv[1], O_WRONLY) : -1;
	void *page = page_that_never_comes();

	if (fd < 0 || !page)
		return 2;
	puts("hanging");
	fflush(stdout);
	return write(fd, page, 1) == 1;
}
