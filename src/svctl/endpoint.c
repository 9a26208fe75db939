/* endpoint.c - what may stand in serverurl. Mirrors supervisor.xmlrpc.SupervisorTransport. */
#include "config.h"

#include "svctl/endpoint.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char unix_scheme[] = "unix://", http_scheme[] = "http://", https_scheme[] = "https://";

static bool starts_with(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

static int hex_value(char c)
{
	return isdigit((unsigned char)c) ? c - '0' : tolower((unsigned char)c) - 'a' + 10;
}

/* A copy with %XX decoded; NULL: no memory. */
static char *percent_decode(const char *text, size_t n)
{
	char *copy = malloc(n + 1), *to = copy;

	if (!copy)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		if (text[i] == '%' && i + 2 < n && isxdigit((unsigned char)text[i + 1]) &&
		    isxdigit((unsigned char)text[i + 2])) {
			*to++ = (char)(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
			i += 2;
		} else {
			*to++ = text[i];
		}
	}
	*to = '\0';
	return copy;
}

/* "user:password" of n bytes; without a colon there are no credentials. 0 or -ENOMEM. */
static int parse_userinfo(const char *text, size_t n, struct endpoint *e)
{
	const char *colon = memchr(text, ':', n);

	if (!colon)
		return 0;
	e->username = percent_decode(text, (size_t)(colon - text));
	e->password = percent_decode(colon + 1, n - (size_t)(colon + 1 - text));
	return e->username && e->password ? 0 : -ENOMEM;
}

/* What follows the scheme. 0 or -ENOMEM. */
static int parse_authority(const char *text, struct endpoint *e)
{
	size_t n = strcspn(text, "/?#");
	const char *at = memrchr(text, '@', n);

	if (at) {
		size_t userinfo_len = (size_t)(at - text);

		if (parse_userinfo(text, userinfo_len, e) < 0)
			return -ENOMEM;
		text = at + 1;
		n -= userinfo_len + 1;
	}
	return asprintf(&e->url, "%s%.*s", e->tls ? https_scheme : http_scheme, (int)n,
			text) < 0 ? -ENOMEM : 0;
}

/* The host of a unix socket's url is never used, but HTTP wants one. */
static int parse_socket(const char *path, struct endpoint *e)
{
	e->socket_path = strdup(path);
	e->url = strdup("http://localhost");
	return e->socket_path && e->url ? 0 : -ENOMEM;
}

int endpoint_parse(const char *serverurl, struct endpoint *ret_endpoint, struct err *err)
{
	struct endpoint e = { .tls = starts_with(serverurl, https_scheme) };
	int r;

	if (e.tls)
		r = parse_authority(serverurl + strlen(https_scheme), &e);
	else if (starts_with(serverurl, http_scheme))
		r = parse_authority(serverurl + strlen(http_scheme), &e);
	else if (starts_with(serverurl, unix_scheme))
		r = parse_socket(serverurl + strlen(unix_scheme), &e);
	else
		return err_set(err, -EPROTONOSUPPORT, "unknown protocol (unix, http and https "
			       "are known)");
	if (r < 0) {
		endpoint_done(&e);
		return err_set(err, r, "%s", strerror(-r));
	}
	*ret_endpoint = e;
	return 0;
}

void endpoint_done(struct endpoint *e)
{
	free(e->url);
	free(e->socket_path);
	free(e->username);
	free(e->password);
	*e = (struct endpoint){ 0 };
}

bool endpoint_is_url(const char *text)
{
	size_t n = 0;

	if (!isalpha((unsigned char)*text))
		return false;
	while (isalnum((unsigned char)text[n]) || (text[n] && strchr("+-.", text[n])))
		n++;
	if (text[n] != ':')
		return false;
	text += n + 1;
	if (starts_with(text, "//"))
		text += 2;
	return *text && !strchr("?#", *text);
}
