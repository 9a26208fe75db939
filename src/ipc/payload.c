/*
 * payload.c - the payload of an event is Supervisor's, made for listeners that split it at blanks;
 * here it becomes members of an object. Only keys that are known are taken: names may hold blanks.
 */
#include "ipc/payload.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/macro.h"
#include "ipc/fields.h"
#include "ipc/frame.h"

static const struct {
	const char *key, *member;
	bool        is_number;
} fields[] = {
	{ "from_state", "from_state", false }, { "channel", "channel", false },
	{ "pid", "pid", true },		       { "tries", "tries", true },
	{ "expected", "expected", true },      { "when", "when", true },
	/* Of whatever somebody has sent with sendRemoteCommEvent. */
	{ "type", "remote_type", false },
};

static void set_member(json_t *object, const char *key, bool is_number, const struct field *field)
{
	char number[32] = "";

	if (is_number)
		memcpy(number, field->value, field->value_len < sizeof(number) ?
					     field->value_len : sizeof(number) - 1);
	json_object_set_new(object, key, is_number ?
			    json_integer(strtoll(number, NULL, 10)) :
			    json_textn(field->value, field->value_len));
}

static void take_field(json_t *object, const struct field *field)
{
	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		if (strlen(fields[i].key) == field->key_len &&
		    memcmp(fields[i].key, field->key, field->key_len) == 0)
			set_member(object, fields[i].member, fields[i].is_number, field);
}

void payload_members(json_t *object, const char *payload, size_t n)
{
	const char *newline = memchr(payload, '\n', n);
	struct field field = { 0 };

	while (fields_next(payload, n, &field))
		take_field(object, &field);
	if (newline && newline + 1 < payload + n)
		json_object_set_new(object, "data",
				    json_textn(newline + 1, n - (size_t)(newline + 1 - payload)));
}
