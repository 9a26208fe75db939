/* nameglob.h - patterns that mean groups and processes */
#ifndef SVD_BASE_NAMEGLOB_H
#define SVD_BASE_NAMEGLOB_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Does the glob, n bytes, as in a shell, mean this process? With a colon in it the names of group
 * and process are compared with its two halves, without one that of the group. A process of NULL is
 * the whole group: only "NAME" and "NAME:*" mean that.
 */
bool nameglob_matches(const char *glob, size_t n, const char *group, const char *process);

#endif
