/* peer.h - who is at the other end of a connection */
#ifndef SVD_HTTPD_PEER_H
#define SVD_HTTPD_PEER_H

#include <jansson.h>
#include <stddef.h>

#include "base/macro.h"

/*
 * What the kernel knows, as members of a `call` frame: uid, gids and pid of who connected to a unix
 * socket, or the address that he connected from. NULL: no memory.
 */
must_check json_t *peer_new(int fd);

/* For messages: "uid 1000 (pid 4711)", or the address. */
void peer_describe(const json_t *peer, char *buf, size_t size);

#endif
