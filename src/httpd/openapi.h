/* openapi.h - the description of the JSON API, for programs: OpenAPI 3.0 */
#ifndef SVD_HTTPD_OPENAPI_H
#define SVD_HTTPD_OPENAPI_H

#include <jansson.h>
#include <stdbool.h>

#include "base/macro.h"

/*
 * The document, of svd's answer to the method `describe`: an array of {name, result, parameters:
 * [{name, types, optional}], role, safe, help}. NULL: no memory, or that is none.
 */
must_check json_t *openapi_new(const json_t *methods);

/* Can the method be called by GET? It changes nothing, and its parameters fit into a query. */
bool openapi_has_get(const json_t *method);

#endif
