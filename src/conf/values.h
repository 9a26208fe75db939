/* values.h - the options of one section, and how they get into the snapshot */
#ifndef SVD_CONF_VALUES_H
#define SVD_CONF_VALUES_H

#include <stdbool.h>

#include "base/err.h"
#include "base/macro.h"
#include "conf/options.h"

struct expand_scope;
struct ini_option;
struct ini_section;
struct load;

/* The options of one section that the table knows. */
struct values {
	const struct ini_section *section;
	enum section_kind kind;
	const struct ini_option *set[OPTION_N];		/* NULL: not set */
};

/*
 * Sorts a section's options by the table; a note for each that is not in it. 0 or -ENOMEM.
 */
must_check int values_read(struct load *ld, const struct ini_section *section,
			   enum section_kind kind, struct values *ret_values);

/* Notes a section that the table does not know. 0 or -ENOMEM. */
must_check int values_unknown_section(struct load *ld, const struct ini_section *section);

/*
 * Into base, which is what such a section is read into, the defaults of all its options but those
 * that are done already (by option_id; NULL: none is): a default that does not fit this machine is
 * no trouble where it is not used.
 */
must_check int values_defaults(struct load *ld, enum section_kind kind, const bool *done,
			       void *base, struct err *err);

/* The same for one family of options. */
must_check int values_defaults_of(struct load *ld, enum option_family family, const bool *done,
				  void *base, struct err *err);

/* Is the option set to something that differs from process to process? */
bool values_varies(const struct values *v, enum option_id id);

/* Into base, one option, if it is set; the names in scope may stand in it. */
must_check int values_set(struct load *ld, const struct values *v, enum option_id id,
			  const struct expand_scope *scope, void *base, struct err *err);

/* Into base, all options that are set, except those that vary. */
must_check int values_set_all(struct load *ld, const struct values *v,
			      const struct expand_scope *scope, void *base, struct err *err);

/* The same for one family of options. */
must_check int values_set_of(struct load *ld, const struct values *v, enum option_family family,
			     const struct expand_scope *scope, void *base, struct err *err);

/* Errors in one line, which begins with file, line and section. They return code. */
int section_error(const struct ini_section *section, int code, struct err *err, const char *fmt,
		  ...) printf_like(4, 5);
int value_error(const struct values *v, enum option_id id, int code, struct err *err,
		const char *fmt, ...) printf_like(5, 6);

/* The same as a note, and a warning only. 0 or -ENOMEM. */
must_check int value_warn(struct load *ld, const struct values *v, enum option_id id,
			  const char *fmt, ...) printf_like(4, 5);

#endif
