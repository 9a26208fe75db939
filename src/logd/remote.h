/* remote.h - syslog servers elsewhere: RFC 5424 over UDP (RFC 5426) or TCP (RFC 6587) */
#ifndef SVD_LOGD_REMOTE_H
#define SVD_LOGD_REMOTE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/macro.h"
#include "ipc/loop.h"
#include "logd/rfc5424.h"
#include "logd/sinks.h"

struct remote;

enum { REMOTE_UDP_MAX = 8192 };	/* bytes of a datagram, which is what rsyslogd takes unasked */

/* All servers, each with one connection for all channels. */
struct remotes {
	struct loop   *loop;	/* borrowed */
	struct remote *all;	/* owned list */
	struct waker   waker;	/* an address was found */
	char           host[256];	/* our name */
	const struct sink_news *news;	/* borrowed */
	void          *user;
};

void remotes_init(struct remotes *all, struct loop *loop, const struct sink_news *news, void *user);
void remotes_done(struct remotes *all);	/* all of them, whoever holds them */
bool remotes_are_empty(const struct remotes *all);	/* nothing waits to be sent */

/*
 * The server of "udp://host:port" or "tcp://host:port" (an IPv6 address in brackets), counted up.
 * Nothing is looked up or connected before there is something to send. 0, -EINVAL: that is no such
 * url, or -ENOMEM.
 */
must_check int remote_get(struct remotes *all, const char *url, struct remote **ret_remote);

/* Down. What waits for it is sent for some time. NULL is allowed. */
void remote_unref(struct remote *r);

/*
 * One line, without its end. Never waits: what does not fit into the outbox is dropped, counted and
 * said, with the url as its path.
 */
void remote_send(struct remote *r, const struct remote_head *head, const char *line, size_t n);

#endif
