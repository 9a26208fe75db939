/* complete.h - what may follow what was typed */
#ifndef SVD_SVCTL_COMPLETE_H
#define SVD_SVCTL_COMPLETE_H

#include <stdbool.h>

#include "svctl/procinfo.h"
#include "svctl/verbs.h"
#include "svctl/words.h"

struct client;

/* What kind of word comes after the n bytes of line that are before the word to complete? */
enum completes complete_kind(const char *line, size_t n);

/*
 * Asks the server for what complete_words looks at; who presses Tab wants no error message, so
 * where that fails there is nothing.
 */
void complete_ask(enum completes kind, struct client *client, struct procinfo_list *ret_infos);

/*
 * Appends the words of that kind that begin with text. infos: what complete_ask has found.
 * compatible: leave out the verbs that supervisorctl has not.
 * 0 or -ENOMEM.
 */
must_check int complete_words(enum completes kind, const char *text, bool compatible,
			      const struct procinfo_list *infos, struct words *ret_words);

/* Appends the flags that the verb of the line takes and that begin with text. 0 or -ENOMEM. */
must_check int complete_flags(const char *line, const char *text, struct words *ret_words);

#endif
