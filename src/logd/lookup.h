/* lookup.h - the addresses of a host, found in a thread: a name server may take minutes */
#ifndef SVD_LOGD_LOOKUP_H
#define SVD_LOGD_LOOKUP_H

#include <netdb.h>

#include "base/macro.h"
#include "ipc/loop.h"

struct lookup;

/*
 * Begin to look for the addresses of a host and a port, both copied, for sockets of that type.
 * waker, borrowed until lookup_end, wakes the loop when there is a result. 0 or -errno.
 */
must_check int lookup_begin(const char *host, const char *port, int socktype, struct waker *waker,
			    struct lookup **ret_lookup);

/*
 * -EINPROGRESS, or 0: *ret_code is that of getaddrinfo, and *ret_found, for freeaddrinfo, the
 * caller's if it is 0. To be asked no more after a 0.
 */
int lookup_result(struct lookup *l, int *ret_code, struct addrinfo **ret_found);

/* Nobody waits for it any more. NULL is allowed. */
void lookup_end(struct lookup *l);

#endif
