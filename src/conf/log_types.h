/* log_types.h - values that are about log files and what becomes of their lines */
#ifndef SVD_CONF_LOG_TYPES_H
#define SVD_CONF_LOG_TYPES_H

#include "base/err.h"
#include "base/macro.h"

struct load;

/* These have the contract of type_set(). */

/* One of the words in base/logwords.h. */
must_check int log_set_rotate(struct load *ld, const char *text, void *field, struct err *err);
must_check int log_set_compress(struct load *ld, const char *text, void *field, struct err *err);
must_check int log_set_format(struct load *ld, const char *text, void *field, struct err *err);

/* Permission bits, or "default", which is -1. */
must_check int log_set_mode(struct load *ld, const char *text, void *field, struct err *err);

/* "user" or "user:group", to whom we may give a file. Fills uid and gid. */
must_check int log_set_owner(struct load *ld, const char *text, void *field, struct err *err);

/* A name, as openlog(3) has it. */
must_check int log_set_facility(struct load *ld, const char *text, void *field, struct err *err);

/* "udp://host:port" or "tcp://host:port", with the usual port where it is missing; "": none. */
must_check int log_set_server(struct load *ld, const char *text, void *field, struct err *err);

#endif
