/*
 * payload.c - the payload of an event is Supervisor's, made for listeners that split it at blanks;
 * here it becomes members of an object. Only keys that are known are taken: names may hold blanks.
 */
#include "ipc/payload.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/macro.h"
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

void payload_members(json_t *object, const char *payload, size_t n)
{
	const char *newline = memchr(payload, '\n', n);
	size_t line = newline ? (size_t)(newline - payload) : n;
	char *text = malloc(line + 1);

	if (text) {
		memcpy(text, payload, line);
		text[line] = '\0';	/* where a number at its end ends */
		take_line(object, text, line);
	}
	free(text);
	if (newline && line + 1 < n)
		json_object_set_new(object, "data", json_textn(newline + 1, n - line - 1));
}
