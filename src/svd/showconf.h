/* showconf.h - what is asked of a configuration without starting it */
#ifndef SVD_SVD_SHOWCONF_H
#define SVD_SVD_SHOWCONF_H

#include "base/err.h"
#include "base/macro.h"

struct cmdline;

/*
 * Answers --check or --print-config on standard output; program is argv[0]. Returns the status to
 * end with, or -errno with err.
 */
must_check int showconf(const char *program, const struct cmdline *cmdline, struct err *err);

#endif
