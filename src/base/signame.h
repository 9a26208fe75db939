/* signame.h - signals by name and by number */
#ifndef SVD_BASE_SIGNAME_H
#define SVD_BASE_SIGNAME_H

#include "base/macro.h"

/*
 * "SIGTERM"; "signal 99" where a number has no name. That text lives until the next call: print it
 * before you ask for another one.
 */
const char *signame(int signo);

/*
 * The number behind "TERM", "SIGTERM", "term" or "15", with blanks around it or not. 0 is allowed,
 * as Supervisor allows it: kill(2) with it only asks whether the process is there. -EINVAL: no
 * such signal.
 */
must_check int signal_number(const char *text);

#endif
