/* auth.h - who may talk to a server: HTTP's basic authentication */
#ifndef SVD_HTTPD_AUTH_H
#define SVD_HTTPD_AUTH_H

#include <stdbool.h>
#include <stdint.h>

enum { AUTH_DIGEST = 20 };	/* bytes of a SHA-1 */

/* Only digests are kept: comparing them takes the same time whatever was sent. */
struct auth {
	bool    required;
	bool    impossible;	/* a {SHA} that is none: nobody gets in */
	uint8_t user[AUTH_DIGEST];
	uint8_t password[AUTH_DIGEST];
};

/* username NULL or empty: everybody may. password: plain text or "{SHA}" and 40 hex digits. */
void auth_init(struct auth *auth, const char *username, const char *password);

/* Is this value of the header Authorization (NULL: none) good enough? */
bool auth_check(const struct auth *auth, const char *header);

#endif
