/*
 * request.c - one request from its headers to its answer. An XML-RPC call may take minutes
 * (startProcess waits for startsecs): libmicrohttpd does not look at a suspended connection, so
 * we do, and svd hears of clients that went away.
 */
#include "httpd/request.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <utlist.h>

#include "base/fd.h"
#include "config.h"
#include "httpd/logtail.h"
#include "httpd/piece.h"
#include "rpc/xmlrpc.h"

/* libmicrohttpd changes its own name for this one from release to release. */
enum { HTTP_TOO_LARGE = 413 };

enum {
	PIECE_BLOCK = 16 * 1024,	/* bytes of a log's XML that are made at once */
	PIECE_SMALL = 256 * 1024,	/* bytes of a log that are answered in one */
};

static const double GRACE_SECONDS = 1;

/* What is served where. Supervisor matches /RPC2 by prefix and refuses other methods with 400. */
struct route {
	const char *path;
	bool        is_prefix;
	const char *methods;	/* between blanks */
	unsigned    refusal;	/* HTTP status for any other method */
	unsigned  (*act)(struct request *r);	/* status of the answer, or 0: suspended */
};

static unsigned act_rpc(struct request *r);
static unsigned act_banner(struct request *r);

static const struct route routes[] = {
	{ "/RPC2", true, " POST ", MHD_HTTP_BAD_REQUEST, act_rpc },
	{ "/logtail", true, " GET ", MHD_HTTP_BAD_REQUEST, logtail_process },
	{ "/mainlogtail", true, " GET ", MHD_HTTP_BAD_REQUEST, logtail_main },
	{ "/", false, " GET HEAD ", MHD_HTTP_METHOD_NOT_ALLOWED, act_banner },
};

/* --- answers --- */

/* text is stolen. */
static unsigned answer(struct request *r, unsigned status, const char *type, struct strbuf *text)
{
	size_t n = text->len;
	char *s = strbuf_steal(text);

	r->server->is_bloated |= n >= SERVER_LARGE;
	if (!s)
		return MHD_HTTP_INTERNAL_SERVER_ERROR;
	r->response = MHD_create_response_from_buffer(n, s, MHD_RESPMEM_MUST_FREE);
	if (!r->response) {
		free(s);
		return MHD_HTTP_INTERNAL_SERVER_ERROR;
	}
	(void)MHD_add_response_header(r->response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
	return status;
}

/* The answer of a status that needs no more words than its name. */
static unsigned answer_status(struct request *r, unsigned status)
{
	struct strbuf text = { 0 };

	strbuf_addf(&text, "%u %s\n", status, MHD_get_reason_phrase_for(status));
	status = answer(r, status, "text/plain", &text);
	if (r->response && status == MHD_HTTP_UNAUTHORIZED)
		(void)MHD_add_response_header(r->response, MHD_HTTP_HEADER_WWW_AUTHENTICATE,
					      "Basic realm=\"default\"");
	return status;
}

static unsigned act_banner(struct request *r)
{
	struct strbuf text = { 0 };

	strbuf_adds(&text, "svd-httpd " PACKAGE_VERSION ": XML-RPC at /RPC2\n");
	return answer(r, MHD_HTTP_OK, "text/plain", &text);
}

/* --- calls --- */

/*
 * libmicrohttpd then comes back to where it was suspended: request_finish() is called once more, or
 * the reader of a stream.
 */
void request_resume(struct request *r)
{
	io_stop(&r->hangup);
	timer_stop(&r->grace);
	r->suspended = false;
	MHD_resume_connection(r->connection);
	server_wake(r->server);
}

static ssize_t on_piece(void *cls, uint64_t pos, char *buf, size_t max)
{
	ssize_t n = piece_read(cls, buf, max);

	(void)pos;
	if (n > 0)
		return n;
	return n == 0 ? MHD_CONTENT_READER_END_OF_STREAM : MHD_CONTENT_READER_END_WITH_ERROR;
}

static void on_piece_sent(void *cls)
{
	piece_free(cls);
}

/* Takes the piece. */
static unsigned answer_stream(struct request *r, struct piece *piece)
{
	r->response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, PIECE_BLOCK, on_piece,
							piece, on_piece_sent);
	if (!r->response) {
		piece_free(piece);
		return MHD_HTTP_INTERNAL_SERVER_ERROR;
	}
	(void)MHD_add_response_header(r->response, MHD_HTTP_HEADER_CONTENT_TYPE, "text/xml");
	return MHD_HTTP_OK;
}

/* A small one goes with its length, as all other answers: not every client can do without. */
static int read_whole(struct piece *piece, struct strbuf *xml)
{
	ssize_t n;

	do {
		if (!strbuf_reserve(xml, PIECE_BLOCK))
			return -ENOMEM;
		n = piece_read(piece, xml->s + xml->len, PIECE_BLOCK);
		if (n > 0)
			xml->len += (size_t)n;
	} while (n > 0);
	return (int)n;
}

static unsigned answer_piece(struct request *r, struct reply *reply)
{
	_cleanup_(strbuf_done) struct strbuf xml = { 0 };
	struct piece *piece;
	int ret;

	if (piece_new(reply->result, steal_fd(&reply->fd), &piece) < 0)
		return MHD_HTTP_INTERNAL_SERVER_ERROR;
	if (piece_size(piece) > PIECE_SMALL)
		return answer_stream(r, piece);
	ret = read_whole(piece, &xml);
	piece_free(piece);
	return ret < 0 ? MHD_HTTP_INTERNAL_SERVER_ERROR :
			 answer(r, MHD_HTTP_OK, "text/xml", &xml);
}

static unsigned answer_reply(struct request *r, const struct reply *reply)
{
	_cleanup_(strbuf_done) struct strbuf xml = { 0 };
	int ret = -EPROTO;

	if (reply->text)
		ret = xmlrpc_build_fault(&xml, reply->code, reply->text);
	else if (reply->result)
		ret = xmlrpc_build_result(&xml, reply->result);
	return ret < 0 ? MHD_HTTP_INTERNAL_SERVER_ERROR :
			 answer(r, MHD_HTTP_OK, "text/xml", &xml);
}

static void on_reply(struct call *call, struct reply *reply)
{
	struct request *r = container_of(call, struct request, call);

	r->status = reply->fd >= 0 ? answer_piece(r, reply) : answer_reply(r, reply);
	request_resume(r);
}

static void on_grace(struct timer *t)
{
	request_abort(container_of(t, struct request, grace));
}

/*
 * The end of the stream: the client is gone, or has closed its sending half and waits (socat and
 * nc do that). The two look the same, so an answer that comes soon is still sent. What a client
 * sends ahead must stay for libmicrohttpd, and as long as it lies there nothing can be learned.
 */
static void on_hangup(struct io *io, int events)
{
	struct request *r = container_of(io, struct request, hangup);
	char c;
	ssize_t n = recv(r->client->fd, &c, 1, MSG_PEEK | MSG_DONTWAIT);

	(void)events;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	io_stop(io);
	if (n == 0)
		timer_start(&r->grace, GRACE_SECONDS);
	else if (n < 0)
		request_abort(r);
}

void request_suspend(struct request *r)
{
	r->suspended = true;
	MHD_suspend_connection(r->connection);
	io_start(&r->hangup, r->client->fd, IO_READ);
}

static unsigned status_of(int error)
{
	switch (error) {
	case -ENOBUFS:
	case -EPIPE:	return MHD_HTTP_SERVICE_UNAVAILABLE;
	case -EMSGSIZE:	return HTTP_TOO_LARGE;
	default:	return MHD_HTTP_INTERNAL_SERVER_ERROR;
	}
}

static unsigned act_rpc(struct request *r)
{
	char *method = NULL;
	json_t *params = NULL;
	struct err err;
	int ret = xmlrpc_parse_call(strbuf_str(&r->body), r->body.len, &method, &params, &err);

	r->server->is_bloated |= r->body.len >= SERVER_LARGE;
	strbuf_done(&r->body);
	if (ret == -EBADMSG) {
		rpc_log(r->server->rpc, "warn", "%s: a request is no XML-RPC call: %s",
			r->server->name, err.text);
		return MHD_HTTP_BAD_REQUEST;
	}
	if (ret == 0)
		ret = rpc_start(r->server->rpc, &r->call, method, params);
	free(method);
	json_decref(params);
	if (ret < 0)
		return status_of(ret);
	request_suspend(r);
	return 0;
}

/* --- life --- */

static const struct route *route_find(const char *url)
{
	for (size_t i = 0; i < ARRAY_LEN(routes); i++) {
		const char *path = routes[i].path;

		if (routes[i].is_prefix ? strncmp(url, path, strlen(path)) == 0 :
					  strcmp(url, path) == 0)
			return &routes[i];
	}
	return NULL;
}

static bool method_matches(const struct route *route, const char *method)
{
	const char *found = strstr(route->methods, method);

	return found && found[-1] == ' ' && found[strlen(method)] == ' ';
}

static void peer_name(struct request *r, char *ret_name, size_t size)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(r->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	const struct sockaddr *sa = info ? info->client_addr : NULL;
	socklen_t n = sa && sa->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6) :
							 sizeof(struct sockaddr_in);

	if (!sa || sa->sa_family == AF_UNIX ||
	    getnameinfo(sa, n, ret_name, (socklen_t)size, NULL, 0, NI_NUMERICHOST) != 0)
		snprintf(ret_name, size, "this machine");
}

static bool is_welcome(struct request *r)
{
	char peer[NI_MAXHOST];
	const char *header = MHD_lookup_connection_value(r->connection, MHD_HEADER_KIND,
							 MHD_HTTP_HEADER_AUTHORIZATION);

	if (auth_check(&r->server->auth, header))
		return true;
	if (header) {	/* without one it is a browser that has not asked its user yet */
		peer_name(r, peer, sizeof(peer));
		rpc_log(r->server->rpc, "warn", "%s: wrong user name or password from %s",
			r->server->name, peer);
	}
	return false;
}

/* The refusal of a request by its headers; 0: none. */
static unsigned refusal(struct request *r, const char *url, const char *method)
{
	if (!is_welcome(r))
		return MHD_HTTP_UNAUTHORIZED;
	r->route = route_find(url);
	if (!r->route)
		return MHD_HTTP_NOT_FOUND;
	return method_matches(r->route, method) ? 0 : r->route->refusal;
}

struct request *request_new(struct server *server, struct client *client,
			    struct MHD_Connection *connection, const char *url, const char *method)
{
	struct request *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->url = strdup(url);
	if (!r->url) {
		free(r);
		return NULL;
	}
	r->server = server;
	r->client = client;
	r->connection = connection;
	r->call.on_reply = on_reply;
	io_init(&r->hangup, server->loop, on_hangup);
	timer_init(&r->grace, server->loop, on_grace);
	r->status = refusal(r, url, method);
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
	io_stop(&r->hangup);
	timer_stop(&r->grace);
	rpc_drop(r->server->rpc, &r->call);
	DL_DELETE(r->server->requests, r);
	if (r->response)
		MHD_destroy_response(r->response);
	logtail_free(r->logtail);
	strbuf_done(&r->body);
	free(r->url);
	free(r);
}
