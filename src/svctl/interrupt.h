/* interrupt.h - Ctrl-C as news, while something goes on that it shall end */
#ifndef SVD_SVCTL_INTERRUPT_H
#define SVD_SVCTL_INTERRUPT_H

#include <stdbool.h>

/*
 * From now on Ctrl-C is only noted; calls that wait in the kernel end with EINTR. Where it was
 * ignored, it stays so. Not to be nested.
 */
void interrupt_catch(void);

/* Ctrl-C means again what it meant before. */
void interrupt_release(void);

/* Was there a Ctrl-C since interrupt_catch? False outside of catch and release. */
bool interrupt_seen(void);

/* Readable from the first Ctrl-C on; -1 outside of catch and release. */
int interrupt_fd(void);

#endif
