/* metrics.h - /metrics: the numbers of svd.getMetrics for Prometheus */
#ifndef SVD_HTTPD_METRICS_H
#define SVD_HTTPD_METRICS_H

#include <jansson.h>

#include "base/macro.h"
#include "base/strbuf.h"

struct request;

/* GET /metrics; see struct route. */
unsigned metrics_act(struct request *r);

/* Appends the text for a result of svd.getMetrics; what is not in there is left out. */
void metrics_render(struct strbuf *sb, const json_t *result);

#endif
