/* verbs.c - verbs.def as a table */
#include "svctl/verbs.h"

#include <ctype.h>
#include <string.h>

#include "base/macro.h"
#include "svctl/cmd.h"
#include "svctl/flags.h"
#include "svctl/words.h"

const struct verb verbs[] = {
#define VERB(name, run, completes, listed, flags, help, more) \
	{ name, run, completes, listed, flags, help, more },
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

const struct verb *verb_of_line(const char *line, const char **ret_arg)
{
	size_t n = 0;

	line += strspn(line, BLANKS);
	while (isalnum((unsigned char)line[n]) || line[n] == '_')
		n++;
	*ret_arg = line + n + strspn(line + n, BLANKS);
	return verb_find(line, n);
}
