/* gate.h - svd's side of svd-httpd: listening sockets out, calls in, replies out */
#ifndef SVD_SVD_GATE_H
#define SVD_SVD_GATE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/macro.h"

struct call;
struct engine;
struct gate;
struct server_config;

/*
 * svd-httpd runs only while somebody talks to us: svd keeps the listening sockets, watches them
 * while no svd-httpd runs, and starts one when a client knocks. It leaves when it has been idle
 * for a while. A client that comes in between waits in the backlog; none is refused.
 */
must_check struct gate *gate_new(struct engine *e);	/* NULL: no memory */
void gate_free(struct gate *gate);

/* Serve on this listening socket; fd is the gate's from now on. 0 or -ENOMEM. */
must_check int gate_add(struct gate *gate, const struct server_config *conf, int fd);

/* The engine has a newer configuration: who may log in is what it says. */
void gate_renew(struct gate *gate);

/* Serve conf on this socket from now on, no more on the one before. fd is the gate's, always. */
must_check int gate_move(struct gate *gate, const struct server_config *conf, int fd);

/* Answer a call; the call stays the caller's. */
void gate_reply(struct gate *gate, const struct call *call);

/* Sends the answers of this turn. */
void gate_flush(struct gate *gate);

/* The file of a multicall's member goes ahead of the reply, as its n-th. 0 or -errno. */
must_check int gate_part(struct gate *gate, const struct call *member, size_t n);

/*
 * An `event` frame for svd-httpd; head is stolen. 0, or -errno: it is not there, or more than a
 * megabyte waits for it already.
 */
int gate_event(struct gate *gate, json_t *head, const void *body, size_t n);

/* The pid of svd-httpd; 0: it does not run. */
pid_t gate_pid(const struct gate *gate);

/* Sends what there is to send: is there still more than a little that svd-httpd has not taken? */
bool gate_is_behind(struct gate *gate);

/* A child of svd died: true if it was svd-httpd. */
bool gate_reaped(struct gate *gate, pid_t pid, int wait_status);

/* The end: let answers under way reach their clients. Waits for at most `seconds`. */
void gate_stop(struct gate *gate, double seconds);

#endif
