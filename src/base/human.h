/* human.h - sizes and times as people read them, in few columns */
#ifndef SVD_BASE_HUMAN_H
#define SVD_BASE_HUMAN_H

#include <stddef.h>

enum { HUMAN_MAX = 32 };	/* bytes that are always enough */

/* Each writes the text to buf, of HUMAN_MAX bytes, and returns it. */
char *human_size(char *buf, double bytes);	/* "512", "4.1M", "37G" */
char *human_uptime(char *buf, long seconds);	/* "0:01:05", "12d 3:04" */
char *human_span(char *buf, long seconds);	/* "5s", "3m", "7h", "12d" */

#endif
