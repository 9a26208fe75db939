/*
 * census.c - who asks gets everything. Losses, rotations and errors are told unasked as well, soon
 * after they have happened: what was told outlives a svd-logd that is killed.
 */
#include "logd/census.h"

#include <inttypes.h>
#include <stdio.h>

#include "ipc/frame.h"
#include "logd/channel.h"
#include "logd/news.h"
#include "logd/sink.h"

/* --- channels --- */

static json_t *numbers_of(const struct source *src)
{
	return json_pack("[I, I, I, I]", (json_int_t)src->taken, (json_int_t)src->dropped,
			 (json_int_t)src->dropped_lines, source_lines(src));
}

/* Of whom nothing came there is nothing to tell: most channels are stderr. */
static json_t *count_channels(struct channel *channels, bool all)
{
	json_t *counts = json_object();
	struct channel *c, *next;
	char name[24];

	HASH_ITER(hh, channels, c, next) {
		const struct source *src = &c->source;

		/* svd's numbers are not negative. */
		if (c->id < 0 || !src->taken || (!all && src->dropped == src->dropped_told))
			continue;
		snprintf(name, sizeof(name), "%" PRId64, c->id);
		json_object_set_new(counts, name, numbers_of(src));
	}
	return counts;
}

/* --- sinks --- */

static bool is_worth_telling(const struct sink *s, bool all)
{
	return s->tally.untold || (all && (s->size || s->tally.known));
}

static void add_sink(json_t *counts, const struct sink *s)
{
	json_object_set_new(counts, s->path, tally_json(&s->tally, s->size));
}

static json_t *count_sinks(const struct sinks *sinks, bool all)
{
	json_t *counts = json_object();

	for (const struct sink *s = sinks->by_path; s; s = s->path_hh.next)
		if (is_worth_telling(s, all))
			add_sink(counts, s);
	return counts;
}

/* --- both --- */

static int send_counts(struct link *link, int64_t id, json_t *channels, json_t *sinks)
{
	json_t *counts = json_pack("{s:o, s:o}", "channels", channels, "sinks", sinks);
	int ret = news_counted(link, id, counts);

	json_decref(counts);
	return ret;
}

static void know(struct channel *channels, struct sinks *sinks, bool all)
{
	struct channel *c, *next;

	HASH_ITER(hh, channels, c, next)
		c->source.dropped_told = c->source.dropped;
	for (struct sink *s = sinks->by_path; s; s = s->path_hh.next) {
		s->tally.known |= is_worth_telling(s, all);
		s->tally.untold = false;
	}
}

void census_tell(struct link *link, struct channel *channels, struct sinks *sinks, int64_t id)
{
	bool all = id != 0;

	if (!link)
		return;
	if (send_counts(link, id, count_channels(channels, all), count_sinks(sinks, all)) == 0)
		know(channels, sinks, all);
}

void census_tell_last(struct link *link, struct sink *s)
{
	json_t *sinks;

	if (!link || !tally_matters(&s->tally))
		return;
	sinks = json_object();
	add_sink(sinks, s);
	json_object_set_new(json_object_get(sinks, s->path), "gone", json_true());
	(void)send_counts(link, 0, json_object(), sinks);
}
