/*
 * xmlrpc_write.c - JSON values to XML-RPC messages, byte for byte what Python's xmlrpc.client
 * makes of the same values: some clients' parsers live on that form. A list of a thousand
 * processes is 17,000 members, so text is copied in runs and nothing here formats.
 */
#include "rpc/xmlrpc.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "base/utf8.h"

/* Characters that are copied as they are: ASCII but controls, '&', '<' and '>'. */
static const bool is_plain[256] = {
	['\t'] = true, ['\n'] = true, [' ' ... '%'] = true, ['\'' ... ';'] = true,
	['='] = true, ['?' ... 0x7f] = true,
};

/*
 * Bytes of the character at s if XML 1.0 allows it, else 0. Well-formed UTF-8 leaves two to
 * refuse: U+FFFE and U+FFFF.
 */
static size_t wide_len(const char *s, size_t n)
{
	size_t len = utf8_len(s, n);

	if (len == 3 && memcmp(s, "\xef\xbf", 2) == 0 && (unsigned char)s[2] >= 0xbe)
		return 0;
	return len;
}

static size_t run_len(const char *s, size_t n)
{
	size_t i = 0;

	while (i < n) {
		size_t len = 1;

		if (!is_plain[(unsigned char)s[i]])
			len = (unsigned char)s[i] < 0x80 ? 0 : wide_len(s + i, n - i);
		if (!len)
			break;
		i += len;
	}
	return i;
}

/* A bare CR would reach the other side as LF (XML 1.0, 2.11). */
static const char *stand_in(char c)
{
	switch (c) {
	case '<':	return "&lt;";
	case '>':	return "&gt;";
	case '&':	return "&amp;";
	case '\r':	return "&#13;";
	default:	return UTF8_REPLACEMENT;
	}
}

static void add_text(struct strbuf *sb, const char *s, size_t n)
{
	while (n > 0) {
		size_t run = run_len(s, n);

		strbuf_add(sb, s, run);
		s += run;
		n -= run;
		if (n > 0) {
			size_t len = utf8_len(s, n);

			strbuf_adds(sb, stand_in(*s));
			s += len ? len : 1;
			n -= len ? len : 1;
		}
	}
}

void xmlrpc_add_int(struct strbuf *sb, int64_t value)
{
	char digits[24], *p = digits + sizeof(digits);
	int64_t capped = value < INT32_MIN ? INT32_MIN : value > INT32_MAX ? INT32_MAX : value;
	uint64_t rest = capped < 0 ? -(uint64_t)capped : (uint64_t)capped;

	do {
		*--p = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest > 0);
	if (capped < 0)
		*--p = '-';
	strbuf_add_lit(sb, "<int>");
	strbuf_add(sb, p, (size_t)(digits + sizeof(digits) - p));
	strbuf_add_lit(sb, "</int>");
}

/* jansson writes a decimal point in every locale. */
static void add_double(struct strbuf *sb, const json_t *value)
{
	char text[64];
	size_t n = json_dumpb(value, text, sizeof(text), JSON_ENCODE_ANY);

	strbuf_add_lit(sb, "<double>");
	strbuf_add(sb, text, n < sizeof(text) ? n : 0);
	strbuf_add_lit(sb, "</double>");
}

static void add_value(struct strbuf *sb, const json_t *value);

static void add_array(struct strbuf *sb, const json_t *array)
{
	strbuf_add_lit(sb, "<array><data>\n");
	for (size_t i = 0; i < json_array_size(array); i++)
		add_value(sb, json_array_get(array, i));
	strbuf_add_lit(sb, "</data></array>");
}

static void add_struct(struct strbuf *sb, const json_t *object)
{
	json_t *o = (json_t *)(uintptr_t)object;	/* iteration does not change it */
	const char *key;
	json_t *value;

	strbuf_add_lit(sb, "<struct>\n");
	json_object_foreach(o, key, value) {
		strbuf_add_lit(sb, "<member>\n<name>");
		add_text(sb, key, strlen(key));
		strbuf_add_lit(sb, "</name>\n");
		add_value(sb, value);
		strbuf_add_lit(sb, "</member>\n");
	}
	strbuf_add_lit(sb, "</struct>");
}

static void add_string(struct strbuf *sb, const json_t *string)
{
	strbuf_add_lit(sb, "<string>");
	add_text(sb, json_string_value(string), json_string_length(string));
	strbuf_add_lit(sb, "</string>");
}

static void add_typed(struct strbuf *sb, const json_t *value)
{
	switch (json_typeof(value)) {
	case JSON_OBJECT:	add_struct(sb, value);				break;
	case JSON_ARRAY:	add_array(sb, value);				break;
	case JSON_STRING:	add_string(sb, value);				break;
	case JSON_INTEGER:	xmlrpc_add_int(sb, json_integer_value(value));		break;
	case JSON_REAL:		add_double(sb, value);				break;
	case JSON_TRUE:		strbuf_add_lit(sb, "<boolean>1</boolean>");		break;
	case JSON_FALSE:	strbuf_add_lit(sb, "<boolean>0</boolean>");		break;
	case JSON_NULL:		strbuf_add_lit(sb, "<nil/>");				break;
	}
}

static void add_value(struct strbuf *sb, const json_t *value)
{
	strbuf_add_lit(sb, "<value>");
	add_typed(sb, value);
	strbuf_add_lit(sb, "</value>\n");
}

static int outcome(const struct strbuf *sb)
{
	return sb->oom ? -ENOMEM : 0;
}

int xmlrpc_build_call(struct strbuf *sb, const char *method, const json_t *params)
{
	strbuf_add_lit(sb, XMLRPC_PROLOG "<methodCall>\n<methodName>");
	add_text(sb, method, strlen(method));
	strbuf_add_lit(sb, "</methodName>\n<params>\n");
	for (size_t i = 0; i < json_array_size(params); i++) {
		strbuf_add_lit(sb, "<param>\n");
		add_value(sb, json_array_get(params, i));
		strbuf_add_lit(sb, "</param>\n");
	}
	strbuf_add_lit(sb, "</params>\n</methodCall>\n");
	return outcome(sb);
}

int xmlrpc_build_result(struct strbuf *sb, const json_t *result)
{
	strbuf_add_lit(sb, XMLRPC_RESULT_HEAD);
	add_value(sb, result);
	strbuf_add_lit(sb, XMLRPC_RESULT_TAIL);
	return outcome(sb);
}

int xmlrpc_build_around(struct strbuf *sb, const json_t *result, size_t *ret_gap)
{
	static const char empty[] = "<string></string>";
	int ret = xmlrpc_build_result(sb, result);
	const char *found = ret == 0 ? strstr(sb->s, empty) : NULL;

	if (ret < 0)
		return ret;
	if (!found)
		return -EINVAL;
	*ret_gap = (size_t)(found - sb->s) + strlen("<string>");
	return 0;
}

void xmlrpc_add_text(struct strbuf *sb, const char *s, size_t n)
{
	add_text(sb, s, n);
}

int xmlrpc_build_fault(struct strbuf *sb, int code, const char *text)
{
	strbuf_add_lit(sb, XMLRPC_PROLOG "<methodResponse>\n<fault>\n<value><struct>\n"
			   "<member>\n<name>faultCode</name>\n<value>");
	xmlrpc_add_int(sb, code);
	strbuf_add_lit(sb, "</value>\n</member>\n<member>\n<name>faultString</name>\n"
			   "<value><string>");
	add_text(sb, text, strlen(text));
	strbuf_add_lit(sb, "</string></value>\n</member>\n</struct></value>\n"
			   "</fault>\n</methodResponse>\n");
	return outcome(sb);
}
