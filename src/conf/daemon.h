/* daemon.h - the section [supervisord] */
#ifndef SVD_CONF_DAEMON_H
#define SVD_CONF_DAEMON_H

#include "base/err.h"
#include "base/macro.h"

struct config_override_list;
struct load;

/* Fills the snapshot's own members from the section, and then from the command line. */
must_check int daemon_read(struct load *ld, const struct config_override_list *overrides,
			   struct err *err);

#endif
