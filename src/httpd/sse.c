/* sse.c - an event as an object in JSON, in the lines of server-sent events. */
#include "httpd/sse.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "ipc/payload.h"

static json_t *object_of(const json_t *head, const char *payload, size_t n)
{
	static const char *const same[] = { "serial", "at", "group", "process" };
	json_t *object = json_pack("{s:O}", "type", json_object_get(head, "name"));

	for (size_t i = 0; i < ARRAY_LEN(same); i++)
		if (json_object_get(head, same[i]))
			json_object_set(object, same[i], json_object_get(head, same[i]));
	payload_members(object, payload, n);
	return object;
}

int sse_add_event(struct strbuf *sb, const json_t *head, const char *payload, size_t n)
{
	json_t *object = object_of(head, payload, n);
	char *data = object ? json_dumps(object, JSON_COMPACT) : NULL;

	json_decref(object);
	if (!data)
		return -ENOMEM;
	strbuf_addf(sb, "id: %" JSON_INTEGER_FORMAT "\nevent: %s\ndata: %s\n\n",
		    json_integer_value(json_object_get(head, "serial")),
		    json_string_value(json_object_get(head, "name")), data);
	free(data);
	return sb->oom ? -ENOMEM : 0;
}

void sse_add_dropped(struct strbuf *sb, uint64_t n)
{
	strbuf_addf(sb, "event: dropped\ndata: {\"dropped\":%" PRIu64 "}\n\n", n);
}
