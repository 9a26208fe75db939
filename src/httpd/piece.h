/* piece.h - a result, in XML or JSON, with the text of a file in it */
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
struct strbuf;

/* What a message looks like. */
struct piece_form {
	/* Appends it; *ret_gap is where, in sb, the text of the first empty string in result goes.
	 * Returns 0, -EINVAL (there is none) or -ENOMEM. */
	int  (*build_around)(struct strbuf *sb, const json_t *result, size_t *ret_gap);
	/* Appends what becomes of some of the text, in whole characters. */
	void (*add_text)(struct strbuf *sb, const char *s, size_t n);
};

extern const struct piece_form piece_xml, piece_json;

/*
 * value is svd's: see svd/rpc_logs.c. fd is the piece's from now on, also on failure. form is
 * borrowed. Returns 0, -EPROTO (that is no piece) or -ENOMEM.
 */
must_check int piece_new(const json_t *value, int fd, const struct piece_form *form,
			 struct piece **ret_piece);
void piece_free(struct piece *piece);

/*
 * The whole result at once, as a value. fd is borrowed. Returns 0, *ret_value the caller's and
 * *ret_n the bytes of the file in it; -EFBIG when these are more than max; -EPROTO; -ENOMEM; or
 * another -errno.
 */
must_check int piece_value(const json_t *value, int fd, int64_t max, int64_t *ret_n,
			   json_t **ret_value);

/* Bytes of the file that it is about. */
int64_t piece_size(const struct piece *piece);

/*
 * The next bytes of the message, at most max. Returns how many, 0 at the end, or -errno. A file
 * that became shorter meanwhile ends the text, not the message.
 */
ssize_t piece_read(struct piece *piece, char *buf, size_t max);

#endif
