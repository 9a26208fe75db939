/* piece.h - an XML-RPC result with the text of a file in it */
#ifndef SVD_HTTPD_PIECE_H
#define SVD_HTTPD_PIECE_H

#include <jansson.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/macro.h"

/*
 * A character belongs to the piece in which it begins: pieces that follow each other in a file are
 * its text, whole, wherever they are cut.
 */
struct piece;

/*
 * value is svd's: see svd/rpc_logs.c. fd is the piece's from now on, also on failure. Returns 0,
 * -EPROTO (that is no piece) or -ENOMEM.
 */
must_check int piece_new(const json_t *value, int fd, struct piece **ret_piece);
void piece_free(struct piece *piece);

/* Bytes of the file that it is about. */
int64_t piece_size(const struct piece *piece);

/*
 * The next bytes of the message, at most max. Returns how many, 0 at the end, or -errno. A file
 * that became shorter meanwhile ends the text, not the message.
 */
ssize_t piece_read(struct piece *piece, char *buf, size_t max);

#endif
