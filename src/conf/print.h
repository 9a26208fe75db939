/* print.h - the configuration that is in effect, as a file */
#ifndef SVD_CONF_PRINT_H
#define SVD_CONF_PRINT_H

#include <stdbool.h>

#include "base/err.h"
#include "base/macro.h"
#include "base/strbuf.h"
#include "conf/config.h"
#include "conf/options.h"

struct load;
struct values;

/*
 * Appends one file in place of the main one and all that it includes: each section with all of its
 * options, as they are written, else from the command line or by default, each with its origin in
 * a comment. Below a value with expansions, comments say what it comes to. Read in the same
 * environment it gives the same snapshot, but for passwords, which are *** unless show_secrets.
 * Fails as config_load() does.
 */
must_check int config_print(const char *path, const struct config_override_list *overrides,
			    bool show_secrets, struct strbuf *out, struct err *err);

/*
 * For the loader, while it is to be printed: what a value with expansions comes to, and whose all
 * those are that nobody has claimed yet (NULL: they hold for all processes). 0 or -ENOMEM.
 */
must_check int print_note(struct load *ld, const struct values *v, enum option_id id,
			  const char *text);
must_check int print_claim(struct load *ld, const char *group, const char *process);

#endif
