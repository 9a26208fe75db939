/* news.c - the texts of events. Mirrors supervisor.events: listeners take them apart. */
#include "svd/news.h"

#include <stdio.h>
#include <string.h>

#include "svd/bus.h"
#include "svd/engine.h"
#include "svd/proc.h"

enum extra { EXTRA_NONE, EXTRA_TRIES, EXTRA_PID, EXTRA_EXPECTED_AND_PID };

static const struct {
	enum event_type type;
	enum extra      extra;
} states[PROC_N_STATES] = {
	[PROC_STOPPED] = { EVENT_PROCESS_STATE_STOPPED, EXTRA_PID },
	[PROC_STARTING] = { EVENT_PROCESS_STATE_STARTING, EXTRA_TRIES },
	[PROC_RUNNING] = { EVENT_PROCESS_STATE_RUNNING, EXTRA_PID },
	[PROC_BACKOFF] = { EVENT_PROCESS_STATE_BACKOFF, EXTRA_TRIES },
	[PROC_STOPPING] = { EVENT_PROCESS_STATE_STOPPING, EXTRA_PID },
	[PROC_EXITED] = { EVENT_PROCESS_STATE_EXITED, EXTRA_EXPECTED_AND_PID },
	[PROC_FATAL] = { EVENT_PROCESS_STATE_FATAL, EXTRA_NONE },
	[PROC_UNKNOWN] = { EVENT_PROCESS_STATE_UNKNOWN, EXTRA_NONE },
};

static void extra_text(const struct process *p, enum extra extra, char *buf, size_t size)
{
	switch (extra) {
	case EXTRA_TRIES:
		snprintf(buf, size, " tries:%u", p->tries);
		break;
	case EXTRA_PID:
		snprintf(buf, size, " pid:%d", (int)p->pid);
		break;
	case EXTRA_EXPECTED_AND_PID:
		snprintf(buf, size, " expected:%d pid:%d", proc_is_expected(p), (int)p->pid);
		break;
	default:
		buf[0] = '\0';
	}
}

void news_state(const struct process *p, enum proc_state from)
{
	enum event_type type = states[p->state].type;
	struct bus *bus = &p->group->engine->bus;
	char extra[64];

	recent_state(&p->group->engine->recent, type, p);
	if (!bus_wants(bus, type))
		return;
	extra_text(p, states[p->state].extra, extra, sizeof(extra));
	bus_publish(bus, type, NULL, 0, "processname:%s groupname:%s from_state:%s%s",
		    p->conf->name, p->group->conf->name, proc_state_name(from), extra);
}

void news_group(struct engine *e, enum event_type type, const char *name)
{
	recent_add(&e->recent, type, name, "", "");
	bus_publish(&e->bus, type, NULL, 0, "groupname:%s\n", name);
}

void news_mood(struct engine *e, enum event_type type)
{
	recent_add(&e->recent, type, "", "", "");
	bus_publish(&e->bus, type, NULL, 0, "%s", "");
}

void news_remote(struct bus *bus, const char *type, const char *data)
{
	bus_publish(bus, EVENT_REMOTE_COMMUNICATION, NULL, 0, "type:%s\n%s", type, data);
}

/* --- and back --- */

/* Copies what is between two marks in n bytes, or behind the first to their end. */
static void cut_out(const char *line, size_t n, const char *from, const char *to, char *buf)
{
	const char *begin = memmem(line, n, from, strlen(from)), *end;

	buf[0] = '\0';
	if (!begin)
		return;
	begin += strlen(from);
	n -= (size_t)(begin - line);
	end = memmem(begin, n, to, strlen(to));
	if (end)
		n = (size_t)(end - begin);
	if (n >= SUBJECT_NAME_MAX)
		n = SUBJECT_NAME_MAX - 1;
	memcpy(buf, begin, n);
	buf[n] = '\0';
}

static bool begins_with(const struct event *event, const char *text)
{
	return event->len >= strlen(text) && memcmp(event->payload, text, strlen(text)) == 0;
}

void news_subject(const struct event *event, struct subject *ret_subject)
{
	const char *newline = memchr(event->payload, '\n', event->len);
	size_t n = newline ? (size_t)(newline - event->payload) : event->len;
	const char *after = memmem(event->payload, n, " from_state:", strlen(" from_state:")) ?
				    " from_state:" : " pid:";

	*ret_subject = (struct subject){ .group = "" };
	if (begins_with(event, "processname:")) {
		cut_out(event->payload, n, "processname:", " groupname:", ret_subject->process);
		cut_out(event->payload, n, " groupname:", after, ret_subject->group);
	} else if (begins_with(event, "groupname:")) {
		cut_out(event->payload, n, "groupname:", "\n", ret_subject->group);
	}
}
