/*
 * client.c - libmicrohttpd only knows a timeout between two bytes, so a client that sends one
 * now and then could hold its connection forever, and a thousand of them all that we have. Here
 * the whole request has a deadline.
 */
#include "httpd/client.h"

#include <stdlib.h>
#include <sys/socket.h>

#include "httpd/peer.h"

/* libmicrohttpd owns the connection; it sees the end of the stream and cleans up. */
static void on_deadline(struct timer *t)
{
	struct client *client = container_of(t, struct client, deadline);

	(void)shutdown(client->fd, SHUT_RDWR);
}

struct client *client_new(struct loop *loop, int fd)
{
	struct client *client = calloc(1, sizeof(*client));

	if (!client)
		return NULL;
	client->fd = fd;
	client->peer = peer_new(fd);
	if (!client->peer) {
		free(client);
		return NULL;
	}
	timer_init(&client->deadline, loop, on_deadline);
	return client;
}

void client_free(struct client *client)
{
	timer_stop(&client->deadline);
	json_decref(client->peer);
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
