/* health.c - the section [svd:health]: what counts when somebody asks whether all is well. */
#include "conf/health.h"

#include "conf/globs.h"
#include "conf/load.h"
#include "conf/values.h"

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
	if (r == 0 && health->programs &&
	    globs_note_nobody(ld, section, v.set[OPT_HEALTH_programs], health->programs) < 0)
		r = no_memory(err);
	return r;
}
