/*
 * cmd_update.c - update: what runs becomes what is configured. A group that changed is updated
 * process by process where the server can do that; Supervisor stops and starts all of it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "rpc/faults.h"
#include "svctl/changes.h"
#include "svctl/cmd.h"
#include "svctl/ctl.h"
#include "svctl/goal.h"
#include "svctl/output.h"
#include "svctl/procinfo.h"
#include "svctl/progress.h"
#include "svctl/watch.h"

struct update {
	struct ctl *ctl;		/* borrowed */
	const struct words *wanted;	/* borrowed: the groups, or none for all */
	bool whole_groups;		/* because it was asked for, or nothing else can be had */
};

/* An action on one group; false: the command must not go on, and why was said. */
typedef bool (*group_action)(struct update *u, const char *group);

/* The time is over, and what was begun goes on: says who has not got there yet. */
static void tell_late(struct update *u, const char *group)
{
	struct procinfo_list infos;
	bool any = false;

	u->ctl->status = EXIT_GENERIC;
	if (!procinfo_list_get(u->ctl, &infos))
		return;
	for (size_t i = 0; i < infos.n; i++) {
		const struct procinfo *info = &infos.list[i];

		if (strcmp(info->group, group) == 0 && procinfo_is_under_way(info)) {
			watch_tell_late(u->ctl, info);
			any = true;
		}
	}
	procinfo_list_done(&infos);
	if (!any)
		report_failure(u->ctl, group, "timeout", 0);
}

static void complain(struct update *u, const struct answer *a, const char *group)
{
	if (a->kind == ANSWER_FAILED && a->error == ETIMEDOUT)
		tell_late(u, group);
	else
		ctl_complain(u->ctl, a);
}

/* The answer is the caller's; NULL: it failed, which was said. */
static json_t *ask(struct update *u, const char *method, const char *group)
{
	struct answer a;

	ctl_call_in_time(u->ctl, method, ctl_one_param(group, strlen(group)), &a);
	if (a.kind != ANSWER_RESULT)
		complain(u, &a, group);
	free(a.fault_text);
	return a.result;
}

static bool do_it(struct update *u, const char *method, const char *group)
{
	json_t *answer = ask(u, method, group);

	json_decref(answer);
	return answer;
}

static bool has_failures(const json_t *rows)
{
	const json_t *row;
	size_t i;

	json_array_foreach(rows, i, row) {
		if (json_integer_value(json_object_get(row, "status")) == FAULT_FAILED)
			return true;
	}
	return false;
}

static void tell_problems(struct update *u, const char *group)
{
	static const char why[] = "has problems; not removing";

	if (report_is_wanted(u->ctl))
		report_failure(u->ctl, group, why, FAULT_FAILED);
	else
		out_line("%s: %s", group, why);
	u->ctl->status = EXIT_GENERIC;
}

static bool remove_group(struct update *u, const char *group)
{
	json_t *rows = ask(u, "supervisor.stopProcessGroup", group);
	bool failed = has_failures(rows);

	json_decref(rows);
	if (!rows)
		return false;
	report_success(u->ctl, group, "stopped");
	if (failed) {
		tell_problems(u, group);
		return true;
	}
	if (!do_it(u, "supervisor.removeProcessGroup", group))
		return false;
	report_success(u->ctl, group, "removed process group");
	return true;
}

static bool add_group(struct update *u, const char *group)
{
	if (!do_it(u, "supervisor.addProcessGroup", group))
		return false;
	report_success(u->ctl, group, "added process group");
	return true;
}

static bool replace_group(struct update *u, const char *group)
{
	if (!do_it(u, "supervisor.stopProcessGroup", group))
		return false;
	report_success(u->ctl, group, "stopped");
	if (!do_it(u, "supervisor.removeProcessGroup", group) ||
	    !do_it(u, "supervisor.addProcessGroup", group))
		return false;
	report_success(u->ctl, group, "updated process group");
	return true;
}

/*
 * Names of processes are always shown with their groups: who looks for "NAME: stopped" or the like
 * means the whole group. That a program cannot be started is not the update's failure: Supervisor
 * does not even say it here.
 */
static void tell_process(struct update *u, const char *name, int status, const char *text)
{
	if (status == FAULT_SPAWN_ERROR && report_is_wanted(u->ctl)) {
		report_failure(u->ctl, name, "spawn error", status);
	} else if (status == FAULT_SPAWN_ERROR) {
		out_line("%s: spawn error", name);
	} else if (status != FAULT_SUCCESS) {
		report_failure(u->ctl, name, text, status);
		u->ctl->status = EXIT_GENERIC;
	} else if (strcmp(text, "unchanged") != 0) {
		report_success(u->ctl, name, text);
	}
}

static bool tell_row(struct update *u, json_t *row)
{
	const char *group, *name, *text;
	struct strbuf full = { 0 };
	int status;
	json_error_t error;

	if (json_unpack_ex(row, &error, 0, "{s:s, s:s, s:i, s:s}", "group", &group, "name", &name,
			   "status", &status, "description", &text) < 0) {
		ctl_misunderstood(u->ctl, error.text);
		return false;
	}
	strbuf_addf(&full, "%s:%s", group, name);
	tell_process(u, strbuf_str(&full) ? strbuf_str(&full) : name, status, text);
	strbuf_done(&full);
	return true;
}

static bool tell_rows(struct update *u, const json_t *rows)
{
	json_t *row;
	size_t i;

	if (!json_is_array(rows)) {
		ctl_misunderstood(u->ctl, "no array");
		return false;
	}
	json_array_foreach(rows, i, row) {
		if (!tell_row(u, row))
			return false;
	}
	return true;
}

static bool change_group(struct update *u, const char *group)
{
	struct answer a;
	bool go_on = false;

	if (u->whole_groups)
		return replace_group(u, group);
	ctl_call_in_time(u->ctl, "svd.updateGroup", ctl_one_param(group, strlen(group)), &a);
	if (a.kind == ANSWER_RESULT) {
		go_on = tell_rows(u, a.result);
		if (go_on)
			report_success(u->ctl, group, "updated process group");
	} else if (a.kind == ANSWER_FAULT && a.fault == FAULT_UNKNOWN_METHOD) {
		u->whole_groups = true;
		go_on = replace_group(u, group);
	} else {
		complain(u, &a, group);
	}
	answer_done(&a);
	return go_on;
}

static bool is_in(const json_t *names, const char *name)
{
	const json_t *one;
	size_t i;

	json_array_foreach(names, i, one) {
		if (strcmp(json_string_value(one), name) == 0)
			return true;
	}
	return false;
}

static bool is_active(const struct procinfo_list *infos, const char *group)
{
	for (size_t i = 0; i < infos->n; i++) {
		if (strcmp(infos->list[i].group, group) == 0)
			return true;
	}
	return false;
}

static void tell_unknown(struct update *u, const char *group)
{
	if (report_is_wanted(u->ctl))
		report_failure(u->ctl, group, "no such group", FAULT_BAD_NAME);
	else
		out_line("ERROR: no such group: %s", group);
	u->ctl->status = EXIT_GENERIC;
}

/* A name that means nothing does not keep the others from being updated. */
static bool check_names(struct update *u, const struct changes *c)
{
	struct procinfo_list infos;

	if (u->wanted->n == 0)
		return true;
	if (!procinfo_list_get(u->ctl, &infos))
		return false;
	for (size_t i = 0; i < u->wanted->n; i++) {
		const char *name = u->wanted->list[i];

		if (!is_active(&infos, name) && !is_in(c->added, name))
			tell_unknown(u, name);
	}
	procinfo_list_done(&infos);
	return true;
}

static bool for_each(struct update *u, const json_t *groups, group_action act)
{
	const json_t *group;
	size_t i;

	json_array_foreach(groups, i, group) {
		const char *name = json_string_value(group);

		if (u->wanted->n > 0 && !words_have(u->wanted, name))
			continue;
		if (!act(u, name))
			return false;
	}
	return true;
}

static void update(struct update *u)
{
	static const struct words everybody;
	struct changes c;

	if (!changes_get(u->ctl, "already shutting down", &c))
		return;
	if (report_is_wanted(u->ctl))
		report_result(u->ctl, json_array());
	progress_begin(u->ctl, &everybody, &goal_settled);
	if (check_names(u, &c) && for_each(u, c.removed, remove_group) &&
	    for_each(u, c.changed, change_group))
		(void)for_each(u, c.added, add_group);
	progress_end(u->ctl);
	changes_done(&c);
}

/* Each name once, as far as they are no "all". 0 or -ENOMEM. */
static int pick_names(const struct words *typed, struct words *ret_wanted)
{
	int r = 0;

	if (words_have(typed, "all"))
		return 0;
	for (size_t i = 0; i < typed->n && r == 0; i++) {
		if (!words_have(ret_wanted, typed->list[i]))
			r = words_add(ret_wanted, typed->list[i], strlen(typed->list[i]));
	}
	return r;
}

void cmd_update(struct ctl *ctl, const char *arg)
{
	struct words typed, wanted = { 0 };
	struct update u = { .ctl = ctl, .wanted = &wanted, .whole_groups = ctl->whole_groups };

	if (!ctl_split(ctl, arg, &typed))
		return;
	if (pick_names(&typed, &wanted) < 0)
		ctl_oom(ctl);
	else
		update(&u);
	words_done(&wanted);
	words_done(&typed);
}
