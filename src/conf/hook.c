/*
 * hook.c - [eventexec:x] and [webhook:x]: what both have, and what one of them has. Supervisor
 * knows neither, so a number that makes no sense is refused and not made to fit.
 */
#include "conf/hook.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "base/arena.h"
#include "base/commas.h"
#include "conf/globs.h"
#include "conf/listener.h"
#include "conf/load.h"
#include "conf/program.h"
#include "conf/values.h"

enum {
	BUFFER_MAX = 1000 * 1000,	/* events */
	CONCURRENCY_MAX = 100,		/* processes, or connections */
	RATE_MAX = 60 * 1000,		/* in a minute */
	SECONDS_MAX = 24 * 60 * 60,
	BACKOFF_MAX = 60 * 60,		/* seconds */
	RETRIES_MAX = 1000,
};

/* What each number may be. */
static const struct {
	enum option_id id;
	int min, max;
} limits[] = {
	{ OPT_HOOK_buffer_size, 1, BUFFER_MAX },
	{ OPT_HOOK_concurrency, 1, CONCURRENCY_MAX },
	{ OPT_HOOK_max_per_minute, 0, RATE_MAX },
	{ OPT_HOOK_coalesce_secs, 0, SECONDS_MAX },
	{ OPT_HOOK_backoff_secs, 1, BACKOFF_MAX },
	{ OPT_EXEC_timeout_secs, 0, SECONDS_MAX },
	{ OPT_EXEC_retries, 0, RETRIES_MAX },
	{ OPT_WEBHOOK_timeout_secs, 0, SECONDS_MAX },
	{ OPT_WEBHOOK_retries, 0, RETRIES_MAX },
};

static int check_limits(struct load *ld, const struct values *v, const struct hook_draft *draft,
			struct err *err)
{
	int r = 0;

	for (size_t i = 0; i < ARRAY_LEN(limits) && r == 0; i++) {
		const struct option_info *info = &option_table[limits[i].id];
		int number = *(const int *)((const char *)draft + info->place);

		if (v->set[limits[i].id] && (number < limits[i].min || number > limits[i].max))
			r = load_keep(ld, value_error(v, limits[i].id, -EINVAL, err,
						      "not from %d to %d", limits[i].min,
						      limits[i].max), err);
	}
	return r;
}

/* The names between the commas; empty ones mean nothing. */
static int take_globs(struct load *ld, const char *text, struct hook_config *hook, struct err *err)
{
	const char **globs = arena_alloc(ld->config->arena, (strlen(text) + 1) * sizeof(*globs));
	const char *glob;
	size_t n;

	if (!globs)
		return no_memory(err);
	while ((glob = commas_next(&text, &n))) {
		if (n == 0)
			continue;
		globs[hook->n_programs] = arena_strndup(ld->config->arena, glob, n);
		if (!globs[hook->n_programs++])
			return no_memory(err);
	}
	hook->programs = globs;
	return 0;
}

static int read_options(struct load *ld, const struct values *v, enum option_family own,
			struct hook_draft *draft, struct err *err)
{
	int r = values_defaults_of(ld, FAMILY_HOOK, NULL, draft, err);

	if (r == 0)
		r = values_defaults_of(ld, own, NULL, draft, err);
	if (r == 0)
		r = values_set_of(ld, v, FAMILY_HOOK, &ld->file, draft, err);
	return r == 0 ? values_set_of(ld, v, own, &ld->file, draft, err) : r;
}

/* Its command, as a program of that name; there is one, as numprocs is none of its options. */
static int read_command(struct load *ld, const struct values *v, const char *name,
			struct hook_config *hook, struct err *err)
{
	struct program_list list = { 0 };
	int r = program_read(ld, v, name, &list, err);

	if (r == 0) {
		hook->exec = arena_alloc(ld->config->arena, sizeof(*hook->exec));
		if (hook->exec)
			*hook->exec = list.list[0];
		else
			r = no_memory(err);
	}
	program_list_done(&list);
	return r;
}

int hook_read(struct load *ld, const struct values *v, const char *name,
	      const struct hook_config **ret_hook, struct err *err)
{
	struct hook_config *hook = arena_alloc(ld->config->arena, sizeof(*hook));
	bool is_exec = v->kind == SECTION_EXEC;
	struct hook_draft draft = { 0 };
	int r = hook ? 0 : no_memory(err);

	if (r == 0)
		r = read_options(ld, v, is_exec ? FAMILY_EXEC : FAMILY_WEBHOOK, &draft, err);
	if (r == 0)
		r = check_limits(ld, v, &draft, err);
	if (r == 0)
		r = load_keep(ld, listener_events(ld, v, OPT_HOOK_events, draft.events,
						  &draft.config.events, err), err);
	if (r == 0 && draft.programs)
		r = take_globs(ld, draft.programs, &draft.config, err);
	if (r == 0 && is_exec)
		r = read_command(ld, v, name, &draft.config, err);
	if (r == 0 && !is_exec && !draft.config.url)
		r = section_error(v->section, -EINVAL, err, "section requires a \"url\" line");
	if (r < 0)
		return r;
	*hook = draft.config;
	*ret_hook = hook;
	return 0;
}

/* What is put together of variables is for who made them to know. */
static int check_globs(struct load *ld, const struct ini_section *section)
{
	const struct ini_option *option =
		ini_find_option(&ld->ini, section, option_table[OPT_HOOK_programs].name);

	ld->at = section;
	if (!option || strchr(option->value, '%'))
		return 0;
	return globs_note_nobody(ld, section, option, option->value);
}

int hooks_check(struct load *ld, struct err *err)
{
	int r = 0;

	for (const struct ini_section *s = ld->ini.sections; s && r == 0; s = s->hh.next)
		if (section_kind(s->name) == SECTION_EXEC ||
		    section_kind(s->name) == SECTION_WEBHOOK)
			r = check_globs(ld, s);
	return r < 0 ? no_memory(err) : 0;
}
