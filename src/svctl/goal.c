/*
 * goal.c - judging by what getAllProcessInfo tells, so that Supervisor's processes can be waited
 * for as well.
 */
#include "svctl/goal.h"

#include <string.h>
#include <strings.h>

#include "base/macro.h"
#include "rpc/faults.h"

static json_int_t stop_of(const struct procinfo *info)
{
	return json_integer_value(json_object_get(info->from, "stop"));
}

struct sight goal_look(const struct procinfo *info)
{
	if (!info)
		return (struct sight){ 0 };
	return (struct sight){ .pid = info->pid, .stop = stop_of(info) };
}

/* EXITED: it has been running, and what it was to do may be done. */
static enum verdict judge_started(const struct goal *goal, const struct sight *first,
				  const struct procinfo *now)
{
	(void)goal, (void)first;
	if (!now)
		return NEVER;
	switch (now->state) {
	case STATE_CODE_STARTING:
		return NOT_YET;
	case STATE_CODE_RUNNING:
	case STATE_CODE_EXITED:
		return REACHED;
	}
	return NEVER;
}

static enum verdict judge_stopped(const struct goal *goal, const struct sight *first,
				  const struct procinfo *now)
{
	(void)goal, (void)first;
	return !now || procinfo_is_stopped(now) ? REACHED : NOT_YET;
}

static enum verdict judge_settled(const struct goal *goal, const struct sight *first,
				  const struct procinfo *now)
{
	(void)goal, (void)first;
	return now && procinfo_is_under_way(now) ? NOT_YET : REACHED;
}

/* Somebody may start what does not run; but what was given up is not tried again by itself. */
static enum verdict judge_running(const struct goal *goal, const struct sight *first,
				  const struct procinfo *now)
{
	(void)goal, (void)first;
	if (!now || now->state == STATE_CODE_FATAL)
		return NEVER;
	return now->state == STATE_CODE_RUNNING ? REACHED : NOT_YET;
}

/* It may have been started again since, between two looks. */
static enum verdict judge_exited(const struct goal *goal, const struct sight *first,
				 const struct procinfo *now)
{
	(void)goal;
	if (!now || now->state == STATE_CODE_EXITED || stop_of(now) != first->stop ||
	    (first->pid && now->pid != first->pid))
		return REACHED;
	return now->state == STATE_CODE_FATAL ? NEVER : NOT_YET;
}

static enum verdict judge_state(const struct goal *goal, const struct sight *first,
				const struct procinfo *now)
{
	(void)first;
	if (!now)
		return NEVER;
	return strcmp(now->statename, goal->statename) == 0 ? REACHED : NOT_YET;
}

const struct goal goal_started = { "running", judge_started, NULL };
const struct goal goal_stopped = { "stopped", judge_stopped, NULL };
const struct goal goal_settled = { "settled", judge_settled, NULL };

static const struct goal goals[] = {
	{ "running", judge_running, NULL },
	{ "stopped", judge_stopped, NULL },
	{ "exited", judge_exited, NULL },
	{ "fatal", judge_state, "FATAL" },
	{ "starting", judge_state, "STARTING" },
	{ "backoff", judge_state, "BACKOFF" },
	{ "stopping", judge_state, "STOPPING" },
	{ "unknown", judge_state, "UNKNOWN" },
};

bool goal_find(const char *word, struct goal *ret_goal)
{
	for (size_t i = 0; i < ARRAY_LEN(goals); i++) {
		if (strcasecmp(goals[i].word, word) == 0) {
			*ret_goal = goals[i];
			return true;
		}
	}
	return false;
}
