/*
 * trouble.c - the patience of a sink. Trouble that is over within a second (an administrator makes
 * room, a reader of a FIFO is busy) should lose nothing; for the rest we try every few seconds.
 */
#include "logd/trouble.h"

#include <errno.h>

static const double YOUNG_SECONDS = 1, RETRY_SECONDS = 3, TELL_SECONDS = 60;

void trouble_note(struct trouble *t, int code, double now)
{
	if (!t->code)
		t->since = now;
	t->code = t->why = code;
	/* A target that would block costs nothing to ask, and may be free at any moment. */
	if (trouble_is_young(t, now) || code == -EAGAIN)
		t->retry_at = now;
	else
		t->retry_at = now + RETRY_SECONDS;
}

bool trouble_is_young(const struct trouble *t, double now)
{
	return now < t->since + YOUNG_SECONDS;
}

bool trouble_may_try(const struct trouble *t, double now)
{
	return !t->code || now >= t->retry_at;
}

void trouble_lose(struct trouble *t, uint64_t bytes)
{
	t->lost += bytes;
	t->lost_all += bytes;
}

bool trouble_may_tell(const struct trouble *t, double now)
{
	return t->told_at == 0 || now >= t->told_at + TELL_SECONDS;
}

void trouble_was_told(struct trouble *t, double now)
{
	t->told = true;
	t->told_at = now;
	t->lost = 0;
}

bool trouble_end(struct trouble *t, double now)
{
	if (!t->code && !t->told)
		return false;
	t->code = 0;
	return t->told || (t->lost_all && trouble_may_tell(t, now));
}

void trouble_is_over(struct trouble *t)
{
	t->told = false;
	t->lost = t->lost_all = 0;
}
