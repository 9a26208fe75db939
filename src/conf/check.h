/* check.h - all that is wrong with a configuration, at once */
#ifndef SVD_CONF_CHECK_H
#define SVD_CONF_CHECK_H

#include "base/err.h"
#include "base/macro.h"
#include "base/strbuf.h"
#include "conf/config.h"
#include "conf/report.h"

struct load;
struct values;

/*
 * Reads the file as config_load() does, but does not stop at what is wrong, and looks at more:
 * commands, directories, sockets and log files that programs share, values cut by a comment. All
 * of it is appended as by report_notes(), as seen by our user. An error: svd or svctl would not
 * start. Returns an enum check_result, or -errno with err when the file cannot be read at all.
 */
must_check int config_check(const char *path, const struct config_override_list *overrides,
			    struct strbuf *out, struct err *err);

/* For the loader, while it checks: what can be said of one process alone. 0 or -ENOMEM. */
must_check int check_process(struct load *ld, const struct values *v,
			     const struct program_config *p);

#endif
