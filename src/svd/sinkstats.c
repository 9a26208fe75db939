/*
 * sinkstats.c - files by their paths. svd-logd counts as long as it has one open; who asks wants to
 * know since the beginning, also of a file that nobody writes to at the moment.
 */
#include "svd/sinkstats.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/jsonout.h"
#include "svd/log.h"

static void forget(struct sinkstats *all, struct sinkstat *stat)
{
	if (stat->hh.tbl)
		HASH_DEL(all->by_path, stat);
	free(stat->path);
	free(stat->error);
	free(stat);
}

void sinkstats_done(struct sinkstats *all)
{
	struct sinkstat *stat, *next;

	HASH_ITER(hh, all->by_path, stat, next)
		forget(all, stat);
}

static struct sinkstat *find(const struct sinkstats *all, const char *path)
{
	struct sinkstat *stat;

	HASH_FIND_STR(all->by_path, path, stat);
	return stat;
}

static struct sinkstat *add(struct sinkstats *all, const char *path)
{
	struct sinkstat *stat = calloc(1, sizeof(*stat));

	if (!stat)
		return NULL;
	if (HASH_COUNT(all->by_path) >= SINKSTATS_MAX)
		forget(all, all->by_path);
	stat->path = strdup(path);
	if (stat->path)
		HASH_ADD_KEYPTR(hh, all->by_path, stat->path, strlen(stat->path), stat);
	if (stat->hh.tbl)
		return stat;
	forget(all, stat);
	return NULL;
}

static struct sinkstat *find_or_add(struct sinkstats *all, const char *path)
{
	struct sinkstat *stat = find(all, path);

	return stat ? stat : add(all, path);
}

static uint64_t number(const json_t *sink, const char *key)
{
	return (uint64_t)json_integer_value(json_object_get(sink, key));
}

/* A number that is less than it was is that of a new file. */
static void take_number(uint64_t *sum, uint64_t *told, uint64_t now)
{
	*sum += now < *told ? now : now - *told;
	*told = now;
}

static void set_error(struct sinkstat *stat, const char *text, int64_t at, bool over)
{
	if (!stat->error || strcmp(stat->error, text) != 0) {
		free(stat->error);
		stat->error = strdup(text);
	}
	stat->error_at = at;
	stat->over = over;
}

static void take_error(struct sinkstat *stat, const json_t *sink)
{
	const char *text = json_string_value(json_object_get(sink, "error"));

	if (text)
		set_error(stat, text, json_integer_value(json_object_get(sink, "at")),
			  json_is_true(json_object_get(sink, "over")));
}

static void take(struct sinkstat *stat, const json_t *sink)
{
	stat->size = number(sink, "size");
	take_number(&stat->rotations, &stat->rotations_told, number(sink, "rotations"));
	take_number(&stat->dropped, &stat->dropped_told, number(sink, "dropped"));
	take_error(stat, sink);
	if (json_is_true(json_object_get(sink, "gone")))
		stat->rotations_told = stat->dropped_told = 0;
}

void sinkstats_take(struct sinkstats *all, const json_t *sinks)
{
	const char *path;
	json_t *sink;

	json_object_foreach((json_t *)(uintptr_t)sinks, path, sink) {
		struct sinkstat *stat = find_or_add(all, path);

		if (stat)
			take(stat, sink);
	}
}

/* --- receivers that are no files --- */

/* `trouble` tells what was lost since the last one, `healed` all since it worked last. */
static void receiver_failed(struct sinkstat *stat, const char *why, uint64_t lost)
{
	set_error(stat, why, (int64_t)clock_wall(), false);
	stat->dropped += lost;
	stat->healing += lost;
}

static void receiver_healed(struct sinkstat *stat, uint64_t lost_all)
{
	if (lost_all > stat->healing)
		stat->dropped += lost_all - stat->healing;
	stat->healing = 0;
	stat->over = true;
}

static void say(const char *name, const char *why, int64_t lost)
{
	if (why)
		log_error("cannot write to log file %s: %s; %" PRId64
			  " bytes were dropped since this was said last", name, why, lost);
	else
		log_warn("log file %s can be written to again; %" PRId64 " bytes were dropped",
			 name, lost);
}

void sinkstats_news(struct sinkstats *all, const json_t *head)
{
	const char *name = json_string_value(json_object_get(head, "path"));
	const char *why = json_string_value(json_object_get(head, "text"));
	struct sinkstat *stat = NULL;

	say(name ? name : "", why, (int64_t)number(head, "lost"));

	if (name && *name && *name != '/')
		stat = find_or_add(all, name);
	if (stat && why)
		receiver_failed(stat, why, number(head, "lost"));
	else if (stat)
		receiver_healed(stat, number(head, "lost"));
}

void sinkstats_begin(struct sinkstats *all)
{
	for (struct sinkstat *stat = all->by_path; stat; stat = stat->hh.next) {
		stat->rotations_told = stat->dropped_told = stat->healing = 0;
		stat->over = true;
	}
}

const struct sinkstat *sinkstats_find(const struct sinkstats *all, const char *path)
{
	return path ? find(all, path) : NULL;
}

void sinkstat_add(struct strbuf *sb, const struct sinkstat *stat)
{
	json_out_member_large(sb, "rotations", stat ? stat->rotations : 0);
	json_out_member(sb, "last_error", stat && stat->error ? stat->error : "");
	if (!stat || !stat->error)
		return;
	json_out_member_int(sb, "last_error_at", stat->error_at);
	json_out_member_bool(sb, "last_error_over", stat->over);
}
