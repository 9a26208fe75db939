/* program.h - a section [program:x] and its processes */
#ifndef SVD_CONF_PROGRAM_H
#define SVD_CONF_PROGRAM_H

#include <stddef.h>

#include "base/err.h"
#include "base/macro.h"

struct ini_section;
struct load;
struct program_config;
struct values;

/* Processes on their way into a group. All zero is an empty list. */
struct program_list {
	struct program_config *list;	/* owned, on the heap */
	size_t n, room;
};

/* Into ld->program what holds for a program that sets nothing; [supervisord] has been read. */
must_check int program_defaults(struct load *ld, struct err *err);

/*
 * Appends the processes of the section that v was read from, by name. ld->program holds the
 * defaults.
 */
must_check int program_read(struct load *ld, const struct values *v, const char *group_name,
			    struct program_list *list, struct err *err);

/*
 * The name of a program or a group as it stands behind the colon of a section's name, without
 * blanks around it, in the snapshot.
 */
must_check int program_name(struct load *ld, const struct ini_section *section,
			    const char **ret_name, struct err *err);

void program_list_done(struct program_list *list);

#endif
