/*
 * fuzz_result.c - any bytes as the JSON text of a result. What jansson understands must become the
 * same XML in one pass as by way of its values, and whatever comes out must be XML that we read.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "rpc/xmlrpc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static int max(int a, int b)
{
	return a > b ? a : b;
}

/* How deep values are nested: the one pass has a limit, the other has not. */
static int depth(const json_t *value)
{
	json_t *v = (json_t *)(uintptr_t)value, *item;
	const char *key;
	size_t i;
	int deepest = 0;

	json_array_foreach(v, i, item)
		deepest = max(depth(item), deepest);
	json_object_foreach(v, key, item)
		deepest = max(depth(item), deepest);
	return deepest + (json_is_array(v) || json_is_object(v));
}

/* "1.50" is kept in the one pass, if it is not too long, and becomes 1.5 in the other. */
static bool has_reals(const uint8_t *data, size_t n)
{
	return memchr(data, '.', n) || memchr(data, 'e', n) || memchr(data, 'E', n);
}

static void compare(const uint8_t *data, size_t n, const struct strbuf *xml, int ret)
{
	json_t *value = json_loadb((const char *)data, n, JSON_DECODE_ANY | JSON_ALLOW_NUL |
				   JSON_REJECT_DUPLICATES, NULL);
	struct strbuf other = { 0 };

	/* jansson passes over NUL bytes between values */
	if (!value || depth(value) > XMLRPC_DEPTH_MAX || memchr(data, '\0', n)) {
		json_decref(value);
		return;
	}
	if (xmlrpc_build_result(&other, value) < 0)
		abort();
	if (!has_reals(data, n) &&
	    (ret < 0 || other.len != xml->len || memcmp(other.s, xml->s, xml->len) != 0))
		abort();
	json_decref(value);
	strbuf_done(&other);
}

static void read_again(const struct strbuf *xml)
{
	json_t *result;
	struct err err;
	char *text;
	int code;

	if (xmlrpc_parse_response(xml->s, xml->len, &result, &code, &text, &err) != 0)
		abort();
	json_decref(result);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct strbuf xml = { 0 };
	int ret = xmlrpc_build_result_of(&xml, (const char *)data, n);

	if (ret < 0 && ret != -EPROTO)
		abort();
	compare(data, n, &xml, ret);
	if (ret == 0)
		read_again(&xml);
	strbuf_done(&xml);
	return 0;
}
