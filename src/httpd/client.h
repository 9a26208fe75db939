/* client.h - one connection: who it is, and how long it may take to ask */
#ifndef SVD_HTTPD_CLIENT_H
#define SVD_HTTPD_CLIENT_H

#include <jansson.h>

#include "base/macro.h"
#include "ipc/loop.h"

struct client {
	int          fd;	/* borrowed from libmicrohttpd */
	json_t      *peer;	/* owned; who it is, see httpd/peer.h */
	char        *peer_text;	/* owned; the same, as JSON text without its brackets */
	struct timer deadline;
};

/* NULL: no memory. The caller owns it. */
must_check struct client *client_new(struct loop *loop, int fd);
void client_free(struct client *client);

/* From now on the client has so many seconds; then its connection is shut down. */
void client_hurry(struct client *client, double seconds);

/* It is our turn: the client may wait as long as it likes. */
void client_relax(struct client *client);

#endif
