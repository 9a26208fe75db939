/* verbs.c - verbs.def as a table */
#include "svctl/verbs.h"

#include <string.h>

#include "base/macro.h"
#include "svctl/cmd.h"

const struct verb verbs[] = {
#define VERB(name, run, completes, listed, help) { name, run, completes, listed, help },
#include "svctl/verbs.def"
#undef VERB
};
const size_t n_verbs = ARRAY_LEN(verbs);

const struct verb *verb_find(const char *name, size_t n)
{
	for (size_t i = 0; i < n_verbs; i++) {
		if (strlen(verbs[i].name) == n && memcmp(verbs[i].name, name, n) == 0)
			return &verbs[i];
	}
	return NULL;
}
