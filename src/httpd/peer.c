/*
 * peer.c - the kernel says who connected; nothing that a client sends is asked. What it was when it
 * connected counts, so it is looked up once for each connection.
 */
#include "httpd/peer.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { GROUPS_FEW = 64, GROUPS_MAX = 4096 };	/* a frame's head has room for so many */

/*
 * The supplementary groups, at *groups, which is room for GROUPS_FEW or becomes one from the heap.
 * A kernel that cannot tell them (before 4.13), or more of them than anybody has: none, which can
 * only take rights away.
 */
static size_t supplementary(int fd, gid_t **groups)
{
	socklen_t size = GROUPS_FEW * sizeof(gid_t);
	int ret = getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, *groups, &size);

	if (ret < 0 && errno == ERANGE && size <= GROUPS_MAX * sizeof(gid_t)) {
		*groups = malloc(size);
		if (*groups)
			ret = getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, *groups, &size);
	}
	return ret < 0 ? 0 : size / sizeof(gid_t);
}

static json_t *groups_of(int fd, gid_t primary)
{
	json_t *list = json_pack("[I]", (json_int_t)primary);
	gid_t few[GROUPS_FEW], *groups = few;
	size_t n = supplementary(fd, &groups);

	for (size_t i = 0; i < n; i++)
		json_array_append_new(list, json_integer((json_int_t)groups[i]));
	if (groups != few)
		free(groups);
	return list;
}

static json_t *local_peer(int fd)
{
	struct ucred cred;
	socklen_t size = sizeof(cred);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &size) < 0)
		return json_object();		/* nobody, then */
	return json_pack("{s:I, s:o, s:i}", "uid", (json_int_t)cred.uid, "gids",
			 groups_of(fd, cred.gid), "pid", (int)cred.pid);
}

/* A socket for both shows IPv4 addresses as ::ffff:10.0.0.7, which nobody would look for. */
static const char *plain(const char *address)
{
	static const char mapped[] = "::ffff:";

	return strncmp(address, mapped, strlen(mapped)) == 0 && strchr(address, '.') ?
		       address + strlen(mapped) : address;
}

json_t *peer_new(int fd)
{
	struct sockaddr_storage sa = { 0 };
	socklen_t n = sizeof(sa);
	char address[NI_MAXHOST];

	if (getpeername(fd, (struct sockaddr *)&sa, &n) < 0)
		return json_object();
	if (sa.ss_family == AF_UNIX)
		return local_peer(fd);
	if (getnameinfo((struct sockaddr *)&sa, n, address, sizeof(address), NULL, 0,
			NI_NUMERICHOST) != 0)
		return json_object();
	return json_pack("{s:s}", "from", plain(address));
}

void peer_describe(const json_t *peer, char *buf, size_t size)
{
	const char *from = json_string_value(json_object_get(peer, "from"));
	const json_t *uid = json_object_get(peer, "uid");

	if (from)
		snprintf(buf, size, "%s", from);
	else if (uid)
		snprintf(buf, size, "uid %" JSON_INTEGER_FORMAT " (pid %" JSON_INTEGER_FORMAT ")",
			 json_integer_value(uid),
			 json_integer_value(json_object_get(peer, "pid")));
	else
		snprintf(buf, size, "somebody who is gone");
}
