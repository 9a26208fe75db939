/* passed.h - listening sockets that the service manager has opened for us */
#ifndef SVD_SVD_PASSED_H
#define SVD_SVD_PASSED_H

#include <stdbool.h>
#include <stddef.h>

#include "base/macro.h"

enum { PASSED_MAX = 64 };

struct server_config;

struct passed_socket {
	int  fd;		/* owned; -1: closed */
	bool is_used;
	char name[64];		/* what its unit calls it */
};

/* All zero: none. They stay with us for all lives of the daemon. */
struct passed {
	struct passed_socket sockets[PASSED_MAX];
	size_t n;
};

/*
 * What sd_listen_fds(3) would find, as LISTEN_PID, LISTEN_FDS and LISTEN_FDNAMES tell; these are
 * gone from the environment afterwards, whoever they were meant for. Before the first fork.
 */
void passed_take(struct passed *passed);

/* The socket that listens where the server is to; still ours. -1: there is none. */
int passed_find(struct passed *passed, const struct server_config *server);

/* Closes those that no server has asked for, and says so. */
void passed_settle(struct passed *passed);

void passed_done(struct passed *passed);

#endif
