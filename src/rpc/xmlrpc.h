/* xmlrpc.h - XML-RPC messages to and from JSON values */
#ifndef SVD_RPC_XMLRPC_H
#define SVD_RPC_XMLRPC_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/macro.h"
#include "base/strbuf.h"

/*
 * Values: int, i4, i8, boolean, string, double, array, struct map to JSON's own; base64 to the
 * decoded bytes as text (refused when they are none); dateTime.iso8601 to its text; nil to null.
 * A <value> without a type is a string. Limits: XMLRPC_DEPTH_MAX levels of nesting; the caller
 * limits the bytes. Mirrors supervisor.xmlrpc (server) and Python's xmlrpc.client (client).
 */
enum { XMLRPC_DEPTH_MAX = 32 };

/*
 * A <methodCall>. *ret_params is an array (empty when <params> is missing), the caller's to
 * release; *ret_method the caller's to free, never empty. Returns 0, -ENOMEM, or -EBADMSG with
 * err saying line and trouble.
 */
must_check int xmlrpc_parse_call(const char *xml, size_t n, char **ret_method,
				 json_t **ret_params, struct err *err);

/*
 * A <methodResponse>. Returns 0 and *ret_result (the caller's), or 1 for a fault and fills
 * *ret_code and *ret_text (the caller's to free), or -ENOMEM, or -EBADMSG with err.
 */
must_check int xmlrpc_parse_response(const char *xml, size_t n, json_t **ret_result,
				     int *ret_code, char **ret_text, struct err *err);

/*
 * Append a message. Text is made valid XML 1.0 and UTF-8 whatever it holds (others become
 * U+FFFD). Integers beyond 32 bits are capped, as Supervisor does with times. Returns 0 or
 * -ENOMEM.
 */
must_check int xmlrpc_build_call(struct strbuf *sb, const char *method, const json_t *params);
must_check int xmlrpc_build_result(struct strbuf *sb, const json_t *result);
must_check int xmlrpc_build_fault(struct strbuf *sb, int code, const char *text);

/* A result from its JSON text. -EPROTO: it is none; what was appended then means nothing. */
must_check int xmlrpc_build_result_of(struct strbuf *sb, const char *json, size_t n);

/*
 * A result whose text is too long to be in memory. *ret_gap is the place, in sb->s, of the first
 * empty string in result; what xmlrpc_add_text makes of the text, whole characters at a time, goes
 * there. Returns 0, -EINVAL (there is no empty string) or -ENOMEM.
 */
must_check int xmlrpc_build_around(struct strbuf *sb, const json_t *result, size_t *ret_gap);
void xmlrpc_add_text(struct strbuf *sb, const char *s, size_t n);

/* --- for those who write XML-RPC, in pieces --- */

#define XMLRPC_PROLOG "<?xml version='1.0'?>\n"
#define XMLRPC_RESULT_HEAD XMLRPC_PROLOG "<methodResponse>\n<params>\n<param>\n"
#define XMLRPC_RESULT_TAIL "</param>\n</params>\n</methodResponse>\n"

void xmlrpc_add_int(struct strbuf *sb, int64_t value);

#endif
