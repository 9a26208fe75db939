/* bus.c - the one way by which news reaches those who asked for it. */
#include "svd/bus.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "svd/log.h"

struct event *event_ref(struct event *event)
{
	event->refs++;
	return event;
}

void event_unref(struct event *event)
{
	if (event && --event->refs == 0)
		free(event);
}

static void sum_up(struct bus *bus)
{
	struct subscriber *s;

	bus->mask = 0;
	DL_FOREACH(bus->subscribers, s)
		bus->mask |= s->mask;
}

void bus_subscribe(struct bus *bus, struct subscriber *s)
{
	DL_APPEND(bus->subscribers, s);
	sum_up(bus);
}

void bus_unsubscribe(struct bus *bus, struct subscriber *s)
{
	DL_DELETE(bus->subscribers, s);
	sum_up(bus);
}

static bool is_in(uint64_t mask, enum event_type type)
{
	return mask >> type & 1;
}

bool bus_wants(const struct bus *bus, enum event_type type)
{
	return is_in(bus->mask, type);
}

static struct event *render(enum event_type type, const void *data, size_t n, const char *fmt,
			    va_list ap)
{
	va_list again;
	struct event *event;
	int len;

	va_copy(again, ap);
	len = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (len < 0)
		return NULL;
	event = malloc(sizeof(*event) + (size_t)len + 1 + n);
	if (!event)
		return NULL;
	*event = (struct event){ .refs = 1, .type = type, .len = (size_t)len + n };
	vsnprintf(event->payload, (size_t)len + 1, fmt, ap);
	if (n)
		memcpy(event->payload + len, data, n);
	return event;
}

void bus_publish(struct bus *bus, enum event_type type, const void *data, size_t n,
		 const char *fmt, ...)
{
	struct subscriber *s;
	struct event *event;
	va_list ap;

	if (!bus_wants(bus, type))
		return;
	va_start(ap, fmt);
	event = render(type, data, n, fmt, ap);
	va_end(ap);
	if (!event) {
		log_error("out of memory: an event %s is lost", event_name(type));
		return;
	}
	event->serial = bus->n_published++;
	DL_FOREACH(bus->subscribers, s)
		if (is_in(s->mask, type))
			s->on_event(s, event);
	event_unref(event);
}
