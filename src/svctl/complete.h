/* complete.h - what may follow what was typed */
#ifndef SVD_SVCTL_COMPLETE_H
#define SVD_SVCTL_COMPLETE_H

#include "svctl/procinfo.h"
#include "svctl/verbs.h"
#include "svctl/words.h"

/* What kind of word comes after the n bytes of line that are before the word to complete? */
enum completes complete_kind(const char *line, size_t n);

/*
 * Appends the words of that kind that begin with text. infos is looked at for names of processes
 * and groups only.
 * 0 or -ENOMEM.
 */
must_check int complete_words(enum completes kind, const char *text,
			      const struct procinfo_list *infos, struct words *ret_words);

#endif
