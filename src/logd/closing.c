/* closing.c - a file system may want to do something when a file is closed, and hang. */
#include "logd/closing.h"

#include <errno.h>
#include <stdlib.h>
#include <utlist.h>

#include "base/fd.h"
#include "logd/baton.h"
#include "logd/sinks.h"
#include "logd/target.h"

/* A file that is to be closed. */
struct closing_file {
	struct risk          risk;
	struct closing_file *next;
	int                  fd;	/* owned */
};

static void run_close(struct risk *r)
{
	close_fd(&container_of(r, struct closing_file, risk)->fd);
}

static void was_closed(struct risk *r)
{
	free(container_of(r, struct closing_file, risk));
}

void close_later(struct sinks *all, struct target *t)
{
	struct closing_file *c = t->fd >= 0 && all->baton ? malloc(sizeof(*c)) : NULL;

	if (!c) {
		target_close(t);
		return;
	}
	*c = (struct closing_file){ .risk = { .run = run_close, .on_late = was_closed,
					      .dev = t->id.dev }, .fd = steal_fd(&t->fd) };
	LL_PREPEND(all->to_close, c);
}

void sinks_close_files(struct sinks *all)
{
	struct closing_file *list = all->to_close, *c;

	all->to_close = NULL;
	while ((c = list)) {
		int ret;

		LL_DELETE(list, c);
		LL_CONCAT(all->to_close, list);	/* we may not return here */
		ret = baton_run(all->baton, &c->risk);
		list = all->to_close;
		all->to_close = NULL;
		if (ret == 0)
			free(c);
		else if (ret == -ETIMEDOUT)
			LL_PREPEND(all->to_close, c);
	}
}
