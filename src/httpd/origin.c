/*
 * origin.c - any page that somebody looks at can send requests to an address that only he can
 * reach, ours among them. It cannot lie about where it came from. What is no browser sends no
 * Origin and is never asked.
 */
#include "httpd/origin.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <strings.h>

enum { NAME_MAX_LEN = 255 };	/* of a machine */

/* What is before the port in "name:port" or "[address]:port", which may be without a port. */
static bool host_name(const char *host, char ret_name[NAME_MAX_LEN + 1])
{
	bool has_brackets = *host == '[';
	const char *end;
	size_t n;

	host += has_brackets;
	n = strcspn(host, has_brackets ? "]" : ":");
	end = host + n + has_brackets;
	if (n == 0 || n > NAME_MAX_LEN || (has_brackets && host[n] != ']') ||
	    (*end && *end != ':'))
		return false;
	memcpy(ret_name, host, n);
	ret_name[n] = '\0';
	return true;
}

static bool is_address(const char *name)
{
	struct in6_addr address;

	return inet_pton(AF_INET, name, &address) == 1 || inet_pton(AF_INET6, name, &address) == 1;
}

static bool is_machine(const char *name, const char *machine)
{
	size_t first = strcspn(machine, ".");

	return *machine && (strcasecmp(name, machine) == 0 ||
			    (strlen(name) == first && strncasecmp(name, machine, first) == 0));
}

static bool is_listed(const char *name, const json_t *hosts)
{
	const json_t *one;
	size_t i;

	json_array_foreach(hosts, i, one) {
		const char *listed = json_string_value(one);

		if (listed && (strcmp(listed, "*") == 0 || strcasecmp(listed, name) == 0))
			return true;
	}
	return false;
}

bool host_is_ours(const char *host, const char *machine, const json_t *hosts)
{
	char name[NAME_MAX_LEN + 1];

	return host_name(host, name) && (is_address(name) || strcasecmp(name, "localhost") == 0 ||
					 is_machine(name, machine) || is_listed(name, hosts));
}

/* Behind "http://" or "https://", which a proxy may have been asked by; NULL: neither. */
static const char *origin_host(const char *origin)
{
	static const char http[] = "http://", https[] = "https://";

	if (strncasecmp(origin, http, strlen(http)) == 0)
		return origin + strlen(http);
	return strncasecmp(origin, https, strlen(https)) == 0 ? origin + strlen(https) : NULL;
}

bool origin_is_host(const char *origin, const char *host)
{
	const char *from = origin_host(origin);

	return from && host && strcasecmp(from, host) == 0;
}
