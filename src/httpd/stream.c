/*
 * stream.c - what is told waits here until the client reads. Who tells decides how much may wait,
 * and what becomes of the rest.
 */
#include "httpd/stream.h"

#include <string.h>

#include "httpd/answer.h"
#include "httpd/request.h"

enum { BLOCK = 4096 };	/* bytes */

/* Of silence, after which something is said: proxies cut what is silent for a minute. */
static const double SILENCE_SECONDS = 15;

static void on_silence(struct timer *t)
{
	struct stream *s = container_of(t, struct stream, silence);

	strbuf_adds(&s->out, ":\n\n");
	stream_go_on(s);
}

void stream_init(struct stream *s, struct request *r, void (*on_drained)(struct stream *s))
{
	*s = (struct stream){ .request = r, .on_drained = on_drained };
	timer_init(&s->silence, r->server->loop, on_silence);
}

void stream_done(struct stream *s)
{
	timer_stop(&s->silence);
	strbuf_done(&s->out);
}

size_t stream_queued(const struct stream *s)
{
	return s->out.len - s->at;
}

static size_t take(struct stream *s, char *buf, size_t max)
{
	size_t n = stream_queued(s);

	n = n < max ? n : max;
	memcpy(buf, s->out.s + s->at, n);
	s->at += n;
	return n;
}

static ssize_t on_room(void *cls, uint64_t pos, char *buf, size_t max)
{
	struct stream *s = cls;
	struct request *r = s->request;

	(void)pos;
	timer_stop(&s->silence);
	if (stream_queued(s) == 0 && !s->out.oom) {
		strbuf_done(&s->out);
		s->at = 0;
		if (s->on_drained && !s->is_over)
			s->on_drained(s);
	}
	if (r->aborted || s->out.oom)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	if (stream_queued(s) > 0)
		return (ssize_t)take(s, buf, max);
	if (s->is_over || r->server->is_quiesced)
		return MHD_CONTENT_READER_END_OF_STREAM;
	request_suspend(r);
	timer_start(&s->silence, SILENCE_SECONDS);
	return 0;
}

unsigned stream_begin(struct stream *s)
{
	struct request *r = s->request;

	strbuf_adds(&s->out, ":\n\n");	/* or the headers would wait for the first event */
	r->response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK, on_room, s, NULL);
	if (!r->response)
		return MHD_HTTP_INTERNAL_SERVER_ERROR;
	request_be_patient(r);
	answer_header(r, MHD_HTTP_HEADER_CONTENT_TYPE, "text/event-stream");
	answer_header(r, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
	answer_header(r, "X-Accel-Buffering", "no");	/* or nginx collects it */
	answer_header(r, "X-Content-Type-Options", "nosniff");
	return MHD_HTTP_OK;
}

/* Who always has some to read never comes to the end. */
static void make_room(struct stream *s)
{
	enum { READ_MAX = 64 * 1024 };

	if (s->at <= READ_MAX)
		return;
	strbuf_consume(&s->out, s->at);
	s->at = 0;
}

void stream_add_text(struct stream *s, const char *text, size_t n)
{
	make_room(s);
	strbuf_add(&s->out, text, n);
}

void stream_add(struct stream *s, const char *event, const char *data, size_t n)
{
	strbuf_addf(&s->out, "event: %s\ndata: ", event);
	strbuf_add(&s->out, data, n);
	stream_add_text(s, "\n\n", 2);
}

void stream_go_on(struct stream *s)
{
	if (s->request->response && s->request->suspended)
		request_resume(s->request);
}

void stream_end(struct stream *s)
{
	s->is_over = true;
	stream_go_on(s);
}
