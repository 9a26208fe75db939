/* eventline.h - an event of the server's stream as a line for people */
#ifndef SVD_SVCTL_EVENTLINE_H
#define SVD_SVCTL_EVENTLINE_H

#include <jansson.h>
#include <stdbool.h>

#include "base/strbuf.h"

/* Appends when, what, of whom and the rest, without a newline; tame whatever it says. */
void eventline_add(struct strbuf *sb, const json_t *event, bool coloured);

#endif
