/*
 * globs.c - who never counts is never missed: a slip in a pattern would be noticed on a bad day.
 */
#include "conf/globs.h"

#include <errno.h>

#include "base/arena.h"
#include "base/commas.h"
#include "base/nameglob.h"
#include "conf/load.h"

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

int globs_note_nobody(struct load *ld, const struct ini_section *section,
		      const struct ini_option *option, const char *globs)
{
	const char *glob;
	size_t n;

	while ((glob = commas_next(&globs, &n)))
		if (n > 0 && !means_somebody(ld->config, glob, n) &&
		    !note_add(ld, LEVEL_WARN, arena_printf(ld->config->arena,
				"%s:%d: [%s] %s=%s: there is no process that \"%.*s\" means",
				option->file->path, option->line, section->name, option->name,
				option->value, (int)n, glob)))
			return -ENOMEM;
	return 0;
}
