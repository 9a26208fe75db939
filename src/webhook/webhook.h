/* webhook.h - all of svd-webhook: the link to svd, and what it asks to be posted */
#ifndef SVD_WEBHOOK_WEBHOOK_H
#define SVD_WEBHOOK_WEBHOOK_H

#include "base/err.h"
#include "base/macro.h"

struct webhook_config {
	int         link_fd;	/* taken */
	double      idle;	/* seconds without a post until the end */
	const char *warning;	/* for the activity log; NULL: none */
};

/*
 * Posts until svd says `quit` or is gone, or nothing is to be posted any more. Returns 0, or
 * -errno with err.
 */
must_check int webhook_run(const struct webhook_config *config, struct err *err);

#endif
