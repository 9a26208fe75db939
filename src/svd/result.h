/* result.h - what a listener's answer to an event means */
#ifndef SVD_SVD_RESULT_H
#define SVD_SVD_RESULT_H

#include <stddef.h>

#include "conf/config.h"

struct printer;

enum verdict {
	VERDICT_DONE,
	VERDICT_REJECTED,	/* the event is to come again */
	VERDICT_ERROR,		/* ... and who says such things is of no use */
};

/* Judge the n bytes of a result. What is to be printed goes to printer. */
enum verdict result_judge(enum result_handler handler, const char *p, size_t n,
			  struct printer *printer);

#endif
