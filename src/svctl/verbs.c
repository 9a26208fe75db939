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
	{ name, run, completes, listed, flags, help, more, CTLPLUGIN_NONE },
#include "svctl/verbs.def"
#undef VERB
#define EXTRA_VERB(id, name, run, completes, help) \
	{ name, run, completes, LISTED, 0, help, NULL, CTLPLUGIN_##id },
#include "svctl/extras.def"
#undef EXTRA_VERB
};
const size_t n_verbs = ARRAY_LEN(verbs);

const char *const plugin_titles[CTLPLUGIN_N] = {
	[CTLPLUGIN_NONE] = "default",
#define CTLPLUGIN(id, factory, title) [CTLPLUGIN_##id] = title,
#include "conf/ctlplugins.def"
#undef CTLPLUGIN
};

/* Of a program's life, as its configuration says: there is but one. */
static bool is_added[CTLPLUGIN_N] = { [CTLPLUGIN_NONE] = true };

enum ctlplugin verbs_add(const char *factory)
{
	enum ctlplugin plugin = ctlplugin_find(factory);

	is_added[plugin] = true;
	return plugin;
}

bool verb_is_there(const struct verb *verb)
{
	return is_added[verb->plugin];
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
