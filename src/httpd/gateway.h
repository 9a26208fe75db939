/* gateway.h - all of svd-httpd: the link to svd and the servers that it asks for */
#ifndef SVD_HTTPD_GATEWAY_H
#define SVD_HTTPD_GATEWAY_H

#include "base/err.h"
#include "base/macro.h"

struct gateway_config {
	int         link_fd;	/* taken */
	double      idle;	/* seconds without a connection until the end; 0: never */
	double      patience;	/* seconds for a request */
	const char *warning;	/* for the activity log; NULL: none */
};

/*
 * Serves until svd says `quit` or is gone, or nobody comes any more. Returns 0, or -errno with
 * err when it cannot begin.
 */
must_check int gateway_run(const struct gateway_config *config, struct err *err);

#endif
