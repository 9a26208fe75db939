/*
 * extra.c - a program that somebody adds while svd runs. What a file would have said of it is put
 * together in memory, and then read by those who read files.
 */
#include "conf/extra.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "conf/environment.h"
#include "conf/load.h"
#include "conf/program.h"
#include "conf/values.h"

/* The place of everything in messages. */
static const struct ini_file *no_file(struct load *ld, const struct config *base)
{
	struct ini_file *file = arena_alloc(ld->ini.arena, sizeof(*file));

	if (file)
		*file = (struct ini_file){ .path = "options", .dir = base->here };
	return file;
}

static int add_option(struct load *ld, struct ini_section *section,
		      const struct extra_option *given)
{
	struct ini_option *option = arena_alloc(ld->ini.arena, sizeof(*option));
	char *name = arena_strdup(ld->ini.arena, given->name);
	const char *value = arena_strdup(ld->ini.arena, given->value);
	struct ini_option *known;

	if (!option || !name || !value)
		return -ENOMEM;
	for (char *c = name; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	HASH_FIND_STR(section->options, name, known);
	if (known) {
		known->value = value;
		return 0;
	}
	*option = (struct ini_option){ .name = name, .value = value, .file = section->file,
				       .line = 1 };
	HASH_ADD_KEYPTR(hh, section->options, option->name, strlen(option->name), option);
	return option->hh.tbl ? 0 : -ENOMEM;
}

/* NULL: no memory. */
static struct ini_section *make_section(struct load *ld, const struct config *base,
					const char *name, const struct extra_option *options,
					size_t n)
{
	struct ini_section *section = arena_alloc(ld->ini.arena, sizeof(*section));
	const struct ini_file *file = no_file(ld, base);

	if (!section || !file)
		return NULL;
	*section = (struct ini_section){ .name = arena_printf(ld->ini.arena, "program:%s", name),
					 .file = file, .line = 1 };
	if (!section->name)
		return NULL;
	HASH_ADD_KEYPTR(hh, ld->ini.sections, section->name, strlen(section->name), section);
	if (!section->hh.tbl)
		return NULL;
	for (size_t i = 0; i < n; i++)
		if (add_option(ld, section, &options[i]) < 0)
			return NULL;
	return section;
}

/* All that is not of groups is as in base. */
static int begin(struct load *ld, struct config *base)
{
	struct config *config = ld->config;
	struct arena *arena = config->arena;

	*config = *base;
	config->arena = arena;
	config->refs = 1;
	config->base = config_ref(base);
	config->groups = NULL;
	config->n_groups = 0;
	config->notes = NULL;
	config->n_notes = 0;
	return environment_scope(ld, base->environment, &ld->daemon);
}

/* They are by name. Those of a file groups.c looks at, when it knows all of their group. */
static int check_names(const struct program_list *list, const struct ini_section *section,
		       struct err *err)
{
	for (size_t i = 1; i < list->n; i++)
		if (strcmp(list->list[i - 1].name, list->list[i].name) == 0)
			return section_error(section, -EINVAL, err,
					     "two processes of one group are named %s",
					     list->list[i].name);
	return 0;
}

static int set_group(struct load *ld, const struct group_config *like,
		     const struct program_list *list)
{
	struct arena *arena = ld->config->arena;
	struct group_config *group = arena_alloc(arena, sizeof(*group));
	struct program_config *programs = arena_alloc(arena, (list->n + 1) * sizeof(*programs));

	if (!group || !programs)
		return -ENOMEM;
	*group = (struct group_config){ .name = arena_strdup(arena, like->name),
					.kind = like->kind, .priority = like->priority,
					.programs = programs, .n_programs = list->n };
	for (size_t i = 0; i < list->n; i++) {
		programs[i] = list->list[i];
		programs[i].group = group;
	}
	ld->config->groups = group;
	ld->config->n_groups = 1;
	return group->name ? 0 : -ENOMEM;
}

static int read_program(struct load *ld, const struct ini_section *section,
			const struct group_config *like, struct err *err)
{
	struct program_list list = { 0 };
	struct values v;
	int r = program_defaults(ld, err);

	if (r == 0 && values_read(ld, section, SECTION_PROGRAM, &v) < 0)
		r = no_memory(err);
	if (r == 0)
		r = program_read(ld, &v, like->name, &list, err);
	if (r == 0)
		r = check_names(&list, section, err);
	if (r == 0 && set_group(ld, like, &list) < 0)
		r = no_memory(err);
	program_list_done(&list);
	return r;
}

int extra_load(struct config *base, const struct group_config *like, const char *name,
	       const struct extra_option *options, size_t n, struct config **ret_config,
	       struct err *err)
{
	struct ini_section *section = NULL;
	struct load ld;
	int r = load_init(&ld);

	if (r == 0)
		r = begin(&ld, base);
	if (r == 0)
		section = make_section(&ld, base, name, options, n);
	r = section ? read_program(&ld, section, like, err) : no_memory(err);
	if (r == 0)
		r = load_finish(&ld, ret_config, err);
	load_done(&ld);
	return r;
}
