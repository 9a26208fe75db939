/*
 * nameglob.c - globs over names, for rules and filters. They must not fail for want of memory: what
 * is too long to be a name means nobody.
 */
#include "base/nameglob.h"

#include <fnmatch.h>
#include <string.h>

enum { GLOB_MAX = 512 };	/* bytes of one half */

static bool half_matches(const char *glob, size_t n, const char *name)
{
	char copy[GLOB_MAX];

	if (n >= sizeof(copy))
		return false;
	memcpy(copy, glob, n);
	copy[n] = '\0';
	return fnmatch(copy, name, 0) == 0;
}

bool nameglob_matches(const char *glob, size_t n, const char *group, const char *process)
{
	const char *colon = memchr(glob, ':', n);
	size_t head = colon ? (size_t)(colon - glob) : n, tail = colon ? n - head - 1 : 0;

	if (!half_matches(glob, head, group))
		return false;
	if (!colon)
		return true;
	return process ? half_matches(colon + 1, tail, process) : tail == 1 && colon[1] == '*';
}
