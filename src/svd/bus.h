/* bus.h - events: rendered once, offered to all who want their type */
#ifndef SVD_SVD_BUS_H
#define SVD_SVD_BUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/macro.h"
#include "conf/events.h"

/* What has happened, in the words of that moment: a queued event never shows a later pid. */
struct event {
	unsigned        refs;
	enum event_type type;
	uint64_t        serial;		/* from 0, over all events that anybody wanted */
	size_t          len;		/* bytes of the payload */
	char            payload[];
};

struct event *event_ref(struct event *event);
void event_unref(struct event *event);	/* NULL is allowed */

/* Embedded in whoever wants events. */
struct subscriber {
	struct subscriber *prev, *next;
	uint64_t mask;		/* bit n: enum event_type n */
	/* Keeps the event (counted up) for later; publishes nothing from in here. */
	void   (*on_event)(struct subscriber *s, struct event *event);
};

/* All zero is a bus without subscribers. */
struct bus {
	struct subscriber *subscribers;	/* list of borrowed, in the order in which they came */
	uint64_t mask;			/* what at least one of them wants */
	uint64_t n_published;
};

void bus_subscribe(struct bus *bus, struct subscriber *s);
void bus_unsubscribe(struct bus *bus, struct subscriber *s);

/* Ask first where it costs something to find out what to say. */
bool bus_wants(const struct bus *bus, enum event_type type);

/*
 * Tell those who want it. The payload is the text of fmt and then n bytes of data. What nobody
 * wants is not even rendered, and has no serial. What there is no memory for is lost, and logged.
 */
void bus_publish(struct bus *bus, enum event_type type, const void *data, size_t n,
		 const char *fmt, ...) printf_like(5, 6);

#endif
