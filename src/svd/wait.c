/*
 * wait.c - calls that wait for processes: begun with each, then asked again until the outcome of
 * each has come.
 */
#include "svd/wait.h"

#include <assert.h>
#include <stdlib.h>
#include <utlist.h>

#include "svd/call.h"
#include "svd/engine.h"
#include "svd/lookup.h"

static struct wait *wait_new(const struct wait_kind *kind, size_t n)
{
	struct wait *wait = calloc(1, sizeof(*wait));

	if (!wait)
		return NULL;
	wait->kind = kind;
	wait->n = n;
	wait->results = json_array();
	wait->waiting = calloc(n + 1, sizeof(struct process *));
	if (!wait->results || !wait->waiting) {
		wait_free(wait);
		return NULL;
	}
	return wait;
}

void wait_free(struct wait *wait)
{
	if (!wait)
		return;
	json_decref(wait->results);
	free(wait->waiting);
	free(wait);
}

static bool give_wait(struct call *call, const struct wait_kind *kind, size_t n)
{
	call->wait = wait_new(kind, n);
	if (!call->wait)
		call_fault(call, FAULT_FAILED, "out of memory");
	return call->wait;
}

/* --- one process --- */

static void step_one(struct engine *e, struct call *call)
{
	struct outcome out = { 0 };

	(void)e;
	call->wait->kind->check(call->wait->waiting[0], call_string(call, 0), &out);
	outcome_answer(call, &out);
}

void wait_for_one(struct call *call, const struct wait_kind *kind, struct process *p, bool wait_for)
{
	struct outcome out = { 0 };

	if (!give_wait(call, kind, 1))
		return;
	call->wait->waiting[0] = p;
	kind->begin(p, call_string(call, 0), wait_for, &out);
	outcome_answer(call, &out);
	call->step = step_one;
}

/* --- several processes --- */

/* Takes the outcome of the i-th process, if it has come. */
static void settle(struct wait *wait, size_t i, const struct outcome *out)
{
	if (out->kind == OUTCOME_PENDING)
		return;
	outcome_append(wait->results, wait->waiting[i], out);
	wait->waiting[i] = NULL;
}

static void answer_when_all(struct call *call)
{
	struct wait *wait = call->wait;

	for (size_t i = 0; i < wait->n; i++)
		if (wait->waiting[i])
			return;
	call_result(call, json_incref(wait->results));
}

static void step_many(struct engine *e, struct call *call)
{
	struct wait *wait = call->wait;
	char name[512];

	(void)e;
	for (size_t i = 0; i < wait->n; i++) {
		struct outcome out = { 0 };

		if (!wait->waiting[i])
			continue;
		lookup_namespec(wait->waiting[i], name, sizeof(name));
		wait->kind->check(wait->waiting[i], name, &out);
		settle(wait, i, &out);
	}
	answer_when_all(call);
}

void wait_for_many(struct call *call, const struct wait_kind *kind, bool wait_for,
		   struct process **list, size_t n)
{
	char name[512];

	if (list && give_wait(call, kind, n)) {
		for (size_t i = 0; i < n; i++) {
			struct outcome out = { 0 };

			if (kind->applies && !kind->applies(list[i]))
				continue;
			call->wait->waiting[i] = list[i];
			lookup_namespec(list[i], name, sizeof(name));
			kind->begin(list[i], name, wait_for, &out);
			settle(call->wait, i, &out);
		}
		answer_when_all(call);
		call->step = step_many;
	} else if (!call->answered) {
		call_fault(call, FAULT_FAILED, "out of memory");
	}
	free(list);
}

/* --- all calls --- */

static bool waits_for(const struct wait *wait, const struct process *p)
{
	for (size_t i = 0; wait && i < wait->n; i++)
		if (wait->waiting[i] == p)
			return true;
	return false;
}

void wait_look(struct engine *e, const struct process *p)
{
	struct call *call;

	DL_FOREACH(e->calls, call) {
		if (!call->answered && waits_for(call->wait, p)) {
			call->step(e, call);
			e->again = true;
		}
	}
}

void wait_end(struct engine *e, struct process *p)
{
	struct call *call;

	p->leaving = true;
	wait_look(e, p);
	DL_FOREACH(e->calls, call)
		assert(call->answered || !waits_for(call->wait, p));
}

bool wait_reports(const struct wait *wait)
{
	return wait && wait->kind->report;
}

void wait_report(const struct wait *wait)
{
	for (size_t i = 0; wait_reports(wait) && i < wait->n; i++)
		if (wait->waiting[i])
			wait->kind->report(wait->waiting[i]);
}
