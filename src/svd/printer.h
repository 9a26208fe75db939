/* printer.h - what goes to svd's own standard output while it serves */
#ifndef SVD_SVD_PRINTER_H
#define SVD_SVD_PRINTER_H

#include <stddef.h>

#include "base/burst.h"
#include "svd/input.h"

struct logs;

/*
 * A terminal or a pipe may not be read, and svd waits for nobody: lines go into a pipe of svd-logd,
 * and it is svd-logd that writes them to /dev/stdout, which it shares with svd. Where svd is a
 * daemon that is /dev/null. The pipe is made for the first line.
 */
struct printer {
	struct logs *logs;	/* borrowed */
	struct input out;	/* the pipe's end that we write to */
	struct burst losses;	/* told in the log */
};

void printer_init(struct printer *printer, struct loop *loop, struct logs *logs);
void printer_done(struct printer *printer);

/* Print n bytes of whole lines, or none of them: what does not fit is lost, and that is logged. */
void printer_print(struct printer *printer, const char *p, size_t n);

#endif
