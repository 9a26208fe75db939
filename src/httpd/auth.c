/*
 * auth.c - basic authentication as Supervisor has it. Both sides are hashed before they are
 * compared, so that neither contents nor length of a password, nor whether the user exists,
 * shows in the time an answer takes.
 */
#include "httpd/auth.h"

#include <ctype.h>
#include <errno.h>
#include <sha1.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/base64.h"
#include "base/strbuf.h"

_Static_assert((int)AUTH_DIGEST == SHA1_DIGEST_LENGTH, "a digest has the wrong size");
_Static_assert(sizeof(struct login) == 1 + 2 * AUTH_DIGEST, "there is padding in a login");

static void digest(uint8_t ret_digest[AUTH_DIGEST], const void *p, size_t n)
{
	SHA1_CTX ctx;

	SHA1Init(&ctx);
	SHA1Update(&ctx, p, n);
	SHA1Final(ret_digest, &ctx);
}

static bool is_equal(const uint8_t *a, const uint8_t *b)
{
	unsigned diff = 0;

	for (size_t i = 0; i < AUTH_DIGEST; i++)
		diff |= a[i] ^ b[i];
	return diff == 0;
}

static int hex_digit(char c)
{
	if (isdigit((unsigned char)c))
		return c - '0';
	return isxdigit((unsigned char)c) ? tolower((unsigned char)c) - 'a' + 10 : -1;
}

static bool parse_hex(uint8_t ret_digest[AUTH_DIGEST], const char *s)
{
	if (strlen(s) != 2 * AUTH_DIGEST)
		return false;
	for (size_t i = 0; i < AUTH_DIGEST; i++) {
		int high = hex_digit(s[2 * i]), low = hex_digit(s[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		ret_digest[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

static void login_init(struct login *login, const char *username, const char *password)
{
	static const char sha[] = "{SHA}";

	*login = (struct login){ 0 };
	digest(login->user, username, strlen(username));
	if (strncmp(password, sha, strlen(sha)) != 0)
		digest(login->password, password, strlen(password));
	else
		login->impossible = !parse_hex(login->password, password + strlen(sha));
}

void auth_init(struct auth *auth, const char *username, const char *password)
{
	*auth = (struct auth){ .required = username && *username };
	if (auth->required)
		login_init(&auth->login, username, password ? password : "");
}

int logins_set(struct logins *logins, const json_t *passwords)
{
	const char *name;
	json_t *password;

	logins_done(logins);
	logins->list = calloc(json_object_size(passwords) + 1, sizeof(*logins->list));
	if (!logins->list)
		return -ENOMEM;
	json_object_foreach((json_t *)passwords, name, password)
		if (json_is_string(password))
			login_init(&logins->list[logins->n++], name,
				   json_string_value(password));
	return 0;
}

void logins_done(struct logins *logins)
{
	free(logins->list);
	*logins = (struct logins){ 0 };
}

bool logins_are_equal(const struct logins *a, const struct logins *b)
{
	return a->n == b->n && (a->n == 0 || memcmp(a->list, b->list,
						    a->n * sizeof(a->list[0])) == 0);
}

static bool login_fits(const struct login *login, const struct login *given)
{
	bool user_ok = is_equal(given->user, login->user);
	bool password_ok = is_equal(given->password, login->password);

	return user_ok & password_ok & !login->impossible;
}

/* "user:password", n bytes; only the first colon divides. All that are known are compared. */
static bool check_pair(const struct auth *auth, const struct logins *logins, const char *pair,
		       size_t n, char **ret_user)
{
	const char *colon = memchr(pair, ':', n);
	struct login given;
	size_t user_len;
	bool ok;

	if (!colon)
		return false;
	user_len = (size_t)(colon - pair);
	digest(given.user, pair, user_len);
	digest(given.password, colon + 1, n - user_len - 1);
	ok = login_fits(&auth->login, &given);
	for (size_t i = 0; i < logins->n; i++)
		ok |= login_fits(&logins->list[i], &given);
	if (ok)
		*ret_user = strndup(pair, user_len);
	return ok && *ret_user;
}

bool auth_check(const struct auth *auth, const struct logins *logins, const char *header,
		char **ret_user)
{
	static const char scheme[] = "Basic ";
	struct strbuf pair = { 0 };
	bool ok = !auth->required;

	*ret_user = NULL;
	if (ok || !header || strncasecmp(header, scheme, strlen(scheme)) != 0)
		return ok;
	header += strlen(scheme);
	if (base64_decode(&pair, header, strlen(header)) && strbuf_str(&pair))
		ok = check_pair(auth, logins, strbuf_str(&pair), pair.len, ret_user);
	if (pair.s)
		explicit_bzero(pair.s, pair.cap);
	strbuf_done(&pair);
	return ok;
}
