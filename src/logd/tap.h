/* tap.h - what else becomes of a channel's bytes on their way to the file */
#ifndef SVD_LOGD_TAP_H
#define SVD_LOGD_TAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/macro.h"
#include "base/strbuf.h"
#include "logd/filter.h"

struct channel_spec;
struct look;
struct outlet;
struct outlets;

/* To svd. They return 0, or -errno: it cannot be told now. lost: what was not told right before. */
struct tap_news {
	int (*on_text)(void *user, int64_t id, const char *p, size_t n, uint64_t lost);
	int (*on_message)(void *user, int64_t id, const char *p, size_t n, bool cut, uint64_t lost);
};

/* What all taps share: every piece is dealt with before the next one is looked at. */
struct taps {
	struct outlets *outlets;	/* borrowed */
	struct filters  filters;
	struct strbuf   spare;	/* owned; memory for a text that nobody uses now */
	char           *raw;	/* owned; LOOK_BUF bytes, as they were seen */
	const struct tap_news *news;	/* borrowed */
	void           *user;
};

must_check int taps_init(struct taps *all, struct outlets *outlets, const struct tap_news *news,
			 void *user);	/* 0 or -ENOMEM */
void taps_done(struct taps *all);

struct tap {
	struct taps   *all;	/* borrowed */
	int64_t        id;	/* of the channel */
	bool           tell;
	struct outlet *outlet;	/* owned; NULL: none */
	struct filter *filter;	/* owned */
	uint64_t       untold;	/* bytes that svd could not be told */
	uint64_t       unsaid;	/* messages of capture mode that svd could not be told */
	struct strbuf  text;	/* what the file is to get */
	size_t         written;	/* bytes of it that it has got */
	size_t         input;	/* bytes in the pipe that have become the text */
};

/*
 * The tap as the spec wants it, made, changed or freed. *tap: owned by the caller, NULL: nothing is
 * wanted. The texts of the spec's speaker are borrowed for as long as the tap lives. 0, or -ENOMEM:
 * then it is as it was. What a filter holds that is not wanted any more becomes text.
 */
must_check int tap_set(struct tap **tap, struct taps *all, const struct channel_spec *spec);
void tap_free(struct tap *t);	/* NULL is allowed */

/* Does svd wait for what is read here? */
bool tap_has_news(const struct tap *t);

/* Nothing comes any more: what svd was not told at last it hears of now. */
void tap_tell_loss(struct tap *t);

/* --- bytes that go to the file as they are --- */

/*
 * First see what was looked at: up to n bytes of it, returns how many. Then, when some of them have
 * left the pipe, they are told and sent; so we who die in between tell nothing twice.
 */
size_t tap_see(struct tap *t, struct look *look, size_t n);
void tap_took(struct tap *t, size_t n);

/* --- others --- */

/* Is there text for the file, or does the filter make something else of what comes? */
bool tap_changes(const struct tap *t);

/*
 * Only when there is no text: run the filter over the first n <= LOOK_BUF bytes of what was looked
 * at. They are told and sent in here. Then t->input bytes have become the text, where both may be
 * nothing; these have to leave the pipe with its last bytes, and there is no other look before.
 * Returns 0, or -ENOMEM: the text of these bytes is lost.
 */
must_check int tap_draft(struct tap *t, struct look *look, size_t n, enum filter_how how);

/* Nothing comes any more: what the filter holds becomes text. */
void tap_end(struct tap *t);

/* What the file has not got yet; until the next call. NULL: nothing. */
const char *tap_text(const struct tap *t, size_t *ret_len);

/* It has got n bytes more of it, or they were dropped. */
void tap_wrote(struct tap *t, size_t n);

#endif
