/*
 * err.c - error texts. Functions of the lower floors never log: they fill a struct err, and the
 * one caller who knows what the failure means says it once.
 */
#include "base/err.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

/* A text that had to be cut must not end within a character. */
static void drop_half(struct err *err)
{
	size_t n = strlen(err->text), at = n;

	if (n + 1 < sizeof(err->text))
		return;
	while (at > 1 && ((unsigned char)err->text[at - 1] & 0xc0) == 0x80)
		at--;
	if ((unsigned char)err->text[at - 1] >= 0xc0 &&
	    utf8_len(err->text + at - 1, n - at + 1) == 0)
		err->text[at - 1] = '\0';
}

int err_set(struct err *err, int code, const char *fmt, ...)
{
	va_list ap;

	if (!err)
		return code;
	err->code = code;
	va_start(ap, fmt);
	vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	drop_half(err);
	return code;
}

int err_wrap(struct err *err, const char *fmt, ...)
{
	char old[sizeof(err->text)];
	va_list ap;
	size_t n;

	if (!err)
		return 0;
	memcpy(old, err->text, sizeof(old));
	va_start(ap, fmt);
	vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	n = strlen(err->text);
	snprintf(err->text + n, sizeof(err->text) - n, ": %s", old);
	drop_half(err);
	return err->code;
}
