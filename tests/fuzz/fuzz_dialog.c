/*
 * fuzz_dialog.c - any bytes from an event listener. The first byte is the size of the pieces in
 * which the others come, and must not matter; neither to who is lenient.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "svd/dialog.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* What was said, as text. Whoever is READY is sent an event at once. */
static void take_down(struct dialog *d, struct strbuf *minutes)
{
	enum dialog_said said;

	while ((said = dialog_next(d)) != SAID_NOTHING) {
		strbuf_addf(minutes, "%d %s ", said, dialog_state_name(d->state));
		if (said == SAID_RESULT || said == SAID_BAD_RESULT || said == SAID_IGNORED)
			strbuf_add(minutes, d->text, d->text_len);
		if (said == SAID_READY)
			dialog_sent(d);
	}
}

static void talk(struct strbuf *minutes, bool lenient, const uint8_t *p, size_t n, size_t piece)
{
	struct dialog d = { .lenient = lenient };

	for (size_t len; n > 0; p += len, n -= len) {
		len = n < piece ? n : piece;
		dialog_hear(&d, p, len);
		take_down(&d, minutes);
	}
	if (d.in.len - d.at > DIALOG_LINE_MAX + DIALOG_RESULT_MAX)
		abort();
	dialog_done(&d);
}

static void compare(bool lenient, const uint8_t *data, size_t n)
{
	struct strbuf whole = { 0 }, pieces = { 0 };

	talk(&whole, lenient, data + 1, n - 1, n);
	talk(&pieces, lenient, data + 1, n - 1, (size_t)data[0] + 1);
	if (whole.len != pieces.len || (whole.len && memcmp(whole.s, pieces.s, whole.len) != 0))
		abort();
	strbuf_done(&whole);
	strbuf_done(&pieces);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	if (n == 0)
		return 0;
	compare(false, data, n);
	compare(true, data, n);
	return 0;
}
