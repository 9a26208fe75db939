/*
 * framing.c - libmicrohttpd takes the first of two lengths, waits for ever for the end of an
 * encoding that it does not know, and passes over what is expected of it. Behind a proxy that reads
 * the same bytes otherwise, one request would hide in another.
 */
#include "httpd/framing.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct lengths {
	const char *first;	/* NULL: none */
	bool        differ;
};

static const char *header(struct MHD_Connection *connection, const char *name)
{
	return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

static enum MHD_Result on_header(void *cls, enum MHD_ValueKind kind, const char *name,
				 const char *value)
{
	struct lengths *lengths = cls;

	(void)kind;
	if (!value || strcasecmp(name, MHD_HTTP_HEADER_CONTENT_LENGTH) != 0)
		return MHD_YES;
	if (lengths->first)
		lengths->differ |= strcmp(lengths->first, value) != 0;
	else
		lengths->first = value;
	return MHD_YES;
}

unsigned framing_refusal(struct MHD_Connection *connection)
{
	const char *encoding = header(connection, MHD_HTTP_HEADER_TRANSFER_ENCODING);
	const char *expect = header(connection, MHD_HTTP_HEADER_EXPECT);
	struct lengths lengths = { 0 };

	(void)MHD_get_connection_values(connection, MHD_HEADER_KIND, on_header, &lengths);
	if (lengths.differ || (encoding && lengths.first))
		return MHD_HTTP_BAD_REQUEST;
	if (encoding && strcasecmp(encoding, "chunked") != 0)
		return MHD_HTTP_NOT_IMPLEMENTED;
	if (expect && strcasecmp(expect, "100-continue") != 0)
		return MHD_HTTP_EXPECTATION_FAILED;
	return 0;
}

bool framing_exceeds(struct MHD_Connection *connection, unsigned long long max)
{
	const char *length = header(connection, MHD_HTTP_HEADER_CONTENT_LENGTH);

	return length && strtoull(length, NULL, 10) > max;
}

bool framing_waits(struct MHD_Connection *connection)
{
	return header(connection, MHD_HTTP_HEADER_EXPECT);
}
