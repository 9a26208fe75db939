/* events.h - which types of events there are */
#ifndef SVD_CONF_EVENTS_H
#define SVD_CONF_EVENTS_H

#include <stddef.h>
#include <stdint.h>

#define EVENT(id, name, parent) EVENT_##id,
enum event_type {
#include "conf/events.def"
	EVENT_N
};
_Static_assert(EVENT_N <= 64, "a set of types is a bit mask");

/* "TICK_5" */
const char *event_name(enum event_type type);

/* The types that a subscription to `name` means, bit n is type n; 0: there is no such type. */
uint64_t event_mask(const char *name);

/*
 * The other way round: the fewest types whose names together mean the set, super types first.
 * Returns how many; room for EVENT_N is needed.
 */
size_t event_summary(uint64_t mask, enum event_type *ret_types);

#endif
