/* journal_wire.c - the fields of a line in one packet; binary ones too, so nothing is quoted. */
#include "logd/journal_wire.h"

#include <errno.h>
#include <string.h>

#include "base/strbuf.h"

void journal_add_field(struct strbuf *sb, const char *name, const char *value, size_t n)
{
	size_t name_len = strlen(name);
	uint32_t len = (uint32_t)(name_len + 1 + n);

	strbuf_add(sb, &len, sizeof(len));
	strbuf_add(sb, name, name_len);
	strbuf_addc(sb, '=');
	strbuf_add(sb, value, n);
}

int journal_fields(char *packet, size_t n, struct iovec *fields)
{
	int count = 0;
	uint32_t len;

	while (n > 0) {
		if (n < sizeof(len) || count == JOURNAL_FIELDS_MAX)
			return -EPROTO;
		memcpy(&len, packet, sizeof(len));
		packet += sizeof(len);
		n -= sizeof(len);
		if (len > n)
			return -EPROTO;
		fields[count++] = (struct iovec){ .iov_base = packet, .iov_len = len };
		packet += len;
		n -= len;
	}
	return count;
}
