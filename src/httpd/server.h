/* server.h - HTTP on one listening socket */
#ifndef SVD_HTTPD_SERVER_H
#define SVD_HTTPD_SERVER_H

#include <microhttpd.h>
#include <stdbool.h>

#include "base/err.h"
#include "base/macro.h"
#include "httpd/auth.h"
#include "httpd/rpc.h"
#include "ipc/loop.h"

enum {
	SERVER_CLIENTS_MAX = 4096,		/* connections at once; more wait in the backlog */
	SERVER_BODY_MAX = 4 * 1024 * 1024,	/* bytes in a request */
	SERVER_LARGE = 128 * 1024,		/* bytes of a message worth tidying up after */
	SERVER_POOL = 32 * 1024,		/* bytes per connection: headers, buffers */
};

struct welcome;

struct server_config {
	int         id;		/* svd's number for it */
	const char *name;	/* for messages */
	const char *username, *password;	/* NULL: open to everybody */
	struct welcome *welcome;	/* borrowed, for as long as the server lives */
	bool        shows_health;	/* to everybody, without a login */
	bool        is_inet;		/* not a unix socket */
	const char *secret;		/* for tokens, see httpd/token.h; NULL: none */
	const json_t *hosts;		/* other names of it, an array; NULL: none */
	double      patience;	/* seconds for the body of a request; twice that for silence */
	unsigned    clients_max;
};

struct request;

struct server {
	struct MHD_Daemon *daemon;	/* owned */
	struct loop *loop;		/* borrowed */
	struct rpc  *rpc;		/* borrowed */
	struct io    io;		/* the daemon's epoll descriptor */
	struct timer timer;		/* what the daemon wants to be called for next */
	struct auth  auth;
	struct welcome *welcome;	/* borrowed */
	bool         shows_health;
	bool         is_inet;
	char        *secret;		/* owned; NULL: none */
	json_t      *hosts;		/* owned; NULL: none */
	int          id;
	char        *name;		/* owned */
	double       patience;
	unsigned     n_clients;		/* connections that are open */
	unsigned     clients_max;
	bool         is_due;		/* the daemon has something to do in this turn */
	bool         is_deaf;		/* the listening socket has been closed */
	bool         is_leaving;	/* accepts nobody any more; goes with its last client */
	bool         is_quiesced;	/* accepts nobody any more; streams end */
	bool         is_bloated;	/* a large message came through; reset by the owner */
	struct request *requests;	/* each owned by its connection */
	void       (*on_change)(void *arg);
	void        *arg;		/* borrowed */
	struct server *next;		/* for the owner's list */
};

/*
 * Serves on fd (taken, also on failure). on_change(arg) comes after a connection or a request
 * began or ended. config is borrowed for the call. Returns 0 or -errno with err.
 */
must_check int server_new(struct loop *loop, struct rpc *rpc, int fd,
			  const struct server_config *config, void (*on_change)(void *arg),
			  void *arg, struct server **ret_server, struct err *err);

/* Lets libmicrohttpd see, in this turn, that a connection was resumed: no descriptor tells it. */
void server_wake(struct server *server);

/* To be called before the loop sleeps: what came for the server is done here. */
void server_turn(struct server *server);

/* Accepts nobody any more: who connects waits in the backlog for our successor. */
void server_quiesce(struct server *server);

/* The same for a socket that is no more: those who are connected stay, streams go on. */
void server_leave(struct server *server);

/* Ends what goes on for those who have logged in: who still may comes again. */
void server_part(struct server *server);

/* Ends all connections. The listening socket stays usable for others that hold it. */
void server_free(struct server *server);

#endif
