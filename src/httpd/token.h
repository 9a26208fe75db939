/* token.h - what a change that a page asks for must bring along */
#ifndef SVD_HTTPD_TOKEN_H
#define SVD_HTTPD_TOKEN_H

#include <stdbool.h>

#include "base/macro.h"

enum { TOKEN_LEN = 64 };	/* hexadecimal digits */

/*
 * The token of a user (NULL: nobody has to log in) on a server (its number). Only our own pages
 * show it, and only to that user: whoever sends it back has read one of them. secret: svd's, so
 * that a token is good for as long as svd lives; NULL or empty: there are no tokens, *ret is "".
 */
void token_make(char ret[TOKEN_LEN + 1], const char *secret, int server, const char *user);

/* Is it that one? given may be NULL. Takes the same time however much of it is right. */
must_check bool token_is_good(const char *given, const char *secret, int server,
			      const char *user);

#endif
