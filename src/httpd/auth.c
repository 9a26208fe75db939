/*
 * auth.c - basic authentication as Supervisor has it. Both sides are hashed before they are
 * compared, so that neither contents nor length of a password, nor whether the user exists,
 * shows in the time an answer takes.
 */
#include "httpd/auth.h"

#include <ctype.h>
#include <sha1.h>
#include <string.h>
#include <strings.h>

#include "base/base64.h"
#include "base/strbuf.h"

_Static_assert((int)AUTH_DIGEST == SHA1_DIGEST_LENGTH, "a digest has the wrong size");

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

void auth_init(struct auth *auth, const char *username, const char *password)
{
	static const char sha[] = "{SHA}";

	*auth = (struct auth){ .required = username && *username };
	if (!auth->required)
		return;
	if (!password)
		password = "";
	digest(auth->user, username, strlen(username));
	if (strncmp(password, sha, strlen(sha)) != 0)
		digest(auth->password, password, strlen(password));
	else
		auth->impossible = !parse_hex(auth->password, password + strlen(sha));
}

/* "user:password"; only the first colon divides. */
static bool check_pair(const struct auth *auth, const char *pair, size_t n)
{
	const char *colon = memchr(pair, ':', n);
	uint8_t user[AUTH_DIGEST], password[AUTH_DIGEST];
	bool user_ok, password_ok;

	if (!colon)
		return false;
	digest(user, pair, (size_t)(colon - pair));
	digest(password, colon + 1, n - (size_t)(colon - pair) - 1);
	user_ok = is_equal(user, auth->user);
	password_ok = is_equal(password, auth->password);
	return user_ok & password_ok & !auth->impossible;
}

bool auth_check(const struct auth *auth, const char *header)
{
	static const char scheme[] = "Basic ";
	struct strbuf pair = { 0 };
	bool ok = !auth->required;

	if (ok || !header || strncasecmp(header, scheme, strlen(scheme)) != 0)
		return ok;
	header += strlen(scheme);
	if (base64_decode(&pair, header, strlen(header)) && strbuf_str(&pair))
		ok = check_pair(auth, strbuf_str(&pair), pair.len);
	if (pair.s)
		explicit_bzero(pair.s, pair.cap);
	strbuf_done(&pair);
	return ok;
}
