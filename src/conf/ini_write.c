/*
 * ini_write.c - sections and options as lines of a file. What was read from a file can be written;
 * what a command line has said may be more than a file can say.
 */
#include "conf/ini_write.h"

#include <string.h>

#include "base/utf8.h"
#include "conf/ini_lines.h"

enum { ORIGIN_COLUMN = 40 };

/*
 * The line, and behind it a comment if the line would otherwise be read as something else. Signs
 * that are part of a value can look like the begin of a comment, where Python has found another
 * one further behind; see find_comment() in ini_lines.c.
 */
static bool add_line(struct strbuf *out, const char *line, size_t n, const char *origin)
{
	const char *const guards[] = { "", " ;", " #" };
	struct strbuf sb = { 0 };
	size_t pad = n < ORIGIN_COLUMN ? ORIGIN_COLUMN - n : 1;
	bool fits = false;

	if (origin) {
		strbuf_addf(&sb, "%.*s%*s; %s", (int)n, line, (int)pad, "", origin);
		fits = !sb.oom && ini_line_end(sb.s, sb.len) == n;
	}
	for (size_t i = 0; !fits && i < ARRAY_LEN(guards); i++) {
		strbuf_reset(&sb);
		strbuf_addf(&sb, "%.*s%s", (int)n, line, guards[i]);
		fits = !sb.oom && ini_line_end(sb.s, sb.len) == n;
		if (fits && origin && i > 0)
			strbuf_addf(&sb, " %s", origin);
	}
	if (fits)
		strbuf_addf(out, "%s\n", strbuf_str(&sb));
	out->oom |= sb.oom;
	strbuf_done(&sb);
	return fits;
}

/* A flag may have anything. */
static bool is_text(const char *value)
{
	size_t n = 1;

	for (; *value && *value != '\r' && n > 0; value += n)
		n = utf8_len(value, strnlen(value, 4));
	return !*value && n > 0;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

bool ini_write_section(struct strbuf *out, const char *name, const char *origin)
{
	struct strbuf line = { 0 };
	bool fits;

	strbuf_addf(&line, "[%s]", name);
	fits = !line.oom && add_line(out, line.s, line.len, origin);
	out->oom |= line.oom;
	strbuf_done(&line);
	return fits;
}

bool ini_write_option(struct strbuf *out, const char *name, const char *value, const char *origin)
{
	size_t n = strcspn(value, "\n");
	struct strbuf line = { 0 };
	bool fits;

	strbuf_addf(&line, "%s=%.*s", name, (int)n, value);
	fits = is_text(value) && !is_blank(*value) && !line.oom &&
	       add_line(out, line.s, line.len, origin);
	while (fits && value[n]) {
		value += n + 1;
		n = strcspn(value, "\n");
		strbuf_reset(&line);
		strbuf_addf(&line, "%s%.*s", n ? "\t" : "", (int)n, value);
		fits = n == 0 || (!line.oom && add_line(out, line.s, line.len, NULL));
		if (n == 0)
			strbuf_addc(out, '\n');
	}
	out->oom |= line.oom;
	strbuf_done(&line);
	return fits;
}
