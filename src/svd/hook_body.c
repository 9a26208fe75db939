/*
 * hook_body.c - the object has the members of /api/v1/events, and whose events they are; the
 * sentence is made of the object.
 */
#include "svd/hook_body.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "base/utf8.h"
#include "ipc/frame.h"
#include "ipc/payload.h"
#include "svd/news.h"

enum { QUOTE_MAX = 1000 };	/* bytes of data in a sentence */

/* --- the object --- */

static json_t *object_of(const struct notice *n)
{
	const struct event *event = n->event;
	size_t len = event->len < HOOK_PAYLOAD_MAX ? event->len : HOOK_PAYLOAD_MAX;
	json_t *o = json_pack("{s:s, s:I, s:f, s:o, s:o, s:o, s:I}", "type",
			      event_name(event->type), "serial", (json_int_t)event->serial, "at",
			      n->at, "server", json_text(n->server), "host", json_text(n->host),
			      "pool", json_text(n->pool), "count", (json_int_t)n->count);
	struct subject subject;

	if (!o)
		return NULL;
	news_subject(event, &subject);
	if (*subject.group)
		json_object_set_new(o, "group", json_text(subject.group));
	if (*subject.process)
		json_object_set_new(o, "process", json_text(subject.process));
	if (len < event->len) {
		len -= utf8_cut(event->payload, len);
		json_object_set_new(o, "cut", json_true());
	}
	payload_members(o, event->payload, len);
	return o;
}

static const char *text_of(const json_t *o, const char *key)
{
	const char *text = json_string_value(json_object_get(o, key));

	return text ? text : "";
}

static json_int_t number_of(const json_t *o, const char *key)
{
	return json_integer_value(json_object_get(o, key));
}

/* --- the sentence --- */

static const char EXPECTED[] = "exited", ALARM[] = ":red_circle:", GOOD[] = ":large_green_circle:",
		  DARK[] = ":black_circle:", SPEECH[] = ":speech_balloon:";

static const struct {
	const char *sign, *what;
} sentences[EVENT_N] = {
	[EVENT_PROCESS_STATE_STOPPED] = { DARK, "has stopped" },
	[EVENT_PROCESS_STATE_EXITED] = { ALARM, "exited unexpectedly" },
	[EVENT_PROCESS_STATE_STARTING] = { ":large_yellow_circle:", "is starting" },
	[EVENT_PROCESS_STATE_STOPPING] = { DARK, "is being stopped" },
	[EVENT_PROCESS_STATE_BACKOFF] = { ":large_orange_circle:", "exited too quickly" },
	[EVENT_PROCESS_STATE_FATAL] = { ALARM, "is given up, too many starts have failed" },
	[EVENT_PROCESS_STATE_RUNNING] = { GOOD, "is running" },
	[EVENT_PROCESS_STATE_UNKNOWN] = { ALARM, "is in an unknown state" },
	[EVENT_PROCESS_COMMUNICATION_STDOUT] = { SPEECH, "says" },
	[EVENT_PROCESS_COMMUNICATION_STDERR] = { SPEECH, "says" },
	[EVENT_PROCESS_LOG_STDOUT] = { SPEECH, "wrote to its stdout" },
	[EVENT_PROCESS_LOG_STDERR] = { SPEECH, "wrote to its stderr" },
	[EVENT_REMOTE_COMMUNICATION] = { SPEECH, "svd was told" },
	[EVENT_SUPERVISOR_STATE_CHANGE_RUNNING] = { GOOD, "svd is running" },
	[EVENT_SUPERVISOR_STATE_CHANGE_STOPPING] = { DARK, "svd is stopping" },
	[EVENT_TICK_5] = { ":clock1:", "TICK_5" },
	[EVENT_TICK_60] = { ":clock1:", "TICK_60" },
	[EVENT_TICK_3600] = { ":clock1:", "TICK_3600" },
	[EVENT_PROCESS_GROUP_ADDED] = { GOOD, "was added" },
	[EVENT_PROCESS_GROUP_REMOVED] = { DARK, "was removed" },
};

/* Several of them on one machine have different identifiers, or want to have. */
static void add_place(struct strbuf *sb, const json_t *o)
{
	strbuf_adds(sb, text_of(o, "host"));
	if (strcmp(text_of(o, "server"), "supervisor") != 0)
		strbuf_addf(sb, "/%s", text_of(o, "server"));
	strbuf_adds(sb, ": ");
}

static void add_subject(struct strbuf *sb, const json_t *o)
{
	const char *group = text_of(o, "group"), *process = text_of(o, "process");

	if (!*group)
		return;
	if (!*process)
		strbuf_addf(sb, "the group %s ", group);
	else if (strcmp(group, process) == 0)
		strbuf_addf(sb, "%s ", process);
	else
		strbuf_addf(sb, "%s:%s ", group, process);
}

/* In brackets, what else is known. */
static void add_details(struct strbuf *sb, const json_t *o)
{
	static const struct {
		const char *key, *name;
	} details[] = {
		{ "pid", "pid" }, { "tries", "try" }, { "when", "at" },
	};
	const char *separator = " (";

	if (*text_of(o, "from_state")) {
		strbuf_addf(sb, " (was %s", text_of(o, "from_state"));
		separator = ", ";
	}
	if (*text_of(o, "remote_type")) {
		strbuf_addf(sb, "%s%s", separator, text_of(o, "remote_type"));
		separator = ", ";
	}
	for (size_t i = 0; i < ARRAY_LEN(details); i++) {
		if (!number_of(o, details[i].key))
			continue;
		strbuf_addf(sb, "%s%s %" JSON_INTEGER_FORMAT, separator, details[i].name,
			    number_of(o, details[i].key));
		separator = ", ";
	}
	strbuf_adds(sb, strcmp(separator, ", ") == 0 ? ")" : "");
}

static void add_quote(struct strbuf *sb, const char *data)
{
	size_t len = strlen(data), shown = len < QUOTE_MAX ? len : QUOTE_MAX;

	if (shown < len)
		shown -= utf8_cut(data, shown);
	while (shown > 0 && strchr(" \t\r\n", data[shown - 1]))
		shown--;
	if (shown == 0)
		return;
	strbuf_adds(sb, ": ");
	strbuf_add(sb, data, shown);
	strbuf_adds(sb, len > QUOTE_MAX ? "\xe2\x80\xa6" : "");
}

/* Slack takes these three for marks of its own. */
static void add_escaped(struct strbuf *sb, const char *s)
{
	for (; *s; s++) {
		if (*s == '&')
			strbuf_adds(sb, "&amp;");
		else if (*s == '<')
			strbuf_adds(sb, "&lt;");
		else if (*s == '>')
			strbuf_adds(sb, "&gt;");
		else
			strbuf_addc(sb, *s);
	}
}

static json_t *sentence_of(const json_t *o, enum event_type type)
{
	_cleanup_(strbuf_done) struct strbuf plain = { 0 }, text = { 0 };
	bool is_well = type == EVENT_PROCESS_STATE_EXITED && number_of(o, "expected");
	const char *what = is_well ? EXPECTED : sentences[type].what;

	add_place(&plain, o);
	add_subject(&plain, o);
	strbuf_adds(&plain, what ? what : event_name(type));
	add_details(&plain, o);
	if (number_of(o, "count") > 1)
		strbuf_addf(&plain, ", %" JSON_INTEGER_FORMAT " times", number_of(o, "count"));
	add_quote(&plain, text_of(o, "data"));
	strbuf_addf(&text, "%s ", is_well || !sentences[type].sign ? DARK : sentences[type].sign);
	if (strbuf_str(&plain))
		add_escaped(&text, plain.s);
	if (plain.oom || text.oom)
		return NULL;
	return json_pack("{s:o}", "text", json_textn(text.s, text.len));
}

char *hook_body(const struct notice *n, enum webhook_format format)
{
	json_t *o = object_of(n), *sentence;
	char *body = NULL;

	if (o && format == WEBHOOK_SLACK) {
		sentence = sentence_of(o, n->event->type);
		json_decref(o);
		o = sentence;
	}
	if (o)
		body = json_dumps(o, JSON_COMPACT);
	json_decref(o);
	return body;
}
