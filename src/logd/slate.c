/*
 * slate.c - plain stores into shared memory: a SIGKILL comes between two of our instructions, and
 * what was stored by then is there. Only the compiler must not change their order.
 */
#include "logd/slate.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"

static const uint64_t MAGIC = 0x3165746c73647673;	/* svdslte1 */

static int make_memory(void)
{
	int fd = memfd_create("svd-slate", MFD_CLOEXEC);

	if (fd >= 0 && ftruncate(fd, sizeof(struct slate_page)) < 0)
		close_fd(&fd);
	return fd < 0 ? -errno : fd;
}

static int map(struct slate *slate)
{
	struct stat st;
	void *page;

	if (fstat(slate->fd, &st) < 0)
		return -errno;
	if ((uint64_t)st.st_size < sizeof(struct slate_page))
		return -EPROTO;
	page = mmap(NULL, sizeof(struct slate_page), PROT_READ | PROT_WRITE, MAP_SHARED, slate->fd,
		    0);
	if (page == MAP_FAILED)
		return -errno;
	slate->page = page;
	return 0;
}

int slate_init(struct slate *slate, int fd)
{
	int ret;

	*slate = (struct slate){ .fd = fd >= 0 ? fd : make_memory() };
	if (slate->fd < 0)
		return slate->fd;
	ret = map(slate);
	if (ret == 0 && slate->page->magic == 0)
		slate->page->magic = MAGIC;
	if (ret == 0 && slate->page->magic != MAGIC)
		ret = -EPROTO;
	if (ret < 0)
		slate_done(slate);
	return ret;
}

void slate_done(struct slate *slate)
{
	if (slate->page)
		(void)munmap(slate->page, sizeof(struct slate_page));
	slate->page = NULL;
	close_fd(&slate->fd);
}

static void barrier(void)
{
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
}

void slate_set(struct slate_line *line, enum slate_kind kind, int64_t channel, uint64_t input)
{
	barrier();
	*line = (struct slate_line){ .channel = channel, .input = input, .kind = kind };
	barrier();
}

void slate_set_kind(struct slate_line *line, enum slate_kind kind)
{
	barrier();
	line->kind = kind;
	barrier();
}

void slate_set_input(struct slate_line *line, uint64_t input)
{
	barrier();
	line->input = input;
	barrier();
}

void slate_set_size(struct slate_line *line, uint64_t size, bool fresh)
{
	barrier();
	line->size = size;
	line->fresh = fresh;
	barrier();
}
