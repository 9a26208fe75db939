/* ctlplugins.c - ctlplugins.def as a table */
#include "conf/ctlplugins.h"

#include <string.h>

static const char *const factories[CTLPLUGIN_N] = {
#define CTLPLUGIN(id, factory, title) [CTLPLUGIN_##id] = factory,
#include "conf/ctlplugins.def"
#undef CTLPLUGIN
};

enum ctlplugin ctlplugin_find(const char *factory)
{
	const char *colon = strrchr(factory, ':');
	enum ctlplugin plugin = CTLPLUGIN_N;

	while (--plugin > CTLPLUGIN_NONE) {
		if (strcmp(factories[plugin], colon ? colon + 1 : factory) == 0)
			break;
	}
	return plugin;
}
