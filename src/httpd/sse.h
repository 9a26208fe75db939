/* sse.h - events as server-sent events have them: text, a few lines for each */
#ifndef SVD_HTTPD_SSE_H
#define SVD_HTTPD_SSE_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "base/macro.h"
#include "base/strbuf.h"

/*
 * Appends id:, event: and data: of an event: head and payload are those of an `event` frame. data
 * is a JSON object: serial, type, at, group, process, the tokens of the payload's first line, and
 * as "data" what follows it. 0 or -ENOMEM.
 */
must_check int sse_add_event(struct strbuf *sb, const json_t *head, const char *payload, size_t n);

/* So many events were dropped here. */
void sse_add_dropped(struct strbuf *sb, uint64_t n);

#endif
