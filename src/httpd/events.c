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
#include "httpd/stream.h"

enum { QUEUE_MAX = 256 * 1024 };	/* bytes */

struct events {
	struct stream   stream;
	uint64_t        dropped;	/* events after what is in there */
	char          **globs;		/* owned; as many as n_globs */
	size_t          n_globs;
};

static void events_free(void *work)
{
	struct events *ev = work;

	stream_done(&ev->stream);
	for (size_t i = 0; i < ev->n_globs; i++)
		free(ev->globs[i]);
	free(ev->globs);
	free(ev);
}

static void events_end(void *work)
{
	struct events *ev = work;

	stream_go_on(&ev->stream);
}

static const struct work_type events_type = { events_free, events_end };

/* --- the client reads --- */

static void on_drained(struct stream *s)
{
	struct events *ev = container_of(s, struct events, stream);

	if (ev->dropped)
		sse_add_dropped(&s->out, ev->dropped);
	ev->dropped = 0;
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
	struct request *r = ev->stream.request;

	r->status = stream_begin(&ev->stream);
	request_resume(r);
}

static void add(struct events *ev, const struct strbuf *text)
{
	if (ev->dropped || stream_queued(&ev->stream) + text->len > QUEUE_MAX)
		ev->dropped++;
	else
		stream_add_text(&ev->stream, text->s, text->len);
}

/* Without a name it is a word about the events themselves. */
static void take(struct events *ev, const json_t *head, const struct strbuf *text)
{
	if (!ev->stream.request->response)
		begin(ev);
	if (text->len && is_wanted(ev, head))
		add(ev, text);
	ev->dropped += (uint64_t)json_integer_value(json_object_get(head, "lost"));
	stream_go_on(&ev->stream);
}

static void on_event(struct call *call, const struct frame *frame, const struct strbuf *text)
{
	take(container_of(call, struct request, call)->work, frame->head, text);
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

		if (call && call->on_event)
			call->on_event(call, frame, &text);
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
	request_work(r, &events_type, ev);
	stream_init(&ev->stream, r, on_drained);
	(void)MHD_get_connection_values(r->connection, MHD_GET_ARGUMENT_KIND, on_argument, ev);
	params = json_pack("[o]", json_text(types ? types : ""));
	r->call.own = true;
	r->call.on_reply = on_refused;
	r->call.on_event = on_event;
	ret = rpc_start(r->server->rpc, &r->call, "followEvents", params);
	json_decref(params);
	if (ret < 0)
		return answer_unsent(ret);
	request_suspend(r);
	return 0;
}
