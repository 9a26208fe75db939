/* changes.h - what reloadConfig says */
#ifndef SVD_SVCTL_CHANGES_H
#define SVD_SVCTL_CHANGES_H

#include <jansson.h>
#include <stdbool.h>

struct ctl;

/* Arrays of strings, names of groups; borrowed from the answer. */
struct changes {
	json_t *answer;		/* counted; NULL: there is none */
	json_t *added, *changed, *removed;
};

/*
 * Has the server read its files again. false: it did not, and that was said: shutting_down is what
 * to say when that is why.
 */
bool changes_get(struct ctl *ctl, const char *shutting_down, struct changes *ret_changes);
void changes_done(struct changes *c);

#endif
