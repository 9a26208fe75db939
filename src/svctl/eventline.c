/* eventline.c - when, what, of whom; then whatever else it says, in the server's order */
#include "svctl/eventline.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/macro.h"
#include "rpc/faults.h"
#include "svctl/colour.h"
#include "svctl/namespec.h"
#include "svctl/tame.h"

enum { TYPE_WIDTH = 24, NAME_WIDTH = 16 };

static const char *text_of(const json_t *event, const char *key)
{
	const char *text = json_string_value(json_object_get(event, key));

	return text ? text : "";
}

static void add_time(struct strbuf *sb, const json_t *event)
{
	time_t at = (time_t)json_number_value(json_object_get(event, "at"));
	char text[64];
	struct tm tm;

	if (localtime_r(&at, &tm) && strftime(text, sizeof(text), "%F %T", &tm) > 0)
		strbuf_addf(sb, "%s  ", text);
}

static bool ends_with(const char *text, const char *end)
{
	size_t n = strlen(text), m = strlen(end);

	return n >= m && strcmp(text + n - m, end) == 0;
}

static const char *colour_of(const char *type)
{
	static const struct { const char *end; int state; } kinds[] = {
		{ "_STATE_RUNNING", STATE_CODE_RUNNING },
		{ "_STATE_STARTING", STATE_CODE_STARTING },
		{ "_STATE_STOPPING", STATE_CODE_STOPPING },
		{ "_STATE_BACKOFF", STATE_CODE_BACKOFF },
		{ "_STATE_FATAL", STATE_CODE_FATAL },
		{ "_STATE_UNKNOWN", STATE_CODE_UNKNOWN },
	};

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		if (ends_with(type, kinds[i].end))
			return colour_of_state(kinds[i].state);
	}
	return "";
}

/* And blanks up to that width. */
static void add_column(struct strbuf *sb, const char *text, size_t width, const char *colour)
{
	size_t from, used;

	strbuf_adds(sb, colour);
	from = sb->len;
	tame_add(sb, text, strlen(text), 0);
	used = sb->oom ? 0 : tame_width(sb->s + from, sb->len - from);
	strbuf_adds(sb, *colour ? COLOUR_RESET : "");
	strbuf_addf(sb, "%*s", (int)(used < width ? width - used : 0), "");
}

static void add_name(struct strbuf *sb, const json_t *event)
{
	const char *group = text_of(event, "group"), *process = text_of(event, "process");
	struct strbuf name = { 0 };

	if (*process)
		namespec_add(&name, group, process);
	else
		strbuf_adds(&name, group);
	add_column(sb, strbuf_str(&name) ? strbuf_str(&name) : process, NAME_WIDTH, "");
	strbuf_done(&name);
}

static void add_value(struct strbuf *sb, const json_t *value)
{
	char *text;

	if (json_is_string(value)) {
		tame_add(sb, json_string_value(value), json_string_length(value), TAME_TABS);
		return;
	}
	text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
	if (text)
		tame_add(sb, text, strlen(text), 0);
	free(text);
}

static void add_details(struct strbuf *sb, const json_t *event)
{
	static const char *const shown[] = { "serial", "type", "at", "group", "process", "data" };
	const json_t *data = json_object_get(event, "data");
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)event, key, value) {
		size_t i = 0;

		while (i < ARRAY_LEN(shown) && strcmp(shown[i], key) != 0)
			i++;
		if (i < ARRAY_LEN(shown))
			continue;
		strbuf_adds(sb, "  ");
		tame_add(sb, key, strlen(key), 0);
		strbuf_addc(sb, '=');
		add_value(sb, value);
	}
	if (json_string_length(data) > 0) {
		strbuf_adds(sb, "  ");
		add_value(sb, data);
	}
}

void eventline_add(struct strbuf *sb, const json_t *event, bool coloured)
{
	const char *type = text_of(event, "type");

	add_time(sb, event);
	add_column(sb, type, TYPE_WIDTH, coloured ? colour_of(type) : "");
	strbuf_adds(sb, "  ");
	add_name(sb, event);
	add_details(sb, event);
	while (sb->len > 0 && !sb->oom && sb->s[sb->len - 1] == ' ')
		sb->s[--sb->len] = '\0';
}
