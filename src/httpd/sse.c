/*
 * sse.c - the payload of an event is Supervisor's, made for listeners that split it at blanks; here
 * it becomes members of an object. Only keys that are known are taken: names may hold blanks.
 */
#include "httpd/sse.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "ipc/frame.h"

static const struct {
	const char *key;
	bool        is_number;
} tokens[] = {
	{ "from_state", false }, { "channel", false }, { "pid", true },
	{ "tries", true },	 { "expected", true }, { "when", true },
};

static void take_token(json_t *object, const char *token, size_t n)
{
	const char *colon = memchr(token, ':', n);
	size_t key = colon ? (size_t)(colon - token) : 0;

	for (size_t i = 0; i < ARRAY_LEN(tokens); i++) {
		if (strlen(tokens[i].key) != key || memcmp(tokens[i].key, token, key) != 0)
			continue;
		json_object_set_new(object, tokens[i].key, tokens[i].is_number ?
				    json_integer(strtoll(colon + 1, NULL, 10)) :
				    json_textn(colon + 1, n - key - 1));
	}
}

/* What somebody has sent with sendRemoteCommEvent has a type of its own, of any text. */
static void take_line(json_t *object, const char *line, size_t n)
{
	static const char remote[] = "type:";

	if (n >= strlen(remote) && memcmp(line, remote, strlen(remote)) == 0) {
		json_object_set_new(object, "remote_type",
				    json_textn(line + strlen(remote), n - strlen(remote)));
		return;
	}
	while (n > 0) {
		const char *blank = memchr(line, ' ', n);
		size_t len = blank ? (size_t)(blank - line) : n;

		take_token(object, line, len);
		len += blank != NULL;
		line += len;
		n -= len;
	}
}

static json_t *object_of(const json_t *head, const char *payload, size_t n)
{
	static const char *const same[] = { "serial", "at", "group", "process" };
	json_t *object = json_pack("{s:O}", "type", json_object_get(head, "name"));
	const char *newline = memchr(payload, '\n', n);
	size_t line = newline ? (size_t)(newline - payload) : n;
	char *text;

	for (size_t i = 0; i < ARRAY_LEN(same); i++)
		if (json_object_get(head, same[i]))
			json_object_set(object, same[i], json_object_get(head, same[i]));
	text = malloc(line + 1);
	if (text) {
		memcpy(text, payload, line);
		text[line] = '\0';	/* where a number at its end ends */
		take_line(object, text, line);
	}
	free(text);
	if (newline && line + 1 < n)
		json_object_set_new(object, "data", json_textn(newline + 1, n - line - 1));
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

void sse_add_comment(struct strbuf *sb)
{
	strbuf_adds(sb, ":\n\n");
}
