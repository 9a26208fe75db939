/*
 * record.c - mirrors the record_output of Supervisor's dispatchers. What is said here is for people
 * who look at their programs through the activity log; the output itself goes to its file without
 * us.
 */
#include "svd/record.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/repr.h"
#include "base/strbuf.h"
#include "base/utf8.h"
#include "svd/bus.h"
#include "svd/log.h"

const char *channel_name(enum channel channel)
{
	return channel == CHANNEL_STDOUT ? "stdout" : "stderr";
}

int speaker_init(struct speaker *s, const char *group, const char *name)
{
	*s = (struct speaker){ .group = strdup(group), .name = strdup(name) };
	if (s->group && s->name)
		return 0;
	speaker_done(s);
	return -ENOMEM;
}

void speaker_done(struct speaker *s)
{
	free(s->group);
	free(s->name);
	s->group = s->name = NULL;
}

static void log_output(const struct speaker *s, const char *text, size_t n)
{
	struct strbuf sb = { 0 };

	repr_add(&sb, s->name);
	strbuf_addf(&sb, " %s output:\n", channel_name(s->channel));
	strbuf_add(&sb, text, n);
	if (!sb.oom)
		log_text(LEVEL_DEBUG, sb.s, sb.len);
	strbuf_done(&sb);
}

static void publish_output(const struct speaker *s, const char *text, size_t n)
{
	enum event_type type = s->channel == CHANNEL_STDOUT ? EVENT_PROCESS_LOG_STDOUT :
							      EVENT_PROCESS_LOG_STDERR;

	bus_publish(s->bus, type, text, n, "processname:%s groupname:%s pid:%d channel:%s\n",
		    s->name, s->group, (int)s->pid, channel_name(s->channel));
}

static void publish_message(const struct speaker *s, const char *text, size_t n)
{
	enum event_type type = s->channel == CHANNEL_STDOUT ? EVENT_PROCESS_COMMUNICATION_STDOUT :
							      EVENT_PROCESS_COMMUNICATION_STDERR;

	bus_publish(s->bus, type, text, n, "processname:%s groupname:%s pid:%d\n", s->name,
		    s->group, (int)s->pid);
}

static void say_output(const struct speaker *s, const char *text, size_t n)
{
	if (log_says(LEVEL_DEBUG))
		log_output(s, text, n);
	if (s->log_events)
		publish_output(s, text, n);
}

/* Events and the activity log take text only. */
static void say_as_text(const struct speaker *s, const char *data, size_t n,
			void (*say)(const struct speaker *s, const char *text, size_t n))
{
	struct strbuf sb = { 0 };

	if (utf8_is_valid(data, n)) {
		say(s, data, n);
		return;
	}
	strbuf_adds(&sb, "Undecodable: ");
	repr_add_bytes(&sb, data, n);
	if (!sb.oom)
		say(s, sb.s, sb.len);
	strbuf_done(&sb);
}

void record_output(const struct speaker *s, const char *data, size_t n, long long lost)
{
	if (lost > 0)
		log_debug("%s %s: %lld bytes of output came too fast to be shown here", s->name,
			  channel_name(s->channel), lost);
	say_as_text(s, data, n, say_output);
}

void record_captured(const struct speaker *s, const char *data, size_t n, long long lost)
{
	struct strbuf name = { 0 };

	if (lost > 0)
		log_warn("%s %s: %lld messages of capture mode came too fast and were lost",
			 s->name, channel_name(s->channel), lost);
	say_as_text(s, data, n, publish_message);
	repr_add(&name, s->name);
	if (!name.oom)
		log_debug("%s %s emitted a comm event", name.s, channel_name(s->channel));
	strbuf_done(&name);
}
