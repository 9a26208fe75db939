/* servers.h - the sections [unix_http_server] and [inet_http_server] */
#ifndef SVD_CONF_SERVERS_H
#define SVD_CONF_SERVERS_H

#include "base/err.h"
#include "base/macro.h"

struct load;

/* Fills servers, n_servers and serverurl of the snapshot. */
must_check int servers_read(struct load *ld, struct err *err);

#endif
