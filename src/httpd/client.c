/*
 * client.c - libmicrohttpd only knows a timeout between two bytes, so a client that sends one
 * now and then could hold its connection forever, and a thousand of them all that we have. Here
 * the whole request has a deadline.
 */
#include "httpd/client.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "httpd/peer.h"

/* libmicrohttpd owns the connection; it sees the end of the stream and cleans up. */
static void on_deadline(struct timer *t)
{
	struct client *client = container_of(t, struct client, deadline);

	(void)shutdown(client->fd, SHUT_RDWR);
}

/* Every call takes it along, so it is made once. */
static char *members_text(const json_t *object)
{
	char *text = json_dumps(object, JSON_COMPACT);
	size_t n = text ? strlen(text) : 0;

	if (!text)
		return NULL;
	memmove(text, text + 1, n - 2);
	text[n - 2] = '\0';
	return text;
}

struct client *client_new(struct loop *loop, int fd)
{
	struct client *client = calloc(1, sizeof(*client));

	if (!client)
		return NULL;
	client->fd = fd;
	timer_init(&client->deadline, loop, on_deadline);
	client->peer = peer_new(fd);
	client->peer_text = client->peer ? members_text(client->peer) : NULL;
	if (!client->peer_text) {
		client_free(client);
		return NULL;
	}
	return client;
}

void client_free(struct client *client)
{
	timer_stop(&client->deadline);
	json_decref(client->peer);
	free(client->peer_text);
	free(client);
}

void client_hurry(struct client *client, double seconds)
{
	timer_start(&client->deadline, seconds);
}

void client_relax(struct client *client)
{
	timer_stop(&client->deadline);
}
