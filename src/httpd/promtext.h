/* promtext.h - Prometheus' text format */
#ifndef SVD_HTTPD_PROMTEXT_H
#define SVD_HTTPD_PROMTEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/strbuf.h"

#define PROMTEXT_TYPE "text/plain; version=0.0.4; charset=utf-8"

/* One metric with all its samples, which have to stand together. */
struct promtext {
	struct strbuf *sb;	/* borrowed */
	const char *name, *type, *help;	/* borrowed */
	bool has_head;		/* HELP and TYPE are written; not before there is a sample */
};

struct promlabel {
	const char *name, *value;
};

/* Labels of any text, in this order. */
void promtext_add(struct promtext *p, const struct promlabel *labels, size_t n, double value);

#endif
