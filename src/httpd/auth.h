/* auth.h - who may talk to a server: HTTP's basic authentication */
#ifndef SVD_HTTPD_AUTH_H
#define SVD_HTTPD_AUTH_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/macro.h"

enum { AUTH_DIGEST = 20 };	/* bytes of a SHA-1 */

/* Only digests are kept: comparing them takes the same time whatever was sent. */
struct login {
	bool    impossible;	/* a {SHA} that is none: nobody gets in */
	uint8_t user[AUTH_DIGEST];
	uint8_t password[AUTH_DIGEST];
};

/* What one server asks for. */
struct auth {
	bool         required;
	struct login login;
};

/* Those that every server knows that asks for a password. All zero: none. */
struct logins {
	struct login *list;	/* owned */
	size_t        n;
};

/* username NULL or empty: everybody may. password: plain text or "{SHA}" and 40 hex digits. */
void auth_init(struct auth *auth, const char *username, const char *password);

/* Take passwords by name from a JSON object in place of those before. 0, or -ENOMEM: none then. */
int logins_set(struct logins *logins, const json_t *passwords);
void logins_done(struct logins *logins);

/* The same users with the same passwords, in the same order? */
bool logins_are_equal(const struct logins *a, const struct logins *b);

/*
 * Is this value of the header Authorization (NULL: none) good enough? Then *ret_user, the caller's
 * to free, is who it is; NULL where nobody is asked, or for want of memory: that is no "yes".
 */
must_check bool auth_check(const struct auth *auth, const struct logins *logins,
			   const char *header, char **ret_user);

#endif
