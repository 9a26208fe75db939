/*
 * token.c - a browser sends a login along with whatever any page makes it send. A token it does
 * not: that has to be read first, and pages of others cannot read ours.
 */
#include "httpd/token.h"

#include <sha2.h>
#include <stdio.h>
#include <string.h>

/* Hashed twice, with the secret before each, as in HMAC: nothing can be added to what is meant. */
void token_make(char ret[TOKEN_LEN + 1], const char *secret, int server, const char *user)
{
	uint8_t digest[SHA256_DIGEST_LENGTH];
	char number[16];
	SHA2_CTX ctx;

	ret[0] = '\0';
	if (!secret || !*secret)
		return;
	snprintf(number, sizeof(number), "%d:", server);
	SHA256Init(&ctx);
	SHA256Update(&ctx, (const uint8_t *)secret, strlen(secret));
	SHA256Update(&ctx, (const uint8_t *)number, strlen(number));
	SHA256Update(&ctx, (const uint8_t *)(user ? "user:" : "nobody"), user ? 5 : 6);
	if (user)
		SHA256Update(&ctx, (const uint8_t *)user, strlen(user));
	SHA256Final(digest, &ctx);
	SHA256Init(&ctx);
	SHA256Update(&ctx, (const uint8_t *)secret, strlen(secret));
	SHA256Update(&ctx, digest, sizeof(digest));
	SHA256Final(digest, &ctx);
	for (size_t i = 0; i < sizeof(digest); i++)
		snprintf(ret + 2 * i, 3, "%02x", digest[i]);
}

bool token_is_good(const char *given, const char *secret, int server, const char *user)
{
	char token[TOKEN_LEN + 1];
	unsigned diff = 0;

	token_make(token, secret, server, user);
	if (!given || strlen(given) != TOKEN_LEN || !*token)
		return false;
	for (size_t i = 0; i < TOKEN_LEN; i++)
		diff |= (unsigned char)(given[i] ^ token[i]);
	return diff == 0;
}
