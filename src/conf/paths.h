/* paths.h - values that are file names */
#ifndef SVD_CONF_PATHS_H
#define SVD_CONF_PATHS_H

#include "base/err.h"
#include "base/macro.h"

struct load;

/* These have the contract of type_set(); the paths that they set are absolute, but for one. */

must_check int paths_set_path(struct load *ld, const char *text, void *field, struct err *err);

/* A file in a directory that is there. */
must_check int paths_set_file(struct load *ld, const char *text, void *field, struct err *err);

/* A file in a directory that is there and writable, or "syslog". */
must_check int paths_set_main_logfile(struct load *ld, const char *text, void *field,
				      struct err *err);

/*
 * The same, AUTO, NONE or journal; the field is a struct logfile_config, with what it needs to know
 * of its mkdir.
 */
must_check int paths_set_logfile(struct load *ld, const char *text, void *field, struct err *err);

/* Log files, with blanks or commas between them; the field is the member also of one. */
must_check int paths_set_logfiles(struct load *ld, const char *text, void *field,
				  struct err *err);

/* A directory that may not be there yet. A relative one stays relative: it is for the child. */
must_check int paths_set_directory(struct load *ld, const char *text, void *field,
				   struct err *err);
must_check int paths_set_existing_directory(struct load *ld, const char *text, void *field,
					    struct err *err);
must_check int paths_set_log_directory(struct load *ld, const char *text, void *field,
				       struct err *err);

/* A path that is short enough for a unix socket. */
must_check int paths_set_socket(struct load *ld, const char *text, void *field, struct err *err);

/* A URL; the path of unix:///path is made absolute. */
must_check int paths_set_server_url(struct load *ld, const char *text, void *field,
				    struct err *err);

#endif
