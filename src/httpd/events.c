/*
 * events.c - an answer without an end. svd sends an event once, whoever follows; here each client
 * has a queue of its own, so that one who does not read costs the others nothing: what does not
 * fit is dropped, and the client is told how much, when it reads again.
 */
#include "httpd/events.h"

#include <stdlib.h>
#include <string.h>

#include "base/nameglob.h"
#include "httpd/answer.h"
#include "httpd/apifault.h"
#include "httpd/request.h"
#include "httpd/sse.h"

enum { QUEUE_MAX = 256 * 1024, BLOCK = 4096 };	/* bytes */

/* Of silence, after which something is said: proxies cut what is silent for a minute. */
static const double SILENCE_SECONDS = 15;

struct events {
	struct request *request;	/* borrowed */
	struct strbuf   out;		/* what is to be sent, */
	size_t          at;		/* ... and how much of it has been */
	uint64_t        dropped;	/* events after that */
	char          **globs;		/* owned; as many as n_globs */
	size_t          n_globs;
	struct timer    silence;
};

void events_free(struct events *ev)
{
	if (!ev)
		return;
	timer_stop(&ev->silence);
	strbuf_done(&ev->out);
	for (size_t i = 0; i < ev->n_globs; i++)
		free(ev->globs[i]);
	free(ev->globs);
	free(ev);
}

static void go_on(struct events *ev)
{
	if (ev->request->response && ev->request->suspended)
		request_resume(ev->request);
}

void events_end(struct events *ev)
{
	if (ev)
		go_on(ev);
}

/* --- the client reads --- */

static ssize_t on_room(void *cls, uint64_t pos, char *buf, size_t max)
{
	struct events *ev = cls;
	struct request *r = ev->request;
	size_t n = ev->out.len - ev->at;

	(void)pos;
	timer_stop(&ev->silence);
	if (r->aborted || ev->out.oom)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	if (n > 0) {
		n = n < max ? n : max;
		memcpy(buf, ev->out.s + ev->at, n);
		ev->at += n;
		return (ssize_t)n;
	}
	strbuf_done(&ev->out);
	ev->at = 0;
	if (ev->dropped) {
		sse_add_dropped(&ev->out, ev->dropped);
		ev->dropped = 0;
		return on_room(cls, pos, buf, max);
	}
	if (r->server->is_quiesced)
		return MHD_CONTENT_READER_END_OF_STREAM;
	request_suspend(r);
	timer_start(&ev->silence, SILENCE_SECONDS);
	return 0;
}

static void on_silence(struct timer *t)
{
	struct events *ev = container_of(t, struct events, silence);

	sse_add_comment(&ev->out);
	go_on(ev);
}

/* --- svd tells --- */

static bool is_wanted(const struct events *ev, const json_t *head)
{
	const char *group = json_string_value(json_object_get(head, "group"));
	const char *process = json_string_value(json_object_get(head, "process"));

	for (size_t i = 0; group && i < ev->n_globs; i++)
		if (nameglob_matches(ev->globs[i], strlen(ev->globs[i]), group, process))
			return true;
	return !ev->n_globs;
}

static void begin(struct events *ev)
{
	struct request *r = ev->request;

	sse_add_comment(&ev->out);	/* or the headers would wait for the first event */
	r->status = MHD_HTTP_INTERNAL_SERVER_ERROR;
	r->response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK, on_room, ev, NULL);
	if (r->response) {
		r->status = MHD_HTTP_OK;
		request_be_patient(r);
	}
	answer_header(r, MHD_HTTP_HEADER_CONTENT_TYPE, "text/event-stream");
	answer_header(r, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
	answer_header(r, "X-Accel-Buffering", "no");	/* or nginx collects it */
	request_resume(r);
}

static void add(struct events *ev, const struct strbuf *text)
{
	if (ev->dropped || ev->out.len - ev->at + text->len > QUEUE_MAX) {
		ev->dropped++;
		return;
	}
	if (ev->at > QUEUE_MAX) {	/* who always has some to read never comes to the end */
		strbuf_consume(&ev->out, ev->at);
		ev->at = 0;
	}
	strbuf_add(&ev->out, text->s, text->len);
}

/* Without a name it is a word about the events themselves. */
static void take(struct events *ev, const json_t *head, const struct strbuf *text)
{
	if (!ev->request->response)
		begin(ev);
	if (text->len && is_wanted(ev, head))
		add(ev, text);
	ev->dropped += (uint64_t)json_integer_value(json_object_get(head, "lost"));
	go_on(ev);
}

void events_take(struct rpc *rpc, const struct frame *frame)
{
	_cleanup_(strbuf_done) struct strbuf text = { 0 };
	const json_t *id;
	size_t i;

	if (json_object_get(frame->head, "name") &&
	    sse_add_event(&text, frame->head, frame->body, frame->body_len) < 0)
		strbuf_reset(&text);
	json_array_foreach(json_object_get(frame->head, "to"), i, id) {
		struct call *call = rpc_find(rpc, (uint64_t)json_integer_value(id));

		if (call)
			take(container_of(call, struct request, call)->events, frame->head, &text);
	}
}

/* --- the beginning --- */

static enum MHD_Result on_argument(void *cls, enum MHD_ValueKind kind, const char *key,
				   const char *value)
{
	struct events *ev = cls;
	char **globs;

	(void)kind;
	if (strcmp(key, "name") != 0 || !value)
		return MHD_YES;
	globs = reallocarray(ev->globs, ev->n_globs + 1, sizeof(globs[0]));
	if (!globs)
		return MHD_NO;
	ev->globs = globs;
	globs[ev->n_globs] = strdup(value);
	ev->n_globs += globs[ev->n_globs] != NULL;
	return MHD_YES;
}

/* There is no other answer: who follows hears of events until he goes. */
static void on_refused(struct call *call, struct reply *reply)
{
	struct request *r = container_of(call, struct request, call);

	r->status = reply->text ? answer_fault(r, apifault_status(reply->code), reply->code,
					       reply->text) :
				  MHD_HTTP_INTERNAL_SERVER_ERROR;
	request_resume(r);
}

unsigned events_act(struct request *r)
{
	const char *types = MHD_lookup_connection_value(r->connection, MHD_GET_ARGUMENT_KIND,
							"types");
	struct events *ev = calloc(1, sizeof(*ev));
	json_t *params;
	int ret;

	if (!ev)
		return MHD_HTTP_INTERNAL_SERVER_ERROR;
	r->events = ev;
	ev->request = r;
	timer_init(&ev->silence, r->server->loop, on_silence);
	(void)MHD_get_connection_values(r->connection, MHD_GET_ARGUMENT_KIND, on_argument, ev);
	params = json_pack("[o]", json_text(types ? types : ""));
	r->call.own = true;
	r->call.on_reply = on_refused;
	ret = rpc_start(r->server->rpc, &r->call, "followEvents", params);
	json_decref(params);
	if (ret < 0)
		return answer_unsent(ret);
	request_suspend(r);
	return 0;
}
