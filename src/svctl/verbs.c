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
	{ name, run, completes, listed, flags, help, more, EXTRA_NONE },
#include "svctl/verbs.def"
#undef VERB
#define EXTRA_VERB(id, name, run, completes, help) \
	{ name, run, completes, LISTED, 0, help, NULL, EXTRA_##id },
#include "svctl/extras.def"
#undef EXTRA_VERB
};
const size_t n_verbs = ARRAY_LEN(verbs);

const char *const extra_titles[EXTRA_N] = {
	[EXTRA_NONE] = "default",
#define EXTRA(id, factory, title) [EXTRA_##id] = title,
#include "svctl/extras.def"
#undef EXTRA
};

static const char *const factories[EXTRA_N] = {
#define EXTRA(id, factory, title) [EXTRA_##id] = factory,
#include "svctl/extras.def"
#undef EXTRA
};

/* Of a program's life, as its configuration says: there is but one. */
static bool is_added[EXTRA_N] = { [EXTRA_NONE] = true };

enum extra verbs_add(const char *factory)
{
	const char *colon = strrchr(factory, ':');
	enum extra extra = EXTRA_N;

	while (--extra > EXTRA_NONE) {
		if (strcmp(factories[extra], colon ? colon + 1 : factory) == 0)
			break;
	}
	is_added[extra] = true;
	return extra;
}

bool verb_is_there(const struct verb *verb)
{
	return is_added[verb->extra];
}

const struct verb *verb_find(const char *name, size_t n)
{
	for (size_t i = 0; i < n_verbs; i++) {
		if (verb_is_there(&verbs[i]) && strlen(verbs[i].name) == n &&
		    memcmp(verbs[i].name, name, n) == 0)
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
