/* notify.h - telling systemd, where there is one */
#ifndef SVD_SVD_NOTIFY_H
#define SVD_SVD_NOTIFY_H

#include <stdbool.h>

/* Is there a $NOTIFY_SOCKET? */
bool notify_is_wanted(void);

/* sd_notify(3) with this state, e.g. "READY=1". Does nothing without $NOTIFY_SOCKET. */
void notify(const char *state);

/*
 * Seconds from one WATCHDOG=1 to the next: half of what sd_watchdog_enabled(3) finds in
 * $WATCHDOG_USEC, if that is meant for us; 0: nobody waits for any.
 */
double notify_interval(void);

#endif
