/* ini_write.h - sections and options as lines of a file */
#ifndef SVD_CONF_INI_WRITE_H
#define SVD_CONF_INI_WRITE_H

#include <stdbool.h>

#include "base/macro.h"
#include "base/strbuf.h"

/*
 * Append lines that are read as that section, and as that option, and the origin as a comment in
 * the first of them. false: there are no such lines, and out may have a part of them; or out has
 * no memory.
 */
must_check bool ini_write_section(struct strbuf *out, const char *name, const char *origin);
must_check bool ini_write_option(struct strbuf *out, const char *name, const char *value,
				 const char *origin);

#endif
