/*
 * server.c - libmicrohttpd in its external epoll mode inside our loop: its epoll descriptor is
 * one more descriptor to watch, and its next deadline one more timer. Without connections there
 * is neither, so that an idle server costs nothing.
 */
#include "httpd/server.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/fd.h"
#include "httpd/client.h"
#include "httpd/request.h"

enum { RUNS_MAX = 4 };	/* of libmicrohttpd in a turn, before others have theirs */

static void run(struct server *server)
{
	bool was_full = server->n_clients >= server->clients_max;
	MHD_UNSIGNED_LONG_LONG ms;

	server->is_due = false;
	(void)MHD_run(server->daemon);
	/* It listens again not when a place becomes free but when it runs the next time. */
	if (was_full && server->n_clients < server->clients_max)
		server->is_due = true;
	else if (MHD_get_timeout(server->daemon, &ms) != MHD_YES)
		timer_stop(&server->timer);
	else if (ms > 0)
		timer_start(&server->timer, (double)ms / 1000);
	else
		server->is_due = true;
}

void server_turn(struct server *server)
{
	for (int i = 0; i < RUNS_MAX && server->is_due; i++)
		run(server);
	if (server->is_due)
		timer_start(&server->timer, 0);
}

static void on_ready(struct io *io, int events)
{
	(void)events;
	server_wake(container_of(io, struct server, io));
}

static void on_timer(struct timer *t)
{
	server_wake(container_of(t, struct server, timer));
}

static void on_connection(void *cls, struct MHD_Connection *connection, void **context,
			  enum MHD_ConnectionNotificationCode what)
{
	struct server *server = cls;
	struct client *client = *context;

	if (what == MHD_CONNECTION_NOTIFY_STARTED) {
		const union MHD_ConnectionInfo *info =
			MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);

		server->n_clients++;
		client = client_new(server->loop, info->connect_fd);
		if (client)
			client_hurry(client, 2 * server->patience);
		*context = client;
	} else {
		server->n_clients--;
		if (client)
			client_free(client);
	}
	server->on_change(server->arg);
}

static struct client *client_of(struct MHD_Connection *connection)
{
	return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)
		->socket_context;
}

static enum MHD_Result on_headers(struct server *server, struct MHD_Connection *connection,
				  const char *url, const char *method, void **con_cls)
{
	struct client *client = client_of(connection);

	if (!client)	/* there was no memory for it */
		return MHD_NO;
	*con_cls = request_new(server, client, connection, url, method);
	if (!*con_cls)
		return MHD_NO;
	if (((struct request *)*con_cls)->at_once)
		return request_finish(*con_cls);
	client_hurry(client, server->patience);
	return MHD_YES;
}

/* libmicrohttpd calls this for the headers, for each piece of the body, at the end, and again
 * when the connection was resumed. */
static enum MHD_Result on_request(void *cls, struct MHD_Connection *connection, const char *url,
				  const char *method, const char *version, const char *data,
				  size_t *n, void **con_cls)
{
	struct request *r = *con_cls;

	(void)version;
	if (!r)
		return on_headers(cls, connection, url, method, con_cls);
	if (*n > 0) {
		request_feed(r, data, *n);
		*n = 0;
		return MHD_YES;
	}
	client_relax(r->client);
	return request_finish(r);
}

static void on_completed(void *cls, struct MHD_Connection *connection, void **con_cls,
			 enum MHD_RequestTerminationCode why)
{
	struct server *server = cls;
	struct request *r = *con_cls;

	(void)connection;
	(void)why;
	if (!r)
		return;
	client_hurry(r->client, 2 * server->patience);
	request_free(r);
	*con_cls = NULL;
	server->on_change(server->arg);
}

/* An answer that the client does not read is given up after as much silence as a request. */
static struct MHD_Daemon *start_daemon(struct server *server, int fd)
{
	return MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL,
				on_request, server,
				MHD_OPTION_LISTEN_SOCKET, fd,
				MHD_OPTION_CONNECTION_LIMIT, server->clients_max,
				MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)SERVER_POOL,
				MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)(2 * server->patience),
				MHD_OPTION_NOTIFY_CONNECTION, on_connection, server,
				MHD_OPTION_NOTIFY_COMPLETED, on_completed, server,
				MHD_OPTION_END);
}

int server_new(struct loop *loop, struct rpc *rpc, int fd, const struct server_config *config,
	       void (*on_change)(void *arg), void *arg, struct server **ret_server,
	       struct err *err)
{
	_cleanup_(close_fd) int sock = fd;
	struct server *server = calloc(1, sizeof(*server));

	if (!server)
		return err_set(err, -ENOMEM, "%s: out of memory", config->name);
	server->loop = loop;
	server->rpc = rpc;
	server->id = config->id;
	server->welcome = config->welcome;
	server->shows_health = config->shows_health;
	server->is_inet = config->is_inet;
	server->secret = config->secret ? strdup(config->secret) : NULL;
	server->hosts = json_deep_copy(config->hosts);
	server->patience = config->patience;
	server->clients_max = config->clients_max;
	server->on_change = on_change;
	server->arg = arg;
	io_init(&server->io, loop, on_ready);
	timer_init(&server->timer, loop, on_timer);
	auth_init(&server->auth, config->username, config->password);
	server->name = strdup(config->name);
	(void)fd_set_nonblock(sock);		/* or accept() could wait */
	server->daemon = server->name ? start_daemon(server, sock) : NULL;
	if (!server->daemon) {
		server_free(server);
		return err_set(err, -EIO, "%s: cannot serve HTTP", config->name);
	}
	(void)steal_fd(&sock);			/* libmicrohttpd closes it */
	io_start(&server->io,
		 MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD)->listen_fd, IO_READ);
	*ret_server = server;
	return 0;
}

void server_wake(struct server *server)
{
	server->is_due = true;
}

/* Once: libmicrohttpd gives the same number again, which may be another's by then. */
static void stop_accepting(struct server *server)
{
	int fd;

	if (server->is_deaf)
		return;
	server->is_deaf = true;
	fd = MHD_quiesce_daemon(server->daemon);
	close_fd(&fd);
}

void server_quiesce(struct server *server)
{
	struct request *r;

	server->is_quiesced = true;
	stop_accepting(server);
	for (r = server->requests; r; r = r->next)
		if (r->work && r->work_type->end)
			r->work_type->end(r->work);
}

void server_leave(struct server *server)
{
	run(server);	/* some may have come already */
	stop_accepting(server);
	server->is_leaving = true;
}

void server_part(struct server *server)
{
	struct request *r;

	for (r = server->requests; r; r = r->next)
		if (r->user && r->work)
			request_abort(r);
}

/* libmicrohttpd panics when it is stopped with suspended connections. It is quiesced first so
 * that it cannot shut down the socket, which is not ours alone. */
void server_free(struct server *server)
{
	struct request *r;

	if (!server)
		return;
	io_stop(&server->io);
	if (server->daemon) {
		server_quiesce(server);
		for (r = server->requests; r; r = r->next)
			request_abort(r);
		MHD_stop_daemon(server->daemon);
	}
	timer_stop(&server->timer);
	free(server->name);
	free(server->secret);
	json_decref(server->hosts);
	free(server);
}
