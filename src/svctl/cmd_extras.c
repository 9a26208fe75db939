/*
 * cmd_extras.c - the verbs of supervisor-serialrestart, supervisor-wildcards and supervisor-quick,
 * as far as they differ from our own: those take patterns too, but in other words.
 */
#include <fnmatch.h>
#include <string.h>

#include "base/strbuf.h"
#include "svctl/cmd.h"
#include "svctl/ctl.h"
#include "svctl/goal.h"
#include "svctl/namespec.h"
#include "svctl/output.h"
#include "svctl/procinfo.h"
#include "svctl/report.h"
#include "svctl/verbs.h"
#include "svctl/watch.h"

/* What a pattern is compared with: a text that names the process. */
typedef void (*namer)(struct strbuf *sb, const struct procinfo *info);

static void short_name(struct strbuf *sb, const struct procinfo *info)
{
	namespec_add(sb, info->group, info->name);
}

static void bare_name(struct strbuf *sb, const struct procinfo *info)
{
	strbuf_adds(sb, info->name);
}

static void full_name(struct strbuf *sb, const struct procinfo *info)
{
	strbuf_addf(sb, "%s:%s", info->group, info->name);
}

static bool matches(const char *pattern, const struct procinfo *info, namer name)
{
	struct strbuf text = { 0 };
	bool match;

	name(&text, info);
	match = strcmp(pattern, "all") == 0 ||
		(strbuf_str(&text) && fnmatch(pattern, strbuf_str(&text), 0) == 0);
	strbuf_done(&text);
	return match;
}

static bool any_matches(const struct words *patterns, const struct procinfo *info, namer name)
{
	for (size_t i = 0; i < patterns->n; i++) {
		if (matches(patterns->list[i], info, name))
			return true;
	}
	return false;
}

/* Appends the full names of those that match, blanks between them. */
static void add_matching(struct strbuf *sb, const struct words *patterns,
			 const struct procinfo_list *infos, namer name)
{
	for (size_t i = 0; i < infos->n; i++) {
		if (any_matches(patterns, &infos->list[i], name)) {
			strbuf_adds(sb, sb->len ? " " : "");
			full_name(sb, &infos->list[i]);
		}
	}
}

/* --- wildcards --- */

static void with_wildcards(struct ctl *ctl, const char *arg, const char *verb)
{
	struct strbuf names = { 0 };
	struct procinfo_list infos;
	struct words patterns;

	if (ctl_upcheck(ctl) <= 0 || !procinfo_list_get(ctl, &infos))
		return;
	if (ctl_split(ctl, arg, &patterns)) {
		add_matching(&names, &patterns, &infos, ctl->match_group ? full_name : bare_name);
		words_done(&patterns);
		ctl->at_once = true;
		if (!strbuf_str(&names))
			ctl_oom(ctl);
		else if (names.len > 0)
			verb_find(verb, strlen(verb))->run(ctl, names.s);
		else
			out_line("No process matched given expression.");
		ctl->at_once = false;
	}
	strbuf_done(&names);
	procinfo_list_done(&infos);
}

void cmd_mstart(struct ctl *ctl, const char *arg)
{
	with_wildcards(ctl, arg, "start");
}

void cmd_mstop(struct ctl *ctl, const char *arg)
{
	with_wildcards(ctl, arg, "stop");
}

void cmd_mrestart(struct ctl *ctl, const char *arg)
{
	with_wildcards(ctl, arg, "restart");
}

void cmd_mstatus(struct ctl *ctl, const char *arg)
{
	with_wildcards(ctl, arg, "status");
}

/* --- serialrestart --- */

static void tell_unmatched(const struct words *patterns, const struct procinfo_list *infos)
{
	for (size_t i = 0; i < patterns->n; i++) {
		size_t k = 0;

		while (k < infos->n && !matches(patterns->list[i], &infos->list[k], short_name))
			k++;
		if (k == infos->n && strcmp(patterns->list[i], "all") != 0)
			out_line("No such process %s", patterns->list[i]);
	}
}

static void restart_in_turn(struct ctl *ctl, const struct words *patterns,
			    const struct procinfo_list *infos)
{
	tell_unmatched(patterns, infos);
	for (size_t i = 0; i < infos->n && !out_failed(); i++) {
		struct strbuf name = { 0 };

		if (any_matches(patterns, &infos->list[i], short_name)) {
			short_name(&name, &infos->list[i]);
			if (strbuf_str(&name))
				cmd_restart(ctl, strbuf_str(&name));
			else
				ctl_oom(ctl);
		}
		strbuf_done(&name);
	}
}

void cmd_serialrestart(struct ctl *ctl, const char *arg)
{
	struct procinfo_list infos;
	struct words patterns;

	if (ctl_upcheck(ctl) <= 0)
		return;
	if (!*arg) {
		ctl_misused(ctl, "serialrestart", "Error: serialrestart requires a process name");
		return;
	}
	if (!procinfo_list_get(ctl, &infos))
		return;
	if (ctl_split(ctl, arg, &patterns)) {
		restart_in_turn(ctl, &patterns, &infos);
		words_done(&patterns);
	}
	procinfo_list_done(&infos);
}

/* --- quick --- */

struct quick {
	const char *method;
	const struct goal *goal;
	const char *statename;	/* of who got there */
};

static const struct quick quick_start = { "supervisor.startProcess", &goal_started, "RUNNING" };
static const struct quick quick_stop = { "supervisor.stopProcess", &goal_stopped, "STOPPED" };

static bool on_verdict(struct ctl *ctl, void *arg, const char *name, enum verdict verdict,
		       const struct procinfo *info)
{
	const struct quick *quick = arg;

	(void)ctl;
	if (verdict == REACHED)
		out_line("%s: %s", name, quick->statename);
	else
		out_line("%s: %s", name, info ? info->statename : "UNKNOWN");
	return true;
}

/* Without waiting for it. false: the server fails, which was said. */
static bool begin(struct ctl *ctl, const struct quick *quick, const struct procinfo *info,
		  struct watch *watch)
{
	struct strbuf name = { 0 };
	struct answer a;
	json_t *params;
	int r = 0;

	full_name(&name, info);
	params = strbuf_str(&name) ? ctl_one_param(name.s, name.len) : NULL;
	if (json_array_append_new(params, json_false()) < 0 || !params)
		r = -1;
	if (r == 0) {
		ctl_call(ctl, quick->method, params, &a);
		if (a.kind == ANSWER_RESULT)
			r = watch_add(watch, name.s, info);
		else if (a.kind == ANSWER_FAULT)
			out_line("%s ERROR(%.*s)", name.s, (int)strcspn(a.fault_text, ":"),
				 a.fault_text);
		else
			ctl_complain(ctl, &a);
		r = a.kind == ANSWER_FAILED ? -1 : r;
		answer_done(&a);
	} else {
		json_decref(params);
		ctl_oom(ctl);
	}
	strbuf_done(&name);
	return r == 0;
}

static bool run_quick(struct ctl *ctl, const struct quick *quick, const struct words *patterns)
{
	struct watch watch = { .goal = quick->goal, .on_verdict = on_verdict,
			       .arg = (void *)quick };
	struct procinfo_list infos;
	bool good = true;

	if (!procinfo_list_get(ctl, &infos))
		return false;
	for (size_t i = 0; i < infos.n && good; i++) {
		if (any_matches(patterns, &infos.list[i], full_name))
			good = begin(ctl, quick, &infos.list[i], &watch);
	}
	good = good && watch_run(&watch, ctl);
	watch_done(&watch);
	procinfo_list_done(&infos);
	return good;
}

/* Splits, with "group:" as "group:*". false: there is nothing to do, which was said. */
static bool quick_patterns(struct ctl *ctl, const char *arg, struct words *ret_patterns)
{
	struct strbuf line = { 0 };
	bool good;

	for (const char *p = arg; *p; p++) {
		strbuf_addc(&line, *p);
		if (*p == ':' && (!p[1] || strchr(BLANKS, p[1])))
			strbuf_addc(&line, '*');
	}
	good = strbuf_str(&line);
	if (!good)
		ctl_oom(ctl);
	else if (!*arg)
		out_line("No process matched given expression.");
	good = good && *arg && ctl_split(ctl, strbuf_str(&line), ret_patterns);
	strbuf_done(&line);
	return good;
}

static void quick(struct ctl *ctl, const char *arg, const struct quick *first,
		  const struct quick *second)
{
	struct words patterns;

	if (ctl_upcheck(ctl) <= 0 || !quick_patterns(ctl, arg, &patterns))
		return;
	if (run_quick(ctl, first, &patterns) && second)
		(void)run_quick(ctl, second, &patterns);
	words_done(&patterns);
}

void cmd_quickstart(struct ctl *ctl, const char *arg)
{
	quick(ctl, arg, &quick_start, NULL);
}

void cmd_quickstop(struct ctl *ctl, const char *arg)
{
	quick(ctl, arg, &quick_stop, NULL);
}

void cmd_quickrestart(struct ctl *ctl, const char *arg)
{
	quick(ctl, arg, &quick_stop, &quick_start);
}
