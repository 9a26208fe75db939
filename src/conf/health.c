/* health.c - the section [svd:health]: what counts when somebody asks whether all is well. */
#include "conf/health.h"

#include <errno.h>

#include "base/arena.h"
#include "base/commas.h"
#include "base/nameglob.h"
#include "conf/load.h"
#include "conf/values.h"

static bool means_somebody(const struct config *config, const char *glob, size_t n)
{
	for (size_t i = 0; i < config->n_groups; i++) {
		const struct group_config *g = &config->groups[i];

		for (size_t k = 0; k < g->n_programs; k++)
			if (nameglob_matches(glob, n, g->name, g->programs[k].name))
				return true;
	}
	return false;
}

/* Who never counts is never missed: a slip here would be noticed on a bad day. */
static int note_nobody(struct load *ld, const struct values *v)
{
	const struct ini_option *option = v->set[OPT_HEALTH_programs];
	const char *globs = ld->config->health.programs, *glob;
	size_t n;

	while ((glob = commas_next(&globs, &n)))
		if (!means_somebody(ld->config, glob, n) &&
		    !note_add(ld, LEVEL_WARN, arena_printf(ld->config->arena,
				"%s:%d: [%s] %s=%s: there is no process that \"%.*s\" means",
				option->file->path, option->line, v->section->name, option->name,
				option->value, (int)n, glob)))
			return -ENOMEM;
	return 0;
}

int health_read(struct load *ld, struct err *err)
{
	const struct ini_section *section = ini_find_section(&ld->ini, "svd:health");
	struct health_config *health = &ld->config->health;
	struct values v;
	int r = values_defaults(ld, SECTION_HEALTH, NULL, health, err);

	if (!section || r < 0)
		return r;
	if (values_read(ld, section, SECTION_HEALTH, &v) < 0)
		return no_memory(err);
	r = values_set_all(ld, &v, &ld->file, health, err);
	if (health->programs && !*health->programs)
		health->programs = NULL;
	return r == 0 && note_nobody(ld, &v) < 0 ? no_memory(err) : r;
}
