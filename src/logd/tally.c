/* tally.c - trouble.c decides when to try again and what to say; this remembers, for who asks. */
#include "logd/tally.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"

void tally_rotated(struct tally *t)
{
	t->rotations++;
	t->untold = true;
}

void tally_dropped(struct tally *t, uint64_t bytes)
{
	t->dropped += bytes;
	t->untold = true;
}

void tally_failed(struct tally *t, const char *what, int code)
{
	t->what = what;
	t->code = code;
	t->at = clock_wall();
	t->over = false;
	t->untold = true;
}

void tally_healed(struct tally *t)
{
	if (!t->what || t->over)
		return;
	t->over = true;
	t->untold = true;
}

void tally_text(const char *what, int code, char *buf, size_t size)
{
	if (code == -EAGAIN)
		snprintf(buf, size, "nobody reads fast enough at the other end");
	else if (code == -ETIMEDOUT)
		snprintf(buf, size, "it does not answer");
	else
		snprintf(buf, size, "cannot %s: %s", what, strerror(-code));
}

bool tally_matters(const struct tally *t)
{
	return t->known || t->untold;
}

json_t *tally_json(const struct tally *t, uint64_t size)
{
	json_t *json = json_pack("{s:I, s:I, s:I}", "size", (json_int_t)size, "rotations",
				 (json_int_t)t->rotations, "dropped", (json_int_t)t->dropped);
	char text[256];

	if (!json || !t->what)
		return json;
	tally_text(t->what, t->code, text, sizeof(text));
	json_object_set_new(json, "error", json_string(text));
	json_object_set_new(json, "at", json_integer((json_int_t)t->at));
	json_object_set_new(json, "over", json_boolean(t->over));
	return json;
}
