/* err.h - why something failed, in words for a person */
#ifndef SVD_BASE_ERR_H
#define SVD_BASE_ERR_H

#include <stdarg.h>

#include "base/macro.h"

struct err {
	int  code;		/* negative errno; 0: no error was set */
	char text[1024];	/* one line, no newline, complete sentence part */
};

/*
 * Set code and text. err may be NULL (the caller does not want words). Returns code, so that a
 * function can end with `return err_set(err, -EINVAL, "...")`. Text that is too long is cut.
 */
int err_set(struct err *err, int code, const char *fmt, ...) printf_like(3, 4);

/* Put "prefix: " in front of the text that is there. Returns the code that is there. */
int err_wrap(struct err *err, const char *fmt, ...) printf_like(2, 3);

#endif
