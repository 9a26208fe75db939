/* endpoint.h - a server's url, taken apart */
#ifndef SVD_SVCTL_ENDPOINT_H
#define SVD_SVCTL_ENDPOINT_H

#include <stdbool.h>

#include "base/err.h"
#include "base/macro.h"

/* Strings are owned. */
struct endpoint {
	char *url;			/* of the host, without a path */
	char *socket_path;		/* NULL: TCP */
	char *username, *password;	/* as written before an @; both or none */
	bool  tls;
};

/*
 * Takes unix:///path, http://host:port and https://host:port. As in Supervisor what follows the
 * port does not matter. Returns 0, -EPROTONOSUPPORT or -ENOMEM with err.
 */
must_check int endpoint_parse(const char *serverurl, struct endpoint *ret_endpoint,
			      struct err *err);
void endpoint_done(struct endpoint *e);

/* Could the text be a url at all? What Supervisor asks of --serverurl. */
bool endpoint_is_url(const char *text);

#endif
