/* cmd_config.c - reread, avail, add, remove: what is configured, and what of it is active */
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "rpc/faults.h"
#include "svctl/changes.h"
#include "svctl/cmd.h"
#include "svctl/ctl.h"
#include "svctl/namespec.h"
#include "svctl/output.h"

struct change {
	const char *name, *what;
};

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct change *)a)->name, ((const struct change *)b)->name);
}

static size_t collect(const json_t *names, const char *what, struct change *list, size_t n)
{
	const json_t *name;
	size_t i;

	json_array_foreach(names, i, name)
		list[n++] = (struct change){ json_string_value(name), what };
	return n;
}

static void show_changes(struct ctl *ctl, const struct changes *c)
{
	size_t total = json_array_size(c->added) + json_array_size(c->changed) +
		       json_array_size(c->removed), n = 0;
	struct change *list = calloc(total + 1, sizeof(*list));

	if (!list) {
		ctl_oom(ctl);
		return;
	}
	n = collect(c->added, "available", list, n);
	n = collect(c->changed, "changed", list, n);
	n = collect(c->removed, "disappeared", list, n);
	qsort(list, n, sizeof(*list), by_name);
	for (size_t i = 0; i < n; i++)
		out_line("%s: %s", list[i].name, list[i].what);
	if (n == 0)
		out_line("No config updates to processes");
	free(list);
}

void cmd_reread(struct ctl *ctl, const char *arg)
{
	struct changes c;

	if (!ctl_takes_nothing(ctl, "reread", arg) ||
	    !changes_get(ctl, "supervisor shutting down", &c))
		return;
	if (report_is_wanted(ctl))
		report_result(ctl, json_pack("{s:O, s:O, s:O}", "added", c.added,
					     "changed", c.changed, "removed", c.removed));
	else
		show_changes(ctl, &c);
	changes_done(&c);
}

/* One process that is configured. false: the answer was misshapen, which was said. */
static bool show_available(struct ctl *ctl, json_t *from)
{
	const char *group, *name;
	int in_use, autostart, group_priority, priority;
	struct strbuf full = { 0 };
	json_error_t error;

	if (json_unpack_ex(from, &error, 0, "{s:s, s:s, s:b, s:b, s:i, s:i}", "group", &group,
			   "name", &name, "inuse", &in_use, "autostart", &autostart,
			   "group_prio", &group_priority, "process_prio", &priority) < 0) {
		ctl_misunderstood(ctl, error.text);
		return false;
	}
	namespec_add(&full, group, name);
	out_padded(strbuf_str(&full) ? strbuf_str(&full) : name, 32);
	out_line(" %-9s %-9s %d:%d", in_use ? "in use" : "avail", autostart ? "auto" : "manual",
		 group_priority, priority);
	strbuf_done(&full);
	return true;
}

static void show_all_available(struct ctl *ctl, json_t *all)
{
	json_t *one;
	size_t i;

	if (!json_is_array(all)) {
		ctl_misunderstood(ctl, "no array");
		return;
	}
	if (report_is_wanted(ctl)) {
		report_result(ctl, json_incref(all));
		return;
	}
	json_array_foreach(all, i, one) {
		if (!show_available(ctl, one))
			return;
	}
}

void cmd_avail(struct ctl *ctl, const char *arg)
{
	struct answer a;

	if (!ctl_takes_nothing(ctl, "avail", arg))
		return;
	if (ctl_call(ctl, "supervisor.getAllConfigInfo", NULL, &a) == ANSWER_RESULT)
		show_all_available(ctl, a.result);
	else if (a.kind == ANSWER_FAULT && a.fault == FAULT_SHUTDOWN_STATE)
		ctl_tell(ctl, "ERROR: supervisor shutting down");
	else
		ctl_complain(ctl, &a);
	answer_done(&a);
}

struct known_fault {
	int fault;		/* 0: the end of the list */
	const char *words;
	bool named;		/* the group's name follows */
	bool harmless;		/* it is no failure of the command */
};

struct group_verb {
	const char *method, *done;
	struct known_fault faults[5];
};

static const struct group_verb add = {
	"supervisor.addProcessGroup", "added process group", {
		{ FAULT_ALREADY_ADDED, "process group already active", false, true },
		{ FAULT_SHUTDOWN_STATE, "shutting down", false, false },
		{ FAULT_BAD_NAME, "no such process/group", true, false },
		{ FAULT_NOT_PERMITTED, "not permitted", true, false },
	}
};

static const struct group_verb remove_verb = {
	"supervisor.removeProcessGroup", "removed process group", {
		{ FAULT_STILL_RUNNING, "process/group still running", true, false },
		{ FAULT_BAD_NAME, "no such process/group", true, false },
		{ FAULT_NOT_PERMITTED, "not permitted", true, false },
	}
};

/* false: there are no words for that answer. */
static bool tell_fault(struct ctl *ctl, const struct group_verb *verb, const struct answer *a,
		       const char *name)
{
	for (const struct known_fault *f = verb->faults; a->kind == ANSWER_FAULT && f->fault; f++) {
		if (f->fault != a->fault)
			continue;
		if (report_is_wanted(ctl))
			report_failure(ctl, name, f->words, f->fault);
		else
			out_line(f->named ? "ERROR: %s: %s" : "ERROR: %s", f->words, name);
		if (!f->harmless)
			ctl->status = EXIT_GENERIC;
		return true;
	}
	return false;
}

/* false: the command must not go on. */
static bool act_on(struct ctl *ctl, const struct group_verb *verb, const char *name)
{
	struct answer a;
	bool go_on = true;

	ctl_call(ctl, verb->method, ctl_one_param(name, strlen(name)), &a);
	if (a.kind == ANSWER_RESULT) {
		report_success(ctl, name, verb->done);
	} else if (!tell_fault(ctl, verb, &a, name)) {
		ctl_complain(ctl, &a);
		go_on = false;
	}
	answer_done(&a);
	return go_on;
}

static void act_on_all(struct ctl *ctl, const struct group_verb *verb, const char *arg)
{
	struct words names;

	if (!ctl_split(ctl, arg, &names))
		return;
	for (size_t i = 0; i < names.n && act_on(ctl, verb, names.list[i]); i++)
		;
	words_done(&names);
}

void cmd_add(struct ctl *ctl, const char *arg)
{
	act_on_all(ctl, &add, arg);
}

void cmd_remove(struct ctl *ctl, const char *arg)
{
	act_on_all(ctl, &remove_verb, arg);
}
