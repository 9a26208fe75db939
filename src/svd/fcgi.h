/* fcgi.h - the socket that the processes of an [fcgi-program:x] share */
#ifndef SVD_SVD_FCGI_H
#define SVD_SVD_FCGI_H

#include "base/err.h"
#include "base/macro.h"
#include "svd/bound.h"

struct process;

/* Embedded in struct group. Mirrors supervisor.socket_manager.SocketManager. */
struct fcgi {
	struct bound bound;
	unsigned     users;	/* processes that have it; 0: it is closed */
};

/*
 * One more process of its group has the socket, as its standard input: p->has_socket. It is bound
 * for the first one. 0, or -errno with "Could not create FastCGI socket ..." in err.
 */
must_check int fcgi_take(struct process *p, struct err *err);

/* The process is gone; the last one closes the socket. No harm when it has none. */
void fcgi_drop(struct process *p);

#endif
