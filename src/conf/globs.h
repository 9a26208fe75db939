/* globs.h - patterns that mean groups and processes of the file */
#ifndef SVD_CONF_GLOBS_H
#define SVD_CONF_GLOBS_H

#include "base/macro.h"

struct ini_option;
struct ini_section;
struct load;

/*
 * A note for each of the globs, with commas, that means no process. They stand in this option of
 * this section; the groups have been read. 0 or -ENOMEM.
 */
must_check int globs_note_nobody(struct load *ld, const struct ini_section *section,
				 const struct ini_option *option, const char *globs);

#endif
