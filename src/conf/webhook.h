/* webhook.h - values of a [webhook:x] */
#ifndef SVD_CONF_WEBHOOK_H
#define SVD_CONF_WEBHOOK_H

#include "base/err.h"
#include "base/macro.h"

struct arena;
struct load;

enum {
	WEBHOOK_URL_MAX = 8 * 1024,		/* bytes */
	WEBHOOK_HEADERS_MAX = 16 * 1024,	/* bytes of all of them together */
};

/* These have the contract of type_set(). */

/* http:// or https://, a host, and what may follow. Fills url and shown. */
must_check int webhook_set_url(struct load *ld, const char *text, void *field, struct err *err);

/* "Name: value" with commas, with quotes as in environment=. */
must_check int webhook_set_headers(struct load *ld, const char *text, void *field,
				   struct err *err);

/* json or slack */
must_check int webhook_set_format(struct load *ld, const char *text, void *field, struct err *err);

/*
 * What of a URL may be shown to anybody: the rest of it, path and all, can be a password. Also of
 * text that is none, and then nothing of it. NULL: no memory.
 */
const char *webhook_shown(struct arena *arena, const char *text);

#endif
