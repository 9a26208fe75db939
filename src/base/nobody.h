/* nobody.h - who talks to the network is to have no rights */
#ifndef SVD_BASE_NOBODY_H
#define SVD_BASE_NOBODY_H

#include "base/err.h"
#include "base/macro.h"

/*
 * This process and what it executes get no rights any more that they do not have; root becomes the
 * user nobody. 0, or -errno with err: then it is still root, and only somebody to be warned of.
 */
must_check int nobody_become(struct err *err);

#endif
