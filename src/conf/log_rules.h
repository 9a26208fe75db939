/* log_rules.h - what the options of a channel mean together */
#ifndef SVD_CONF_LOG_RULES_H
#define SVD_CONF_LOG_RULES_H

#include "base/macro.h"
#include "conf/config.h"

struct load;
struct values;

/* Notes what the operator should know of the log files of the processes like p. 0 or -ENOMEM. */
must_check int log_rules_note(struct load *ld, const struct values *v,
			      const struct program_config *p);

/* Afterwards: what a log file named "syslog" or "journal" and redirect_stderr mean for others. */
void log_rules_settle(const struct values *v, struct program_config *p);

/* Notes options of p that are without effect, which is nothing to worry about. 0 or -ENOMEM. */
must_check int log_rules_check(struct load *ld, const struct values *v,
			       const struct program_config *p);

/* No regular file, such as /dev/stdout or a FIFO: nothing is rotated there. */
bool log_is_device(const struct logfile_config *log);

/* The first thing that two channels want otherwise of a file, like "compress"; NULL: none. */
const char *log_rules_difference(const struct logfile_config *a, const struct logfile_config *b);

#endif
