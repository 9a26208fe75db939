/* lookup.h - processes and groups by name */
#ifndef SVD_SVD_LOOKUP_H
#define SVD_SVD_LOOKUP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/macro.h"

struct engine;
struct group;
struct process;

/*
 * What a namespec means: "group:process", "group:*" and "group:" (the group, *ret_process NULL),
 * or a bare name that is group and process at once. false: there is no such thing. Mirrors
 * split_namespec and _getGroupAndProcess.
 */
must_check bool lookup_name(const struct engine *e, const char *namespec, struct group **ret_group,
			    struct process **ret_process);

/* "group:process", or the bare name where both are equal; cut to size. */
void lookup_namespec(const struct process *p, char *buf, size_t size);

/*
 * All processes: by priority of the group and their own, or by name of the group and their own.
 * Returns how many; *ret_list is the caller's to free. No memory: 0 and NULL.
 */
size_t lookup_all(const struct engine *e, struct process ***ret_list);
size_t lookup_all_by_name(const struct engine *e, struct process ***ret_list);
size_t lookup_group(const struct group *group, struct process ***ret_list);	/* by priority */

#endif
