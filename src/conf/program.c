/*
 * program.c - a section [program:x], or one like it, and its processes. What does not depend on the
 * number of the process is read once and shared by all of them.
 */
#include "conf/program.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/repr.h"
#include "conf/environment.h"
#include "conf/check.h"
#include "conf/load.h"
#include "conf/log_rules.h"
#include "conf/print.h"
#include "conf/values.h"

enum { VAR_GROUP, VAR_PROGRAM, NAME_VARS };	/* in the order of their names */
enum { VAR_NUMPROCS, VAR_NUM, NUMBER_VARS };

/* A section on its way to its processes. */
struct maker {
	struct load *ld;
	const struct values *v;
	struct program_draft draft;
	struct expand_var   name_vars[NAME_VARS], number_vars[NUMBER_VARS];
	struct expand_scope names, numbers;	/* around ld->file; around names */
	struct err *err;
};

/* Names are part of URLs, of namespecs (group:process) and of section headers. */
static int check_name(const char *name, struct err *err)
{
	const char *bad = name;
	struct strbuf sb = { 0 };

	while ((unsigned char)*bad > ' ' && *bad != 0x7f && !strchr(":/[]", *bad))
		bad++;
	if (*name && !*bad)
		return 0;
	strbuf_adds(&sb, "Invalid name: ");
	repr_add(&sb, name);
	if (*name) {
		strbuf_adds(&sb, " because of character: ");
		repr_add(&sb, (char[]){ *bad, '\0' });
	} else {
		strbuf_adds(&sb, " because it is empty");
	}
	err_set(err, -EINVAL, "%s", sb.oom ? "Invalid name" : strbuf_str(&sb));
	strbuf_done(&sb);
	return -EINVAL;
}

static int clean_name(struct load *ld, const char *text, const char **ret_name, struct err *err)
{
	const char *name;
	size_t n;

	while (isspace((unsigned char)*text))
		text++;
	for (n = strlen(text); n > 0 && isspace((unsigned char)text[n - 1]); n--)
		;
	name = arena_strndup(ld->config->arena, text, n);
	if (!name)
		return no_memory(err);
	*ret_name = name;
	return check_name(name, err);
}

int program_name(struct load *ld, const struct ini_section *section, const char **ret_name,
		 struct err *err)
{
	struct err why = { 0 };

	if (clean_name(ld, strchr(section->name, ':') + 1, ret_name, &why) < 0)
		return section_error(section, why.code, err, "%s", why.text);
	return 0;
}

static void set_scopes(struct maker *m, const char *group_name, const char *name)
{
	m->name_vars[VAR_GROUP] = (struct expand_var){ .name = "group_name", .text = group_name };
	m->name_vars[VAR_PROGRAM] = (struct expand_var){ .name = "program_name", .text = name };
	m->names = (struct expand_scope){ &m->ld->file, m->name_vars, NAME_VARS };
	m->number_vars[VAR_NUMPROCS].name = "numprocs";
	m->number_vars[VAR_NUM].name = "process_num";
	m->numbers = (struct expand_scope){ &m->names, m->number_vars, NUMBER_VARS };
	m->ld->own = (struct expand_scope){ .outer = &m->numbers };
}

static int check_rules(struct maker *m)
{
	const struct values *v = m->v;
	const struct ini_option *name = v->set[OPT_PROCESS_process_name];
	struct program_config *c = &m->draft.config;

	if (!v->set[OPT_PROCESS_killasgroup])
		c->killasgroup = c->stopasgroup;
	if (c->stopasgroup && !c->killasgroup)
		return value_error(v, OPT_PROCESS_killasgroup, -EINVAL, m->err,
				   "Cannot set stopasgroup=true and killasgroup=false");
	if (m->draft.numprocs > 1 && !(name && strstr(name->value, "%(process_num)")))
		return value_error(v, OPT_PROCESS_numprocs, -EINVAL, m->err, "%%(process_num) must "
				   "be present within process_name when numprocs > 1");
	if (!v->set[OPT_PROCESS_command] && m->draft.numprocs > 0)
		return section_error(v->section, -EINVAL, m->err,
				     "program section %s does not specify a command",
				     v->section->name);
	c->has_umask = v->set[OPT_PROCESS_umask];
	return 0;
}

/* environment= first: the other options may use what it sets. */
static int set_varying(struct maker *m, struct program_draft *draft)
{
	int r = 0;

	if (values_varies(m->v, OPT_PROCESS_environment))
		r = values_set(m->ld, m->v, OPT_PROCESS_environment, &m->numbers, draft, m->err);
	for (unsigned id = 0; id < OPTION_N && r == 0; id++)
		if (id != OPT_PROCESS_environment && values_varies(m->v, id))
			r = values_set(m->ld, m->v, id, &m->ld->own, draft, m->err);
	return r;
}

static int name_process(struct maker *m, struct program_config *p)
{
	struct err why = { 0 };

	if (!m->v->set[OPT_PROCESS_process_name]) {
		p->name = m->name_vars[VAR_PROGRAM].text;
		return 0;
	}
	if (check_name(p->name, NULL) < 0 && clean_name(m->ld, p->name, &p->name, &why) < 0)
		return value_error(m->v, OPT_PROCESS_process_name, why.code, m->err, "%s",
				   why.text);
	return 0;
}

static int append(struct program_list *list, const struct program_config *p)
{
	struct program_config *more;

	if (list->n == list->room) {
		list->room = list->room ? list->room * 2 : 4;
		more = realloc(list->list, list->room * sizeof(*more));
		if (!more)
			return -ENOMEM;
		list->list = more;
	}
	list->list[list->n++] = *p;
	return 0;
}

static int make_process(struct maker *m, int64_t num, bool is_first, struct program_list *list)
{
	struct program_draft draft = m->draft;
	int r;

	m->number_vars[VAR_NUM].number = num;
	r = set_varying(m, &draft);
	if (r == 0)
		r = name_process(m, &draft.config);
	if (r < 0)
		return r;
	if (is_first && log_rules_note(m->ld, m->v, &draft.config) < 0)
		return no_memory(m->err);
	log_rules_settle(m->v, &draft.config);
	if (m->ld->print &&
	    print_claim(m->ld, m->name_vars[VAR_GROUP].text, draft.config.name) < 0)
		return no_memory(m->err);
	if (m->ld->check && check_process(m->ld, m->v, &draft.config) < 0)
		return no_memory(m->err);
	return append(list, &draft.config) < 0 ? no_memory(m->err) : 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct program_config *)a)->name,
		      ((const struct program_config *)b)->name);
}

/* Of no process, Supervisor does not look at what could be another one's. */
static int set_shared(struct maker *m)
{
	struct values v = *m->v;
	int r = values_set(m->ld, &v, OPT_PROCESS_numprocs, &m->names, &m->draft, m->err);

	v.set[OPT_PROCESS_numprocs] = NULL;
	for (unsigned id = 0; id < OPTION_N && m->draft.numprocs < 1; id++)
		if (option_table[id].flags & EACH)
			v.set[id] = NULL;
	return r == 0 ? values_set_of(m->ld, &v, FAMILY_PROCESS, &m->names, &m->draft, m->err) : r;
}

/* The draft: all that the processes have in common. */
static int read_section(struct maker *m, const char *group_name)
{
	const char *name;
	int r = program_name(m->ld, m->v->section, &name, m->err);

	if (r < 0)
		return r;
	set_scopes(m, group_name, name);
	m->draft = m->ld->program;
	r = set_shared(m);
	m->number_vars[VAR_NUMPROCS].number = m->draft.numprocs;
	if (m->ld->print && print_claim(m->ld, NULL, NULL) < 0)
		return no_memory(m->err);
	return r == 0 ? check_rules(m) : r;
}

int program_defaults(struct load *ld, struct err *err)
{
	struct program_config *program = &ld->program.config;

	program->environment = ld->config->environment;
	for (int c = 0; c < CHANNEL_N; c++) {
		program->log[c].strip_ansi = ld->config->strip_ansi;
		program->log[c].uid = (uid_t)-1;
		program->log[c].gid = (gid_t)-1;
	}
	return values_defaults(ld, SECTION_PROGRAM, NULL, &ld->program, err);
}

int program_read(struct load *ld, const struct values *v, const char *group_name,
		 struct program_list *list, struct err *err)
{
	struct maker m = { .ld = ld, .v = v, .err = err };
	size_t before = list->n;
	int r = read_section(&m, group_name);

	for (int i = 0; i < m.draft.numprocs && r == 0; i++)
		r = make_process(&m, (int64_t)m.draft.numprocs_start + i, i == 0, list);
	if (r == 0 && list->n > before)
		qsort(list->list + before, list->n - before, sizeof(*list->list), by_name);
	return r;
}

void program_list_done(struct program_list *list)
{
	free(list->list);
	*list = (struct program_list){ 0 };
}
