/* plugins.h - plug-ins of Supervisor that svd does the work of */
#ifndef SVD_SVD_PLUGINS_H
#define SVD_SVD_PLUGINS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/macro.h"
#include "svd/call.h"

struct config;
struct method;
struct plugin_config;

/* One of this life of svd; what reread finds counts after a restart, as in Supervisor. */
struct plugin {
	struct plugin *next;
	const struct plugin_config *conf;	/* borrowed */
	struct method *methods;		/* owned, and their names */
	size_t         n_methods;
	json_t        *kept;		/* owned; an object: what a PLUGIN_CACHE was given */
	size_t         n_kept;		/* bytes of it */
};

/* All of config, which must outlive them. 0 or -ENOMEM. */
must_check int plugins_new(const struct config *config, struct plugin **ret_list);
void plugins_free(struct plugin *list);

/* Whether the whitelist of the method's plug-in, if it has one, leaves it out. */
bool plugin_leaves_out(const struct method *m);

/* The handlers of plugins.def. */
#define METHOD(plugin, name, result, parameters, flags, handler, help) rpc_handler_fn handler;
#include "svd/plugins.def"
#undef METHOD

#endif
