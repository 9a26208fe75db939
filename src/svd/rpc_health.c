/*
 * rpc_health.c - is all well? What counts is in [svd:health]. A load balancer asks every few
 * seconds, from several machines: the answer is counted from what is known, and costs no memory but
 * for those who are not well.
 */
#include <string.h>
#include <utlist.h>

#include "base/commas.h"
#include "base/nameglob.h"
#include "ipc/frame.h"
#include "svd/call.h"
#include "svd/engine.h"
#include "svd/health.h"
#include "svd/lookup.h"

struct tally {
	size_t  well, total;
	json_t *others;		/* owned; those that are not well; NULL: no memory, or not wanted */
};

bool health_is_well(const struct process *p)
{
	if (p->state == PROC_EXITED)
		return proc_is_expected(p) && p->conf->autorestart != AUTORESTART_ALWAYS;
	return p->state == PROC_RUNNING;
}

static void count(struct tally *t, const struct process *p)
{
	char name[1024];

	t->total++;
	if (health_is_well(p)) {
		t->well++;
		return;
	}
	if (!t->others)
		return;
	lookup_namespec(p, name, sizeof(name));
	json_array_append_new(t->others, json_pack("{s:o, s:s}", "name", json_text(name), "state",
						   proc_state_name(p->state)));
}

bool health_counts(const struct engine *e, const struct process *p)
{
	const struct health_config *conf = &e->config->health;
	const char *globs = conf->programs, *glob;
	size_t n;

	if (!globs)
		return p->conf->autostart;
	while ((glob = commas_next(&globs, &n)))
		if (nameglob_matches(glob, n, p->group->conf->name, p->conf->name))
			return true;
	return false;
}

/* e NULL: all of them count. */
static void count_group(struct tally *t, const struct group *group, const struct engine *e)
{
	for (size_t i = 0; i < group->n_processes; i++)
		if (!e || health_counts(e, group->processes[i]))
			count(t, group->processes[i]);
}

/* A bare name is a group's; Supervisor's meaning, its process of that name, is in it. */
static bool count_named(struct engine *e, struct tally *t, const char *name)
{
	struct group *group = engine_find_group(e, name);
	struct process *p = NULL;

	if (!group && !lookup_name(e, name, &group, &p))
		return false;
	if (p)
		count(t, p);
	else
		count_group(t, group, NULL);
	return true;
}

/* A part of a hundred is rounded up; more than there are is all of them. */
static size_t needed(const struct health_config *conf, size_t total)
{
	size_t minimum = (size_t)conf->minimum;

	if (conf->is_percent)
		return (total * minimum + 99) / 100;
	return minimum < total ? minimum : total;
}

/* Globs that mean nobody are a slip, or the group has gone: not what one calls well. */
static bool is_healthy(const struct engine *e, const struct tally *t)
{
	const struct health_config *conf = &e->config->health;

	return e->mood == MOOD_RUNNING && (t->total > 0 || !conf->programs) &&
	       t->well >= needed(conf, t->total);
}

static void count_all(struct engine *e, struct tally *t)
{
	struct group *group;

	DL_FOREACH(e->groups, group)
		count_group(t, group, e);
}

struct health health_of(struct engine *e)
{
	struct tally t = { 0 };

	count_all(e, &t);
	return (struct health){ .is_healthy = is_healthy(e, &t), .n_well = t.well,
				.n_total = t.total };
}

void rpc_get_health(struct engine *e, struct call *call)
{
	const char *name = call_string(call, 0);
	struct tally t = { .others = json_array() };

	if (name && !count_named(e, &t, name)) {
		json_decref(t.others);
		call_fault(call, FAULT_BAD_NAME, "%s", name);
		return;
	}
	if (!name)
		count_all(e, &t);
	call_result(call, json_pack("{s:b, s:I, s:I, s:s, s:o}", "healthy", is_healthy(e, &t),
				    "well", (json_int_t)t.well, "total", (json_int_t)t.total,
				    "state", mood_name(e->mood), "processes", t.others));
}
