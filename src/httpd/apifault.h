/* apifault.h - faults as the JSON API tells them */
#ifndef SVD_HTTPD_APIFAULT_H
#define SVD_HTTPD_APIFAULT_H

#include <jansson.h>

#include "base/macro.h"

/* The HTTP status for a fault's code. */
unsigned apifault_status(int code);

/* {"fault": {"code": 10, "name": "BAD_NAME", "text": "BAD_NAME: x"}}. NULL: no memory. */
must_check json_t *apifault_new(int code, const char *text);

#endif
