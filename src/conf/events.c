/* events.c - types of events and their families. */
#include "conf/events.h"

#include <stdbool.h>
#include <string.h>

static const struct {
	const char     *name;
	enum event_type parent;
} types[EVENT_N] = {
#define EVENT(id, name, parent) [EVENT_##id] = { name, EVENT_##parent },
#include "conf/events.def"
};

const char *event_name(enum event_type type)
{
	return types[type].name;
}

uint64_t event_mask(const char *name)
{
	uint64_t mask = 0;

	/* Parents come first: one pass takes in the children of children. */
	for (unsigned t = 0; t < EVENT_N; t++)
		if (strcmp(types[t].name, name) == 0 || mask >> types[t].parent & 1)
			mask |= UINT64_C(1) << t;
	return mask;
}

/* A family is within another or apart from it: so whoever is first to fit belongs in. */
size_t event_summary(uint64_t mask, enum event_type *ret_types)
{
	size_t n = 0;

	for (int pass = 0; pass < 2; pass++) {
		for (enum event_type t = 0; t < EVENT_N; t++) {
			uint64_t own = UINT64_C(1) << t, family = event_mask(event_name(t));
			bool is_super = family != own;

			if (is_super != (pass == 0) || (mask & family) != family)
				continue;
			ret_types[n++] = t;
			mask &= ~family;
		}
	}
	return n;
}
