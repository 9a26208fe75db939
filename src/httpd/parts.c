/*
 * parts.c - the answer of a multicall is one value, so the files in it cannot be read while it is
 * sent: they are read as they come, up to a ceiling for all.
 */
#include "httpd/parts.h"

#include <errno.h>

#include "httpd/piece.h"
#include "rpc/faults.h"

enum { PARTS_MAX = 16 * 1024 * 1024 };	/* bytes of files */

static json_t *fault(const char *text)
{
	return json_pack("{s:i, s:s}", "faultCode", FAULT_FAILED, "faultString", text);
}

/* NULL: no memory. */
static json_t *read_value(struct parts *parts, const json_t *value, int fd)
{
	int64_t n = 0;
	json_t *whole = NULL;
	int ret = piece_value(value, fd, PARTS_MAX - parts->bytes, &n, &whole);

	parts->bytes += n;
	if (ret == -EFBIG)
		return fault("FAILED: the answer is too large");
	return ret == 0 ? whole : fault("FAILED: the file cannot be read");
}

void parts_take(struct parts *parts, json_int_t n, const json_t *value, int fd)
{
	if (!parts->values)
		parts->values = json_array();
	if (n == (json_int_t)json_array_size(parts->values))	/* they come in order */
		json_array_append_new(parts->values, read_value(parts, value, fd));
}

void parts_place(struct parts *parts, json_t *result)
{
	for (size_t i = 0; parts->values && i < json_array_size(result); i++) {
		json_t *n = json_object_get(json_array_get(result, i), "part");

		if (json_is_integer(n))
			json_array_set(result, i, json_array_get(parts->values,
					       (size_t)json_integer_value(n)));
	}
	parts_done(parts);
}

void parts_done(struct parts *parts)
{
	json_decref(parts->values);
	*parts = (struct parts){ 0 };
}
