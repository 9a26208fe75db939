/* expand.h - %(name)s in the values of a configuration */
#ifndef SVD_BASE_EXPAND_H
#define SVD_BASE_EXPAND_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/macro.h"
#include "base/strbuf.h"

/* A name that may stand in a value. All is borrowed. */
struct expand_var {
	const char *name;
	const char *text;	/* NULL: it is a number */
	int64_t     number;
};

/* Names, in the order of strcmp(), and those that hold around them; the inner ones win. */
struct expand_scope {
	const struct expand_scope *outer;	/* NULL: none */
	const struct expand_var   *vars;
	size_t n;
};

/*
 * Append text to out with its %-conversions done as by Python's % operator with a dictionary:
 * %(name)s, %(process_num)02d, %%; flags, width and precision; the conversions d i u o x X e E f F
 * g G c r s. An unknown name and a % that begins no conversion are -EINVAL; err has Supervisor's
 * words, the value, `what` (the option) and, for an unknown name, the known ones.
 */
must_check int expand(const char *text, const struct expand_scope *scope, const char *what,
		      struct strbuf *out, struct err *err);

#endif
