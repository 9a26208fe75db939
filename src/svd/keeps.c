/*
 * keeps.c - what svd-logd holds between a pipe and a file must outlive it. We do not know what
 * these descriptors are; only that bytes which can be read from one are not in their file yet.
 */
#include "svd/keeps.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fd.h"
#include "ipc/frame.h"

static void drop(struct keep *keep)
{
	free(keep->name);
	close_fd(&keep->fd);
}

void keeps_done(struct keeps *keeps)
{
	while (keeps->n)
		drop(&keeps->all[--keeps->n]);
}

static struct keep *find(struct keeps *keeps, const char *name)
{
	for (unsigned i = 0; i < keeps->n; i++) {
		if (strcmp(keeps->all[i].name, name) == 0)
			return &keeps->all[i];
	}
	return NULL;
}

static bool is_pipe(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISFIFO(st.st_mode);
}

static int add(struct keeps *keeps, const char *name, int fd)
{
	char *copy = keeps->n < KEEPS_MAX ? strdup(name) : NULL;

	if (!copy)
		return keeps->n < KEEPS_MAX ? -ENOMEM : -ENOSPC;
	keeps->all[keeps->n++] = (struct keep){ .name = copy, .fd = fd,
						.is_pipe = is_pipe(fd) };
	return 0;
}

int keeps_put(struct keeps *keeps, const char *name, int fd)
{
	struct keep *keep = find(keeps, name);
	int ret = 0;

	if (keep) {
		close_fd(&keep->fd);
		keep->fd = fd;
		keep->is_pipe = is_pipe(fd);
	} else {
		ret = add(keeps, name, fd);
	}
	if (ret < 0)
		close_fd(&fd);
	return ret;
}

int keeps_send(const struct keeps *keeps, struct link *link)
{
	int ret = 0;

	for (unsigned i = 0; i < keeps->n && ret == 0; i++) {
		json_t *head = json_pack("{s:s, s:s}", "t", "keep", "name", keeps->all[i].name);

		ret = link_send(link, head, NULL, 0, keeps->all[i].fd);
	}
	return ret;
}

bool keeps_have_bytes(const struct keeps *keeps)
{
	struct pollfd ask[KEEPS_MAX];

	unsigned n = 0;

	for (unsigned i = 0; i < keeps->n; i++) {
		if (keeps->all[i].is_pipe)
			ask[n++] = (struct pollfd){ .fd = keeps->all[i].fd, .events = POLLIN };
	}
	if (poll(ask, n, 0) <= 0)
		return false;
	while (n > 0) {
		if (ask[--n].revents & POLLIN)
			return true;
	}
	return false;
}
