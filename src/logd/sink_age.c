/*
 * sink_age.c - a file belongs to the hour or day of the last line in it, by the wall clock: ours
 * where we wrote it, the file's where we find it. The time of the file is not asked again, since a
 * server's clock that is behind ours would have us rotate at each line. When the wall clock is put
 * back, the file is of a later hour than this one, and stays; when it is put on, the next line
 * begins a new file.
 */
#include "logd/sink_age.h"

#include <string.h>

#include "base/clock.h"
#include "logd/hours.h"
#include "logd/period.h"
#include "logd/plan.h"
#include "logd/sink.h"

void sink_age_begin(struct sink *s)
{
	if (!s->rules.rotate)
		return;
	hours_watch(s->all->hours);
}

void sink_age_wrote(struct sink *s)
{
	if (s->rules.rotate)
		s->wrote_at = (time_t)clock_wall();
}

static bool is_of_earlier_period(const struct sink *s)
{
	struct period *p = &s->all->periods[s->rules.rotate];

	if (!s->rules.rotate)
		return false;
	period_find(p, s->rules.rotate, (time_t)clock_wall());
	return s->wrote_at < p->begin;
}

bool sink_is_due(const struct sink *s)
{
	if (s->target.kind != TARGET_FILE || s->size == 0 || clock_mono() < s->rotate_at)
		return false;
	return s->rotate_wanted || is_of_earlier_period(s);
}

uint64_t sink_limit(const struct sink *s)
{
	bool limited = s->target.kind == TARGET_FILE && clock_mono() >= s->rotate_at;

	return limited ? s->rules.maxbytes : 0;
}

uint64_t sink_room(const struct sink *s)
{
	return sink_is_due(s) ? 0 : plan_room(s->size, sink_limit(s));
}

void sink_rotate_soon(struct sink *s)
{
	s->rotate_at = 0;	/* whoever asks may have removed what stood in the way */
	s->rotate_wanted = true;
	sink_want(s, TODO_ROTATE);
}

void sink_tend(struct sink *s)
{
	const struct sink_rules *r = &s->rules;

	s->tend_above = UINT64_MAX;
	if (s->target.fd >= 0 && s->target.kind == TARGET_FILE &&
	    (r->maxage || r->budget || r->compress))
		upkeep_ask(s->all->upkeep, s->path, r, s->size, s->target.id.dev);
}

/* Without old files there is nothing that could make room. */
static void on_tended(void *user, const char *path, uint64_t bytes)
{
	struct sink *s = sinks_by_path(user, path);
	uint64_t budget = s ? s->rules.budget : 0;

	if (budget && bytes)
		s->tend_above = budget > bytes ? budget - bytes : 0;
}

static void on_pressed(void *user, const char *path, int code)
{
	struct sink *s = sinks_by_path(user, path);

	if (!s)
		return;
	if (code < 0 && !s->press_failed)
		sink_complain(s, "compress", code);
	else if (code == 0 && s->press_failed && !s->trouble.code)
		sink_healed(s);
	s->press_failed = code < 0;
}

const struct upkeep_ops sink_upkeep_ops = { on_tended, on_pressed };
