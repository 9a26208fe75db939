/*
 * rpc_update.c - svd.updateGroup: tells of each process what became of it. The work is done in
 * update.c, whether or not anybody waits for the answer.
 */
#include <stdio.h>

#include "svd/call.h"
#include "svd/engine.h"
#include "svd/groups.h"
#include "svd/log.h"
#include "svd/lookup.h"
#include "svd/update.h"
#include "svd/wait.h"

static void say(struct outcome *out, const char *word)
{
	out->kind = OUTCOME_OK;
	snprintf(out->text, sizeof(out->text), "%s", word);
}

static void say_started(const struct process *p, const char *name, const char *word,
			struct outcome *out)
{
	if (p->start_again && p->spawnerr)
		outcome_fault(out, FAULT_SPAWN_ERROR, "%s", name);
	else
		say(out, word);
}

static void report(const struct process *p)
{
	log_info("waiting for %s to stop", p->conf->name);
}

static void begin(struct process *p, const char *name, bool wait, struct outcome *out)
{
	(void)wait;
	switch (update_process(p)) {
	case UPDATED_NOT:
		say(out, "unchanged");
		break;
	case UPDATED_LIVE:
		say(out, "changed");
		break;
	case UPDATED_ADDED:
		say_started(p, name, "added", out);
		break;
	case UPDATED_LATER:
		if (!proc_is_stopped(p))
			report(p);
		break;
	case UPDATED_FAILED:
		outcome_fault(out, FAULT_FAILED, "%s", name);
		break;
	}
}

static void check(struct process *p, const char *name, struct outcome *out)
{
	if (p->leaving)
		say(out, update_brings_back(p) ? "restarted" : "removed");
	else if (p->group->engine->mood != MOOD_RUNNING)
		outcome_fault(out, FAULT_SHUTDOWN_STATE, "%s", name);
	else if (update_is_pending(p))
		out->kind = OUTCOME_PENDING;
	else if (p->config != p->group->config)
		outcome_fault(out, FAULT_FAILED, "%s", name);
	else
		say_started(p, name, p->start_again ? "restarted" : "changed", out);
}

static const struct wait_kind updating = {
	.begin = begin,
	.check = check,
	.report = report,
};

/* A group that is made anew has its new processes when the old ones have stopped. */
static void say_coming(struct call *call, const struct group *group)
{
	const struct group_config *next = group->next_conf;
	struct outcome out;

	say(&out, "added");
	for (size_t i = 0; next && call->wait && i < next->n_programs; i++)
		if (!group_find(group, next->programs[i].name))
			outcome_row(call->wait->results, next->name, next->programs[i].name, &out);
}

void rpc_update_group(struct engine *e, struct call *call)
{
	const char *name = call_string(call, 0);
	struct group *group = engine_find_group(e, name);
	const struct group_config *conf = groups_find_config(e->config, name);
	struct process **list = NULL;
	size_t n = 0;

	if (!group || !conf) {
		call_fault(call, FAULT_BAD_NAME, "%s", name);
		return;
	}
	if (update_group(group, e->config, conf) == 0)
		n = lookup_group(group, &list);
	wait_for_many(call, &updating, true, list, n);
	say_coming(call, group);
}
