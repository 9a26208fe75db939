/*
 * cmd_events.c - the server's stream of events. It is there to be watched for days, so a server
 * that goes is waited for.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf/events.h"
#include "svctl/cmd.h"
#include "svctl/colour.h"
#include "svctl/ctl.h"
#include "svctl/eventline.h"
#include "svctl/follow.h"
#include "svctl/globs.h"
#include "svctl/interrupt.h"
#include "svctl/output.h"
#include "svctl/sse.h"

enum { AGAIN_MSEC = 1000 };

struct feed {
	struct ctl *ctl;		/* borrowed */
	const struct words *names;	/* borrowed; none: all events */
	bool json, coloured;
	struct sse sse;
	struct strbuf out;		/* the events that are to be written next */
	long http_status;		/* of the last try; 0: there was no answer */
	bool lost;			/* there was a stream, and we said that it is gone */
};

static bool is_wanted(const struct feed *w, const json_t *event)
{
	const char *group = json_string_value(json_object_get(event, "group"));
	const char *process = json_string_value(json_object_get(event, "process"));
	const struct procinfo info = { .group = group, .name = process ? process : "" };

	return w->names->n == 0 || (group && globs_mean(w->names, 0, &info));
}

static void add_json(struct strbuf *sb, const json_t *event)
{
	char *text = report_dump(event, JSON_COMPACT);

	strbuf_adds(sb, text ? text : "{}");
	free(text);
}

static void on_event(void *arg, const char *data, size_t n)
{
	struct feed *w = arg;
	json_t *event = json_loadb(data, n, JSON_ALLOW_NUL, NULL);

	if (json_is_object(event) && is_wanted(w, event)) {
		if (w->json)
			add_json(&w->out, event);
		else
			eventline_add(&w->out, event, w->coloured);
		strbuf_addc(&w->out, '\n');
	}
	json_decref(event);
}

static bool on_piece(void *arg, const char *data, size_t n)
{
	struct feed *w = arg;
	bool good = sse_feed(&w->sse, data, n) == 0 && strbuf_str(&w->out) &&
		    out_bytes(strbuf_str(&w->out), w->out.len);

	strbuf_reset(&w->out);
	return good;
}

/* The first line of an answer says that there is one. */
static void on_header(void *arg, const char *line, size_t n)
{
	static const char good[] = "HTTP/1.1 200";
	struct feed *w = arg;

	if (!w->lost || n < sizeof(good) - 1 || memcmp(line, good, sizeof(good) - 1) != 0)
		return;
	w->lost = false;
	fprintf(stderr, "%s: connected again\n", client_serverurl(w->ctl->client));
}

static void on_end(void *arg, long http_status, const char *why)
{
	struct feed *w = arg;

	(void)why;
	w->http_status = http_status;
}

/* false: it could not even be begun, which was said, or this is the end. */
static bool follow_once(struct feed *w, const char *query)
{
	const struct follow_reader reader = { on_piece, on_header, on_end, w };
	struct follow *f = follow_new(w->ctl->client);
	enum follow_news news = FOLLOW_STOPPED;
	struct err err;

	sse_init(&w->sse, on_event, w);
	if (!f)
		ctl_oom(w->ctl);
	else if (follow_add(f, "/api/v1/events", query, &reader, &err) < 0)
		ctl_error(w->ctl, "%s", err.text);
	else
		news = follow_wait(f, -1);
	follow_free(f);
	sse_done(&w->sse);
	return news == FOLLOW_ENDED && !out_failed();
}

/* Is there hope for another try? Says what there is to say. */
static bool is_to_be_tried_again(struct feed *w)
{
	const char *url = client_serverurl(w->ctl->client);

	if (w->http_status == 404) {
		ctl_error(w->ctl, "there is no stream of events; only svd has one");
	} else if (w->http_status != 0 && w->http_status != 200 && w->http_status != 503) {
		ctl_error(w->ctl, "the server answered with HTTP status %ld", w->http_status);
	} else {
		if (!w->lost)
			fprintf(stderr, "%s: connection lost, trying again\n", url);
		w->lost = true;
		return true;
	}
	return false;
}

static void pause_before_again(void)
{
	struct pollfd interrupt = { .fd = interrupt_fd(), .events = POLLIN };

	(void)poll(&interrupt, 1, AGAIN_MSEC);
}

static void follow_events(struct feed *w, const char *query)
{
	interrupt_catch();
	while (follow_once(w, query) && !interrupt_seen() && is_to_be_tried_again(w)) {
		pause_before_again();
		if (interrupt_seen() || out_reader_left())
			break;
	}
	if (interrupt_seen() && isatty(STDOUT_FILENO))
		out_line("%s", "");
	interrupt_release();
	strbuf_done(&w->out);
}

/* false: one of them is none, which was said. */
static bool check_types(struct ctl *ctl, const char *types)
{
	while (types && *types) {
		size_t n = strcspn(types, ",");
		char name[64];

		snprintf(name, sizeof(name), "%.*s", (int)n, types);
		if (n >= sizeof(name) || !event_mask(name)) {
			ctl_misused(ctl, "events", "Error: %.*s is no type of events", (int)n,
				    types);
			return false;
		}
		types += n + (types[n] == ',');
	}
	return true;
}

void cmd_events(struct ctl *ctl, const char *arg)
{
	const char *types = flags_word(&ctl->flags, FLAG_TYPES, NULL);
	struct strbuf query = { 0 };
	struct feed w = {
		.ctl = ctl,
		.json = flags_have(&ctl->flags, FLAG_JSON),
		.coloured = colour_wanted(),
	};
	struct words names;

	if (!check_types(ctl, types) || ctl_upcheck(ctl) <= 0 || !ctl_split(ctl, arg, &names))
		return;
	w.names = &names;
	if (types) {
		strbuf_adds(&query, "types=");
		follow_encode(&query, types, false);
	}
	if (strbuf_str(&query))
		follow_events(&w, types ? strbuf_str(&query) : NULL);
	else
		ctl_oom(ctl);
	strbuf_done(&query);
	words_done(&names);
}
