/* jsonout.h - JSON text, written without values in between */
#ifndef SVD_BASE_JSONOUT_H
#define SVD_BASE_JSONOUT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/strbuf.h"

/* Text in quotation marks. What is not UTF-8 becomes U+FFFD. */
void json_out_string(struct strbuf *sb, const char *s);
void json_out_bytes(struct strbuf *sb, const char *s, size_t len);
void json_out_int(struct strbuf *sb, int64_t n);

/* A comma, unless what comes next is the first in its array or object. */
void json_out_comma(struct strbuf *sb);

/* The beginning of a member of an object, with its comma; key needs no escapes. */
void json_out_key(struct strbuf *sb, const char *key);

/* A whole one. A large number is a real: XML-RPC has no integers beyond 32 bits. */
void json_out_member(struct strbuf *sb, const char *key, const char *s);
void json_out_member_int(struct strbuf *sb, const char *key, int64_t n);
void json_out_member_bool(struct strbuf *sb, const char *key, bool value);
void json_out_member_large(struct strbuf *sb, const char *key, uint64_t n);

#endif
