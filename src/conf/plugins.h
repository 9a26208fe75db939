/* plugins.h - RPC plug-ins of Supervisor that svd has itself */
#ifndef SVD_CONF_PLUGINS_H
#define SVD_CONF_PLUGINS_H

#include "base/err.h"
#include "base/macro.h"

struct load;
struct values;

/*
 * An [rpcinterface:x]: into the snapshot when its factory is one that we know. Returns 1 when it
 * is not, 0, or -errno with err.
 */
must_check int plugin_read(struct load *ld, const struct values *v, struct err *err);

#endif
