/*
 * fuzz_xmlrpc.c - any bytes as calls, as responses and as text. What was understood once (and so
 * has lost what XML-RPC cannot say, such as integers of 64 bits) must survive the next round trip,
 * and what we write must be XML that we read.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "rpc/xmlrpc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* Writes the call and reads it again; the caller owns the parameters. */
static json_t *round_trip(const char *method, const json_t *params)
{
	struct strbuf sb = { 0 };
	json_t *copy = NULL;
	char *name = NULL;
	struct err err;

	if (xmlrpc_build_call(&sb, method, params) < 0 ||
	    xmlrpc_parse_call(sb.s, sb.len, &name, &copy, &err) < 0 || strcmp(name, method) != 0)
		abort();
	free(name);
	strbuf_done(&sb);
	return copy;
}

static void as_call(const char *p, size_t n)
{
	json_t *params = NULL, *second, *third;
	char *method = NULL;
	struct err err;
	int ret = xmlrpc_parse_call(p, n, &method, &params, &err);

	if (ret < 0) {
		if (ret != -EBADMSG || method || params)
			abort();
		return;
	}
	second = round_trip(method, params);
	third = round_trip(method, second);
	if (!json_is_array(params) || !json_equal(second, third))
		abort();
	json_decref(params);
	json_decref(second);
	json_decref(third);
	free(method);
}

static void as_response(const char *p, size_t n)
{
	json_t *result = NULL;
	char *text = NULL;
	struct err err;
	int code, ret = xmlrpc_parse_response(p, n, &result, &code, &text, &err);

	if ((ret == 0) != (result != NULL) || (ret == 1) != (text != NULL))
		abort();
	json_decref(result);
	free(text);
}

static void as_text(const char *p, size_t n)
{
	char *text = strndup(p, n), *copy = NULL;
	struct strbuf sb = { 0 };
	json_t *result;
	int code;

	if (!text || xmlrpc_build_fault(&sb, -1, text) < 0 ||
	    xmlrpc_parse_response(sb.s, sb.len, &result, &code, &copy, NULL) != 1 || code != -1)
		abort();
	free(copy);
	free(text);
	strbuf_done(&sb);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	as_call((const char *)data, n);
	as_response((const char *)data, n);
	as_text((const char *)data, n);
	return 0;
}
