/* logd.h - svd-logd: the link to svd, the channels it opens, the sinks they write to */
#ifndef SVD_LOGD_LOGD_H
#define SVD_LOGD_LOGD_H

#include "base/err.h"
#include "base/macro.h"

/*
 * Serve svd at the other end of link_fd, which is taken, until it says `quit` or until svd is gone
 * and every pipe is at its end. devlog is the path of syslog's socket; NULL: /dev/log. 0, or -errno
 * with err when it could not begin.
 */
must_check int logd_run(int link_fd, const char *devlog, struct err *err);

#endif
