/* sample.h - a configuration file to begin with */
#ifndef SVD_CONF_SAMPLE_H
#define SVD_CONF_SAMPLE_H

#include <stdbool.h>

#include "base/strbuf.h"

/*
 * Appends a file that shows every section and option, with its default (or an example, where it
 * has none) and a line of help; all but what a daemon needs to be reached is a comment. for_root:
 * its files go to /run and /var/log, else to /tmp.
 */
void sample_add(struct strbuf *out, bool for_root);

#endif
