/*
 * request.c - one request from its headers to its answer. An XML-RPC call may take minutes
 * (startProcess waits for startsecs): libmicrohttpd does not look at a suspended connection, so
 * we do, and svd hears of clients that went away.
 */
#include "httpd/request.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <utlist.h>

#include "base/fd.h"
#include "httpd/answer.h"
#include "httpd/framing.h"
#include "httpd/health.h"
#include "httpd/metrics.h"
#include "httpd/route.h"
#include "httpd/rpc2.h"
#include "httpd/web.h"
#include "httpd/welcome.h"

static const double GRACE_SECONDS = 1, LOOK_SECONDS = 0.2, AHEAD_SECONDS = 1;

static void stop_looking(struct request *r)
{
	timer_stop(&r->look);
	io_stop(&r->hangup);
	timer_stop(&r->grace);
}

/*
 * libmicrohttpd then comes back to where it was suspended: request_finish() is called once more, or
 * the reader of a stream.
 */
void request_resume(struct request *r)
{
	stop_looking(r);
	r->suspended = false;
	MHD_resume_connection(r->connection);
	server_wake(r->server);
}

static void on_grace(struct timer *t)
{
	request_abort(container_of(t, struct request, grace));
}

/*
 * The end of the stream: the client is gone, or has closed its sending half and waits (socat and
 * nc do that). The two may look the same, so an answer that comes soon is still sent. What a client
 * sends ahead must stay for libmicrohttpd, and while it lies there the loop would only spin: then
 * we look now and then whether the end is behind it.
 */
static void on_hangup(struct io *io, int events)
{
	struct request *r = container_of(io, struct request, hangup);
	struct pollfd pfd = { .fd = r->client->fd, .events = POLLRDHUP };

	(void)events;
	io_stop(io);
	(void)poll(&pfd, 1, 0);
	if (pfd.revents & (POLLERR | POLLHUP))
		request_abort(r);
	else if (pfd.revents)
		timer_start(&r->grace, GRACE_SECONDS);
	else
		timer_start(&r->look, AHEAD_SECONDS);
}

static void on_look(struct timer *t)
{
	struct request *r = container_of(t, struct request, look);

	io_start(&r->hangup, r->client->fd, IO_READ);
}

void request_suspend(struct request *r)
{
	r->suspended = true;
	MHD_suspend_connection(r->connection);
	timer_start(&r->look, LOOK_SECONDS);
}

void request_work(struct request *r, const struct work_type *type, void *work)
{
	r->work_type = type;
	r->work = work;
}

/* One that vanished is found out by the kernel. */
void request_be_patient(struct request *r)
{
	int on = 1;

	(void)MHD_set_connection_option(r->connection, MHD_CONNECTION_OPTION_TIMEOUT, 0u);
	(void)setsockopt(r->client->fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
}

/* --- life --- */

/* Load balancers have no login. */
static bool is_public(const struct request *r)
{
	return r->server->shows_health && r->route && r->route->act == health_act;
}

/*
 * Balancers and collectors of numbers ask by whatever name; clients of XML-RPC, too: that is a
 * POST, with which browsers send their Origin.
 */
static bool is_for_machines(const struct request *r)
{
	return !r->route || r->route->act == health_act || r->route->act == metrics_act ||
	       r->route->act == rpc2_act || r->route->act == web_ok_act;
}

/* The refusal of a request by its headers; 0: none. */
static unsigned refusal(struct request *r, const char *url, const char *method)
{
	if (!welcome_origin(r))
		return MHD_HTTP_FORBIDDEN;
	r->route = route_find(url);
	if (!is_for_machines(r) && !welcome_host(r))
		return MHD_HTTP_FORBIDDEN;
	if (!is_public(r) && !welcome_login(r))
		return MHD_HTTP_UNAUTHORIZED;
	if (!r->route)
		return MHD_HTTP_NOT_FOUND;
	return route_takes(r->route, method) ? 0 : r->route->refusal;
}

/* Whoever takes us for a proxy sends "http://host/path". */
static const char *path_of(const char *url)
{
	const char *host = strncmp(url, "http://", 7) == 0 ? url + 7 : NULL;
	const char *path = host ? strchr(host, '/') : NULL;

	return path ? path : url;
}

/* Decides, of the headers alone, on a refusal, and whether it is sent without reading the body. */
static void judge(struct request *r, const char *method)
{
	r->status = framing_refusal(r->connection);
	r->at_once = r->status;
	if (r->status)
		return;
	r->status = refusal(r, r->url, method);
	if (!r->status && framing_exceeds(r->connection, SERVER_BODY_MAX))
		r->status = HTTP_TOO_LARGE;
	r->at_once = r->status && framing_waits(r->connection);
}

struct request *request_new(struct server *server, struct client *client,
			    struct MHD_Connection *connection, const char *url, const char *method)
{
	struct request *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->url = strdup(path_of(url));
	if (!r->url) {
		free(r);
		return NULL;
	}
	r->server = server;
	r->client = client;
	r->connection = connection;
	r->call.server = server->id;
	r->call.peer = client->peer_text;
	r->is_post = strcmp(method, MHD_HTTP_METHOD_POST) == 0;
	r->is_head = strcmp(method, MHD_HTTP_METHOD_HEAD) == 0;
	io_init(&r->hangup, server->loop, on_hangup);
	timer_init(&r->look, server->loop, on_look);
	timer_init(&r->grace, server->loop, on_grace);
	judge(r, method);
	r->call.user = r->user;
	DL_APPEND(server->requests, r);
	return r;
}

void request_feed(struct request *r, const char *p, size_t n)
{
	if (r->status)
		return;
	if (r->body.len + n > SERVER_BODY_MAX)
		r->status = HTTP_TOO_LARGE;
	else
		strbuf_add(&r->body, p, n);
	if (r->body.oom)
		r->status = MHD_HTTP_INTERNAL_SERVER_ERROR;
	if (r->status)
		strbuf_done(&r->body);
}

enum MHD_Result request_finish(struct request *r)
{
	if (r->aborted)
		return MHD_NO;
	if (!r->status)
		r->status = r->route->act(r);
	if (r->suspended)
		return MHD_YES;
	if (!r->response && r->status)
		r->status = answer_status(r, r->status);
	if (!r->response)
		return MHD_NO;
	return MHD_queue_response(r->connection, r->status, r->response);
}

void request_abort(struct request *r)
{
	r->aborted = true;
	rpc_drop(r->server->rpc, &r->call);
	if (r->suspended)
		request_resume(r);
}

void request_free(struct request *r)
{
	stop_looking(r);
	rpc_drop(r->server->rpc, &r->call);
	DL_DELETE(r->server->requests, r);
	if (r->response)
		MHD_destroy_response(r->response);
	if (r->work)
		r->work_type->free(r->work);
	strbuf_done(&r->body);
	free(r->user);
	free(r->url);
	free(r);
}
