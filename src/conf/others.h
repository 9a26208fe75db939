/* others.h - the sections that nothing is made of */
#ifndef SVD_CONF_OTHERS_H
#define SVD_CONF_OTHERS_H

#include "base/err.h"
#include "base/macro.h"

struct load;

/* Notes what is unknown or without effect in sections that nobody else reads. */
must_check int others_read(struct load *ld, struct err *err);

#endif
