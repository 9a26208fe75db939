/* keeps.h - descriptors that svd-logd has us keep for its successor */
#ifndef SVD_SVD_KEEPS_H
#define SVD_SVD_KEEPS_H

#include <stdbool.h>

#include "base/macro.h"

struct link;

enum { KEEPS_MAX = 64 };

struct keeps {
	struct keep {
		char *name;	/* owned */
		int   fd;	/* owned */
		bool  is_pipe;
	} all[KEEPS_MAX];
	unsigned n;
};

void keeps_done(struct keeps *keeps);

/* fd is taken; another of that name goes. 0 or -errno: -ENOSPC, there are too many; -ENOMEM. */
int keeps_put(struct keeps *keeps, const char *name, int fd);

/* Hand all of them to a new svd-logd. 0 or -errno of link_send. */
must_check int keeps_send(const struct keeps *keeps, struct link *link);

/* Does a byte wait in one of the kept pipes? */
bool keeps_have_bytes(const struct keeps *keeps);

#endif
