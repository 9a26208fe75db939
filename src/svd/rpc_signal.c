/*
 * rpc_signal.c - RPC methods that reach a running program itself: signals, and text for its
 * standard input. Mirrors supervisor.rpcinterface.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/signame.h"
#include "svd/call.h"
#include "svd/engine.h"
#include "svd/lookup.h"
#include "svd/outcome.h"

/* --- signals --- */

/* Clients send a name or a number; of the number, too, the fault shows the text. */
struct wanted {
	char text[64];
	int  signo;		/* -EINVAL: there is no such signal */
};

static struct wanted wanted_signal(const struct call *call, size_t i)
{
	const char *name = call_string(call, i);
	int64_t number = 0;
	struct wanted wanted;

	if (name)
		snprintf(wanted.text, sizeof(wanted.text), "%s", name);
	else if (call_int(call, i, &number))
		snprintf(wanted.text, sizeof(wanted.text), "%lld", (long long)number);
	else
		snprintf(wanted.text, sizeof(wanted.text), "out of range");
	wanted.signo = signal_number(wanted.text);
	return wanted;
}

/* Stopping is no reason to refuse: a program that hangs there may need a signal of its own. */
static bool can_be_signalled(const struct process *p)
{
	return p->state == PROC_STARTING || p->state == PROC_RUNNING ||
	       p->state == PROC_STOPPING;
}

static void signal_process(struct process *p, const char *name, const struct wanted *wanted,
			   struct outcome *out)
{
	struct err err;

	if (wanted->signo < 0)
		outcome_fault(out, FAULT_BAD_SIGNAL, "%s", wanted->text);
	else if (!can_be_signalled(p))
		outcome_fault(out, FAULT_NOT_RUNNING, "%s", name);
	else if (proc_signal(p, wanted->signo, &err) < 0)
		outcome_fault(out, FAULT_FAILED, "%s", err.text);
	else
		out->kind = OUTCOME_OK;
}

/* The list is ours to free. */
static void signal_many(struct call *call, const struct wanted *wanted, struct process **list,
			size_t n)
{
	json_t *results = list ? json_array() : NULL;
	char name[512];

	for (size_t i = 0; i < n; i++) {
		struct outcome out = { 0 };

		if (!can_be_signalled(list[i]))
			continue;
		lookup_namespec(list[i], name, sizeof(name));
		signal_process(list[i], name, wanted, &out);
		outcome_append(results, list[i], &out);
	}
	call_result(call, results);
	free(list);
}

static void signal_group(struct call *call, const struct group *group)
{
	struct wanted wanted = wanted_signal(call, 1);
	struct process **list;
	size_t n;

	if (!group) {
		call_fault(call, FAULT_BAD_NAME, "%s", call_string(call, 0));
		return;
	}
	n = lookup_group(group, &list);
	signal_many(call, &wanted, list, n);
}

void rpc_signal_process(struct engine *e, struct call *call)
{
	const char *name = call_string(call, 0);
	struct wanted wanted = wanted_signal(call, 1);
	struct outcome out = { 0 };
	struct group *group;
	struct process *p;

	if (!lookup_name(e, name, &group, &p)) {
		call_fault(call, FAULT_BAD_NAME, "%s", name);
	} else if (p) {
		signal_process(p, name, &wanted, &out);
		outcome_answer(call, &out);
	} else {
		signal_group(call, group);
	}
}

void rpc_signal_process_group(struct engine *e, struct call *call)
{
	signal_group(call, engine_find_group(e, call_string(call, 0)));
}

void rpc_signal_all_processes(struct engine *e, struct call *call)
{
	struct wanted wanted = wanted_signal(call, 0);
	struct process **list;
	size_t n = lookup_all(e, &list);

	signal_many(call, &wanted, list, n);
}

/* --- standard input --- */

static void send_input(struct call *call, struct process *p, const json_t *chars)
{
	const char *name = call_string(call, 0);
	int ret = input_write(&p->input, json_string_value(chars), json_string_length(chars));

	if (ret == 0)
		call_result(call, json_true());
	else if (ret == -EPIPE)
		call_fault(call, FAULT_NO_FILE, "%s", name);
	else if (ret == -ENOBUFS)
		call_fault(call, FAULT_FAILED, "%s does not read what it was sent before", name);
	else
		call_fault(call, FAULT_FAILED, "%s: %s", name, strerror(-ret));
}

void rpc_send_process_stdin(struct engine *e, struct call *call)
{
	const char *name = call_string(call, 0);
	struct group *group;
	struct process *p;

	if (!lookup_name(e, name, &group, &p) || !p)
		call_fault(call, FAULT_BAD_NAME, "%s", name);
	else if (!p->pid || p->state == PROC_STOPPING)
		call_fault(call, FAULT_NOT_RUNNING, "%s", name);
	else
		send_input(call, p, json_array_get(call->params, 1));
}
