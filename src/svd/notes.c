/*
 * notes.c - the notes of a configuration. Whoever reads it again for each deployment does not
 * want the same twenty warnings each time: only what is new is said.
 */
#include "svd/notes.h"

#include <stdbool.h>
#include <string.h>

#include "conf/config.h"
#include "svd/log.h"

static bool has_note(const struct config *config, const char *text)
{
	for (size_t i = 0; i < config->n_notes; i++)
		if (strcmp(config->notes[i].text, text) == 0)
			return true;
	return false;
}

void notes_log(const struct config *config, const struct config *known)
{
	for (int level = LEVEL_CRITICAL; level >= LEVEL_BLATHER; level--)
		for (size_t i = 0; i < config->n_notes; i++)
			if ((int)config->notes[i].level == level &&
			    !(known && has_note(known, config->notes[i].text)))
				log_msg(config->notes[i].level, "%s", config->notes[i].text);
}
