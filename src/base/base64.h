/* base64.h - base64 to bytes */
#ifndef SVD_BASE_BASE64_H
#define SVD_BASE_BASE64_H

#include <stdbool.h>
#include <stddef.h>

#include "base/macro.h"
#include "base/strbuf.h"

/*
 * Appends what the n characters at s stand for. White space between them is skipped and the
 * padding may be missing. false when s is no base64 (sb then holds some of it); running out of
 * memory shows in sb, as always.
 */
must_check bool base64_decode(struct strbuf *sb, const char *s, size_t n);

#endif
