/* tap.h - what else becomes of a channel's bytes on their way to the file */
#ifndef SVD_LOGD_TAP_H
#define SVD_LOGD_TAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/macro.h"
#include "logd/ansi.h"

struct channel_spec;
struct look;
struct outlet;
struct outlets;

/* What all taps share: every piece is dealt with before the next one is looked at. */
struct taps {
	struct outlets *outlets;	/* borrowed */
	char          *raw;	/* owned; LOOK_BUF bytes, as they were seen */
	char          *text;	/* owned; one byte more: without sequences */
	/* Tell svd. 0, or -errno: it cannot be told now. lost: bytes not told before. */
	int (*on_text)(void *user, int64_t id, const char *p, size_t n, uint64_t lost);
	void          *user;
};

must_check int taps_init(struct taps *all);	/* the buffers; 0 or -ENOMEM */
void taps_done(struct taps *all);

struct tap {
	struct taps *all;	/* borrowed */
	int64_t      id;	/* of the channel */
	bool         tell, strip;
	struct outlet *outlet;	/* owned; NULL: none */
	enum ansi_state ansi;
	uint64_t     untold;	/* bytes that svd could not be told */
};

/*
 * The tap as the spec wants it, made, changed or freed. *tap: owned by the caller, NULL: nothing is
 * wanted. The texts of the spec's speaker are borrowed for as long as the tap lives. 0, or -ENOMEM:
 * then it is as it was.
 */
must_check int tap_set(struct tap **tap, struct taps *all, const struct channel_spec *spec);
void tap_free(struct tap *t);	/* NULL is allowed */

/*
 * First see what was looked at: up to n bytes of it, returns how many. Then, when some of them have
 * left the pipe, they are told and sent; so we who die in between tell nothing twice.
 */
size_t tap_see(struct tap *t, struct look *look, size_t n);
void tap_took(struct tap *t, size_t n);

/* Between the two: what n bytes that were seen are without sequences. Valid until the next call. */
size_t tap_text(struct tap *t, size_t n, const char **ret_text);

/* How many of these n bytes have become the first len bytes of that text? */
size_t tap_bytes(struct tap *t, size_t n, size_t len);

#endif
