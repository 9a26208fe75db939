/* report.h - the notes of a load as lines for a person */
#ifndef SVD_CONF_REPORT_H
#define SVD_CONF_REPORT_H

#include "base/err.h"
#include "base/macro.h"
#include "base/strbuf.h"

struct load;

enum check_result { CHECK_FINE, CHECK_WARNINGS, CHECK_ERRORS };

/*
 * Appends "FILE:LINE: error: TEXT" or "warning" for each note that is one, in the order of the
 * files and their lines, each text once; then a line that counts them. Returns an enum
 * check_result or -ENOMEM.
 */
must_check int report_notes(const struct load *ld, struct strbuf *out, struct err *err);

#endif
