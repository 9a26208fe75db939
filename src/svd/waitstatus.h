/* waitstatus.h - what wait(2) says, in Supervisor's words */
#ifndef SVD_SVD_WAITSTATUS_H
#define SVD_SVD_WAITSTATUS_H

#include <stddef.h>

/* The exit status, or -1 after a signal. Mirrors decode_wait_status. */
int wait_status_code(int status);

/* "exit status 1", "terminated by SIGKILL", "terminated by SIGSEGV (core dumped)". */
void wait_status_text(int status, char *buf, size_t size);

#endif
