/*
 * groups.c - which groups there are. Supervisor lets a second group of a name, and a second
 * process of a name in a group, disappear without a word; here both are errors.
 */
#include "conf/groups.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/commas.h"
#include "conf/fcgi.h"
#include "conf/hook.h"
#include "conf/listener.h"
#include "conf/load.h"
#include "conf/program.h"
#include "conf/values.h"

/* A group on its way into the snapshot. */
struct entry {
	struct group_config group;
	struct program_config *programs;	/* group.programs, to be changed */
	const struct ini_section *section;
};

struct groups {
	struct load  *ld;
	struct entry *list;		/* owned, on the heap */
	size_t n, room;
	struct program_list programs;	/* of the group in hand */
	struct err *err;
};

static int by_process_name(const void *a, const void *b)
{
	return strcmp((*(struct program_config *const *)a)->name,
		      (*(struct program_config *const *)b)->name);
}

/* Of one priority: in the order in which they were read, which is the order in memory. */
static int by_priority(const void *a, const void *b)
{
	const struct program_config *p = *(struct program_config *const *)a;
	const struct program_config *q = *(struct program_config *const *)b;

	if (p->priority != q->priority)
		return p->priority < q->priority ? -1 : 1;
	return p < q ? -1 : p > q;
}

static int check_names(struct program_config **sorted, size_t n, const struct ini_section *section,
		       struct err *err)
{
	for (size_t i = 1; i < n; i++)
		if (strcmp(sorted[i - 1]->name, sorted[i]->name) == 0)
			return section_error(section, -EINVAL, err,
					     "two processes of one group are named %s",
					     sorted[i]->name);
	return 0;
}

/* The processes in hand, as the entry's, in their final order. */
static int settle_programs(struct groups *g, struct entry *e)
{
	size_t n = g->programs.n;
	struct program_config **sorted = malloc((n + 1) * sizeof(*sorted));
	int r;

	e->programs = arena_alloc(g->ld->config->arena, n * sizeof(*e->programs));
	if (!sorted || !e->programs) {
		free(sorted);
		return no_memory(g->err);
	}
	for (size_t i = 0; i < n; i++) {
		g->programs.list[i].listed = (unsigned)i;
		sorted[i] = &g->programs.list[i];
	}
	qsort(sorted, n, sizeof(*sorted), by_process_name);
	r = check_names(sorted, n, e->section, g->err);
	qsort(sorted, n, sizeof(*sorted), by_priority);
	for (size_t i = 0; i < n; i++)
		e->programs[i] = *sorted[i];
	free(sorted);
	e->group.programs = e->programs;
	e->group.n_programs = n;
	return r;
}

/* A group of the processes in hand, which are none afterwards. */
static int add_group(struct groups *g, const struct ini_section *section,
		     const struct group_config *group)
{
	struct entry *more;
	int r;

	if (g->n == g->room) {
		g->room = g->room ? g->room * 2 : 16;
		more = realloc(g->list, g->room * sizeof(*more));
		if (!more)
			return no_memory(g->err);
		g->list = more;
	}
	g->list[g->n] = (struct entry){ .group = *group, .section = section };
	r = settle_programs(g, &g->list[g->n]);
	g->n++;
	g->programs.n = 0;
	return r;
}

/* One section less, where all that is wrong is to be found. */
static int keep(struct groups *g, int r)
{
	if (r < 0)
		g->programs.n = 0;
	return load_keep(g->ld, r, g->err);
}

/* NULL when there is none. */
static int find(struct groups *g, const char *prefix, const char *name,
		struct ini_section **ret_section)
{
	const char *key = arena_printf(g->ld->ini.arena, "%s:%s", prefix, name);

	if (!key)
		return no_memory(g->err);
	*ret_section = ini_find_section(&g->ld->ini, key);
	return 0;
}

/* The section that a name in programs= means. */
static int find_member(struct groups *g, const struct values *v, const char *name,
		       struct ini_section **ret_section)
{
	struct ini_section *program = NULL, *fcgi = NULL, *section;
	int r = find(g, "program", name, &program);

	if (r == 0)
		r = find(g, "fcgi-program", name, &fcgi);
	if (r < 0)
		return r;
	section = program ? program : fcgi;
	if (program && fcgi)
		return value_error(v, OPT_GROUP_programs, -EINVAL, g->err, "[%s] name %s is "
				   "ambiguous (exists as program and fcgi-program)",
				   v->section->name, name);
	if (!section)
		return value_error(v, OPT_GROUP_programs, -EINVAL, g->err, "[%s] names unknown "
				   "program or fcgi-program %s", v->section->name, name);
	*ret_section = section;
	return 0;
}

/* Supervisor takes it without a word; with several programs there is no one socket for them. */
static int note_no_socket(struct load *ld, const struct ini_section *fcgi)
{
	return note_add(ld, LEVEL_WARN, arena_printf(ld->config->arena,
			"%s:%d: [%s] is in [%s], and so it is an ordinary program without a "
			"socket", fcgi->file->path, fcgi->line, fcgi->name,
			fcgi->taken_by)) ? 0 : -ENOMEM;
}

/* Supervisor runs it in both without a word; it is mostly a slip. */
static int note_taken(struct load *ld, const struct values *v, const struct ini_section *program)
{
	const struct ini_option *option = v->set[OPT_GROUP_programs];

	if (!program->taken_by)
		return 0;
	return note_add(ld, LEVEL_WARN, arena_printf(ld->config->arena,
			"%s:%d: [%s] programs=%s: [%s] is in [%s] too, and runs in both",
			option->file->path, option->line, v->section->name, option->value,
			program->name, program->taken_by)) ? 0 : -ENOMEM;
}

/* One of the names in programs=. */
static int add_member(struct groups *g, const struct values *v, const char *group, const char *name)
{
	struct ini_section *section = NULL;
	enum section_kind kind;
	struct values program;
	int r = find_member(g, v, name, &section);

	if (r < 0)
		return r;
	if (note_taken(g->ld, v, section) < 0)
		return no_memory(g->err);
	section->taken_by = v->section->name;
	kind = section_kind(section->name);
	if (values_read(g->ld, section, kind, &program) < 0 ||
	    (kind == SECTION_FCGI && note_no_socket(g->ld, section) < 0))
		return no_memory(g->err);
	return program_read(g->ld, &program, group, &g->programs, g->err);
}

static int add_members(struct groups *g, const struct values *v, const char *group,
		       const char *programs)
{
	const char *name, *copy;
	size_t n;
	int r = 0;

	if (programs && !*programs)
		return 0;
	while (r == 0 && (name = commas_next(&programs, &n))) {
		copy = arena_strndup(g->ld->ini.arena, name, n);
		r = copy ? add_member(g, v, group, copy) : no_memory(g->err);
		r = load_keep(g->ld, r, g->err);
	}
	return r;
}

/* [group:x] */
static int read_group(struct groups *g, const struct ini_section *section)
{
	struct group_config group = { .kind = GROUP_PROGRAMS };
	struct group_draft draft = { 0 };
	struct values v;
	int r = program_name(g->ld, section, &group.name, g->err);

	if (r < 0)
		return r;
	if (values_read(g->ld, section, SECTION_GROUP, &v) < 0)
		return no_memory(g->err);
	r = values_defaults(g->ld, SECTION_GROUP, NULL, &draft, g->err);
	if (r == 0)
		r = values_set_all(g->ld, &v, &g->ld->file, &draft, g->err);
	if (r == 0)
		r = add_members(g, &v, group.name, draft.programs);
	group.priority = draft.priority;
	return r == 0 ? add_group(g, section, &group) : r;
}

static bool is_hook(const struct group_config *group)
{
	return group->kind == GROUP_EXEC || group->kind == GROUP_WEBHOOK;
}

/* What a group has from its only section. */
static int set_group(struct groups *g, const struct values *v, struct group_config *group)
{
	struct program_draft draft = g->ld->program;
	int r;

	if (group->kind == GROUP_LISTENERS || is_hook(group))
		draft.config.priority = LISTENER_PRIORITY;
	r = values_set(g->ld, v, OPT_PROCESS_priority, &g->ld->file, &draft, g->err);
	group->priority = draft.config.priority;
	if (r == 0 && group->kind == GROUP_LISTENERS)
		r = listener_read(g->ld, v, &group->pool, g->err);
	if (r == 0 && group->kind == GROUP_FCGI)
		r = fcgi_read(g->ld, v, group->name, &group->socket, g->err);
	if (r == 0 && is_hook(group))
		r = hook_read(g->ld, v, group->name, &group->hook, g->err);
	return r;
}

/* A program that no [group:x] names is a group of its own. */
static int read_single(struct groups *g, const struct ini_section *section,
		       enum section_kind section_kind, enum group_kind kind)
{
	struct group_config group = { .kind = kind };
	struct values v;
	int r = program_name(g->ld, section, &group.name, g->err);

	if (r < 0)
		return r;
	if (values_read(g->ld, section, section_kind, &v) < 0)
		return no_memory(g->err);
	r = set_group(g, &v, &group);
	if (is_hook(&group))
		return r == 0 ? add_group(g, section, &group) : r;
	r = load_keep(g->ld, r, g->err);
	if (r == 0)
		r = program_read(g->ld, &v, group.name, &g->programs, g->err);
	return r == 0 ? add_group(g, section, &group) : r;
}

static int read_singles(struct groups *g, enum section_kind kind, enum group_kind group)
{
	int r = 0;

	for (struct ini_section *s = g->ld->ini.sections; s && r == 0; s = s->hh.next)
		if (section_kind(s->name) == kind && !s->taken_by)
			r = keep(g, read_single(g, s, kind, group));
	return r;
}

static int read_all(struct groups *g)
{
	int r = program_defaults(g->ld, g->err);

	for (struct ini_section *s = g->ld->ini.sections; s && r == 0; s = s->hh.next)
		if (section_kind(s->name) == SECTION_GROUP)
			r = keep(g, read_group(g, s));
	if (r == 0)
		r = read_singles(g, SECTION_PROGRAM, GROUP_PROGRAMS);
	if (r == 0)
		r = read_singles(g, SECTION_LISTENER, GROUP_LISTENERS);
	if (r == 0)
		r = read_singles(g, SECTION_FCGI, GROUP_FCGI);
	if (r == 0)
		r = read_singles(g, SECTION_EXEC, GROUP_EXEC);
	return r == 0 ? read_singles(g, SECTION_WEBHOOK, GROUP_WEBHOOK) : r;
}

static int by_group_name(const void *a, const void *b)
{
	return strcmp(((const struct entry *)a)->group.name, ((const struct entry *)b)->group.name);
}

static int by_group_priority(const void *a, const void *b)
{
	int p = ((const struct entry *)a)->group.priority;
	int q = ((const struct entry *)b)->group.priority;

	if (p != q)
		return p < q ? -1 : 1;
	return by_group_name(a, b);
}

static int check_group_names(struct groups *g)
{
	if (g->n > 0)
		qsort(g->list, g->n, sizeof(*g->list), by_group_name);
	for (size_t i = 1; i < g->n; i++)
		if (by_group_name(&g->list[i - 1], &g->list[i]) == 0)
			return section_error(g->list[i].section, -EINVAL, g->err,
					     "there are two groups named %s, the other is [%s]",
					     g->list[i].group.name, g->list[i - 1].section->name);
	return 0;
}

static int into_snapshot(struct groups *g)
{
	struct config *config = g->ld->config;
	struct group_config *groups = arena_alloc(config->arena, g->n * sizeof(*groups));

	if (!groups)
		return no_memory(g->err);
	if (g->n > 0)
		qsort(g->list, g->n, sizeof(*g->list), by_group_priority);
	for (size_t i = 0; i < g->n; i++) {
		groups[i] = g->list[i].group;
		for (size_t j = 0; j < groups[i].n_programs; j++)
			g->list[i].programs[j].group = &groups[i];
		if (groups[i].hook && groups[i].hook->exec)
			groups[i].hook->exec->group = &groups[i];
	}
	config->groups = groups;
	config->n_groups = g->n;
	return 0;
}

int groups_read(struct load *ld, struct err *err)
{
	struct groups g = { .ld = ld, .err = err };
	int r = read_all(&g);

	if (r == 0)
		r = load_keep(ld, check_group_names(&g), err);
	if (r == 0)
		r = into_snapshot(&g);
	program_list_done(&g.programs);
	free(g.list);
	return r;
}
