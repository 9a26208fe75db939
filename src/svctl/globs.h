/* globs.h - shell patterns in place of names of processes */
#ifndef SVD_SVCTL_GLOBS_H
#define SVD_SVCTL_GLOBS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/macro.h"
#include "svctl/procinfo.h"
#include "svctl/words.h"

struct ctl;

/* Is it one? "group:*" and "group:" are none, the server knows them. */
bool glob_is(const char *word);

/* Is any of the words from the first one on? */
bool globs_are_there(const struct words *words, size_t first);

/*
 * Does the word mean this process? It may be a name, "all" or a pattern, which is compared with
 * "group:process" and the short name.
 */
bool glob_means(const char *word, const struct procinfo *info);
bool glob_means_any(const char *word, const struct procinfo_list *infos);

/* Does one of the words from the first one on? */
bool globs_mean(const struct words *words, size_t first, const struct procinfo *info);

/*
 * Puts the short names of processes, in their order, where a word from the first one on is a
 * pattern that means some. What means nobody stays, to be complained of like any name, and so does
 * what is the name of somebody. 0 or -ENOMEM.
 */
must_check int globs_expand(const struct procinfo_list *infos, struct words *words, size_t first);

/* Appends the short name of the process, unless it is there. 0 or -ENOMEM. */
must_check int globs_add(struct words *words, const struct procinfo *info);

/* globs_expand, asking the server if there is any pattern. false: it failed, which was said. */
bool globs_resolve(struct ctl *ctl, struct words *words, size_t first);

#endif
