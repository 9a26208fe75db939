/* notify.h - telling systemd, where there is one */
#ifndef SVD_SVD_NOTIFY_H
#define SVD_SVD_NOTIFY_H

/* sd_notify(3) with this state, e.g. "READY=1". Does nothing without $NOTIFY_SOCKET. */
void notify(const char *state);

#endif
