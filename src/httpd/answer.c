/*
 * answer.c - what is sent back. Answers have a length and are made in one, but for the text of a
 * large log: that is made while it is sent.
 */
#include "httpd/answer.h"

#include <errno.h>
#include <stdlib.h>

#include "base/fd.h"
#include "base/strbuf.h"
#include "httpd/apifault.h"
#include "httpd/jsontext.h"
#include "httpd/piece.h"
#include "httpd/request.h"
#include "httpd/route.h"
#include "rpc/xmlrpc.h"

enum {
	PIECE_BLOCK = 16 * 1024,	/* bytes of the answer with a log that are made at once */
	PIECE_SMALL = 256 * 1024,	/* bytes of a log that are answered in one */
};

void answer_header(struct request *r, const char *name, const char *value)
{
	if (r->response)
		(void)MHD_add_response_header(r->response, name, value);
}

unsigned answer_text(struct request *r, unsigned status, const char *type, struct strbuf *text)
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
	answer_header(r, MHD_HTTP_HEADER_CONTENT_TYPE, type);
	return status;
}

unsigned answer_json_text(struct request *r, unsigned status, struct strbuf *text)
{
	status = answer_text(r, status, ANSWER_JSON, text);
	answer_header(r, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
	answer_header(r, "X-Content-Type-Options", "nosniff");	/* it may have anybody's words */
	return status;
}

unsigned answer_json(struct request *r, unsigned status, const json_t *value)
{
	_cleanup_(strbuf_done) struct strbuf text = { 0 };

	if (!value || jsontext_add(&text, value) < 0)
		return MHD_HTTP_INTERNAL_SERVER_ERROR;
	return answer_json_text(r, status, &text);
}

unsigned answer_fault(struct request *r, unsigned status, int code, const char *text)
{
	json_t *fault = apifault_new(code, text);

	status = answer_json(r, status, fault);
	json_decref(fault);
	return status;
}

unsigned answer_status(struct request *r, unsigned status)
{
	struct strbuf text = { 0 };
	char allow[64];

	strbuf_addf(&text, "%u %s\n", status, MHD_get_reason_phrase_for(status));
	status = answer_text(r, status, "text/plain", &text);
	if (status == MHD_HTTP_UNAUTHORIZED) {
		answer_header(r, MHD_HTTP_HEADER_WWW_AUTHENTICATE, ANSWER_CHALLENGE);
	} else if (status == MHD_HTTP_METHOD_NOT_ALLOWED) {
		route_allow(r->route, allow, sizeof(allow));
		answer_header(r, MHD_HTTP_HEADER_ALLOW, allow);
	}
	return status;
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
static unsigned answer_stream(struct request *r, struct piece *piece, const char *type)
{
	r->response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, PIECE_BLOCK, on_piece,
							piece, on_piece_sent);
	if (!r->response) {
		piece_free(piece);
		return MHD_HTTP_INTERNAL_SERVER_ERROR;
	}
	/* After the head of a chunked answer libmicrohttpd sends the last chunk all the same, and a
	 * client takes that for the next answer. This one is not chunked but closes. */
	if (r->is_head)
		(void)MHD_set_response_options(r->response, MHD_RF_HTTP_VERSION_1_0_ONLY,
					       MHD_RO_END);
	answer_header(r, MHD_HTTP_HEADER_CONTENT_TYPE, type);
	return MHD_HTTP_OK;
}

/* A small one goes with its length, as all other answers: not every client can do without. */
static int read_whole(struct piece *piece, struct strbuf *text)
{
	ssize_t n;

	do {
		if (!strbuf_reserve(text, PIECE_BLOCK))
			return -ENOMEM;
		n = piece_read(piece, text->s + text->len, PIECE_BLOCK);
		if (n > 0)
			text->len += (size_t)n;
	} while (n > 0);
	return (int)n;
}

unsigned answer_piece(struct request *r, struct reply *reply, const struct piece_form *form,
		      const char *type)
{
	_cleanup_(strbuf_done) struct strbuf text = { 0 };
	struct piece *piece;
	int ret;

	if (piece_new(reply->result, steal_fd(&reply->fd), form, &piece) < 0)
		return MHD_HTTP_INTERNAL_SERVER_ERROR;
	if (piece_size(piece) > PIECE_SMALL)
		return answer_stream(r, piece, type);
	ret = read_whole(piece, &text);
	piece_free(piece);
	return ret < 0 ? MHD_HTTP_INTERNAL_SERVER_ERROR :
			 answer_text(r, MHD_HTTP_OK, type, &text);
}

static unsigned answer_reply(struct request *r, const struct reply *reply)
{
	_cleanup_(strbuf_done) struct strbuf xml = { 0 };
	int ret = -EPROTO;

	if (reply->text)
		ret = xmlrpc_build_fault(&xml, reply->code, reply->text);
	else if (reply->json)
		ret = xmlrpc_build_result_of(&xml, reply->json, reply->json_len);
	else if (reply->result)
		ret = xmlrpc_build_result(&xml, reply->result);
	return ret < 0 ? MHD_HTTP_INTERNAL_SERVER_ERROR :
			 answer_text(r, MHD_HTTP_OK, "text/xml", &xml);
}

unsigned answer_xmlrpc(struct request *r, struct reply *reply)
{
	return reply->fd >= 0 ? answer_piece(r, reply, &piece_xml, "text/xml") :
				answer_reply(r, reply);
}

unsigned answer_unsent(int error)
{
	switch (error) {
	case -ENOBUFS:
	case -EPIPE:	return MHD_HTTP_SERVICE_UNAVAILABLE;
	case -EMSGSIZE:	return HTTP_TOO_LARGE;
	default:	return MHD_HTTP_INTERNAL_SERVER_ERROR;
	}
}
