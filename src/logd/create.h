/* create.h - the log file that is made when there is none */
#ifndef SVD_LOGD_CREATE_H
#define SVD_LOGD_CREATE_H

#include "base/macro.h"

struct sink_rules;

/*
 * Open the regular file at that path, with these flags of open(2), or make it: with exactly the
 * mode and the owner of the rules, and if they say so with the directories that are missing, which
 * get 0755 and that owner. What was there before is never given to anybody. Where giving it away is
 * refused, the file stays ours. Returns the descriptor, which is the caller's, or -errno.
 */
must_check int create_open(const char *path, int flags, const struct sink_rules *rules);

#endif
