/* autolog.h - names of AUTO log files */
#ifndef SVD_SVD_AUTOLOG_H
#define SVD_SVD_AUTOLOG_H

#include "base/macro.h"
#include "conf/config.h"

/* NAME-CHANNEL---IDENTIFIER-RANDOM.log in childlogdir; the caller's to free; NULL: no memory. */
must_check char *autolog_name(const struct config *config, const char *name, enum channel channel);

/* Remove the AUTO files of earlier lives with our identifier. Mirrors clear_autochildlogdir. */
void autolog_clear(const struct config *config);

#endif
