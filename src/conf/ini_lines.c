/*
 * ini_lines.c - the text of a configuration file, entry by entry. No INI library has the rules of
 * Python's ConfigParser, by which all of Supervisor's files were written, so they are applied
 * here, oddities included; tests/e2e/test_conf_diff.py compares the two.
 */
#include "conf/ini_lines.h"

#include <errno.h>
#include <string.h>

#include "base/repr.h"
#include "base/strbuf.h"

/* One line without its end and its comment, and without the blanks around the rest. */
struct line {
	char  *start, *end;	/* equal when nothing is left */
	size_t indent;		/* blanks in front, in characters */
	bool   has_comment;
	char   cut;		/* '\0', or the sign of the comment behind the rest */
	bool   cut_tight;	/* no blank, nor another sign, is behind it */
};

/*
 * Bytes of the blank at p, 0 when there is none. Python strips the blanks of Unicode too, and
 * files that were copied from web pages are full of them.
 */
static size_t blank_at(const char *p, const char *end)
{
	const unsigned char *u = (const unsigned char *)p;
	size_t n = (size_t)(end - p);

	if (n == 0 || (u[0] > ' ' && u[0] < 0xc2))		/* nearly all */
		return 0;
	if (u[0] <= ' ')
		return (u[0] >= 0x09 && u[0] <= 0x0d) || u[0] >= 0x1c;
	if (n > 1 && u[0] == 0xc2)				/* NEL, NBSP */
		return u[1] == 0x85 || u[1] == 0xa0 ? 2 : 0;
	if (n > 2 && u[0] == 0xe1)
		return u[1] == 0x9a && u[2] == 0x80 ? 3 : 0;
	if (n > 2 && u[0] == 0xe2 && u[1] == 0x80)		/* the quads and spaces */
		return (u[2] >= 0x80 && u[2] <= 0x8a) || u[2] == 0xa8 || u[2] == 0xa9 ||
				       u[2] == 0xaf ? 3 : 0;
	if (n > 2 && u[0] == 0xe2)
		return u[1] == 0x81 && u[2] == 0x9f ? 3 : 0;
	if (n > 2 && u[0] == 0xe3)
		return u[1] == 0x80 && u[2] == 0x80 ? 3 : 0;
	return 0;
}

/* Bytes of the blank that ends before p. */
static size_t blank_before(const char *start, const char *p)
{
	if (p > start && (unsigned char)p[-1] < 0x80)
		return blank_at(p - 1, p);
	for (size_t n = 1; n <= 3 && n <= (size_t)(p - start); n++)
		if (blank_at(p - n, p) == n)
			return n;
	return 0;
}

static char *trim_end(const char *start, char *end)
{
	size_t n;

	while ((n = blank_before(start, end)) > 0)
		end -= n;
	return end;
}

static void trim(char **start, char **end)
{
	size_t n;

	while ((n = blank_at(*start, *end)) > 0)
		*start += n;
	*end = trim_end(*start, *end);
}

/*
 * Where the comment begins, or end. Python looks for the first of each sign, then for the second
 * of each, and so on, and stops in the round that finds a comment: of `a;b ;c #d` only `#d` is one.
 */
static char *find_comment(char *start, char *end)
{
	static const char signs[] = ";#";
	char *from[] = { start, start };
	char *found = end;

	while (found == end && (from[0] || from[1])) {
		for (size_t i = 0; i < ARRAY_LEN(from); i++) {
			char *sign = from[i] ? memchr(from[i], signs[i], (size_t)(end - from[i]))
					     : NULL;

			if (sign && sign < found && (sign == start || blank_before(start, sign)))
				found = sign;
			from[i] = sign ? sign + 1 : NULL;
		}
	}
	return found;
}

size_t ini_line_end(const char *line, size_t n)
{
	char *start = (char *)line;	/* which nobody writes to */

	return (size_t)(trim_end(start, find_comment(start, start + n)) - start);
}

/* Splits off the next line; its end is a LF, a CR, or both. */
static struct line take_line(struct ini_lines *lines)
{
	char *start = lines->p, *end = start, *comment;
	struct line l = { 0 };
	size_t n;

	while (end < lines->end && *end != '\n' && *end != '\r')
		end++;
	lines->p = end;
	if (lines->p < lines->end)
		lines->p += *end == '\r' && end + 1 < lines->end && end[1] == '\n' ? 2 : 1;
	lines->line++;

	for (l.start = start; (n = blank_at(l.start, end)) > 0; l.start += n)
		l.indent++;
	comment = l.start < end && strchr(";#", *l.start) ? l.start : find_comment(start, end);
	l.has_comment = comment < end;
	l.end = comment;
	trim(&l.start, &l.end);
	if (l.has_comment && l.start < l.end) {
		l.cut = *comment;
		l.cut_tight = comment + 1 < end && !blank_at(comment + 1, end) &&
			      !strchr(";#", comment[1]);
	}
	return l;
}

static int refuse(const struct ini_lines *lines, const struct line *l, const char *why,
		  struct err *err)
{
	struct strbuf sb = { 0 };
	size_t n = (size_t)(l->end - l->start);

	*l->end = '\0';
	if (n > 200)
		strcpy(l->start + 197, "...");
	repr_add(&sb, l->start);
	err_set(err, -EINVAL, "%s:%d: %s: %s", lines->name, lines->line, why,
		sb.oom ? "" : strbuf_str(&sb));
	strbuf_done(&sb);
	return -EINVAL;
}

/* "[name]", with anything behind the last bracket; false when the line is none. */
static bool take_section(const struct line *l, struct ini_entry *entry)
{
	char *close = l->end - 1;

	while (close > l->start && *close != ']')
		close--;
	if (*l->start != '[' || close - l->start < 2)
		return false;
	*close = '\0';
	entry->section = l->start + 1;
	return true;
}

/* "name = value" or "name: value". The value is not ended yet: more lines of it may follow. */
static bool take_option(const struct line *l, struct ini_entry *entry, char **ret_end)
{
	char *split = l->start, *name_end;

	while (split < l->end && *split != '=' && *split != ':')
		split++;
	if (split == l->end || split == l->start)
		return false;
	name_end = split;
	entry->name = l->start;
	entry->value = split + 1;
	*ret_end = l->end;
	trim(&entry->name, &name_end);
	trim(&entry->value, ret_end);
	*name_end = '\0';
	for (char *c = entry->name; *c; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c += 'a' - 'A';
	return true;
}

static void note_cut(struct ini_entry *entry, const struct line *l)
{
	if (l->cut)
		entry->cut = l->cut;
	entry->cut_tight |= l->cut_tight;
}

/* An entry of its own: most lines are, and need not be taken apart to see it. */
static bool is_at_margin(const struct ini_lines *lines)
{
	return !strchr("\r\n;#", *lines->p) && !blank_at(lines->p, lines->end);
}

/*
 * Pulls the lines that continue the value up to its end, so that they touch, with a newline
 * between two of them; there is room, since each had an end of its own.
 */
static void take_continuation(struct ini_lines *lines, struct ini_entry *entry, char *end)
{
	struct ini_lines before = *lines;

	for (; lines->p < lines->end && !is_at_margin(lines); before = *lines) {
		struct line l = take_line(lines);
		size_t n = (size_t)(l.end - l.start);

		if (n == 0 && l.has_comment)
			continue;
		if (n > 0 && l.indent <= lines->indent) {
			*lines = before;
			break;
		}
		note_cut(entry, &l);
		*end++ = '\n';
		memmove(end, l.start, n);
		end += n;
	}
	*trim_end(entry->value, end) = '\0';
}

void ini_lines_init(struct ini_lines *lines, const char *name, char *text, size_t n)
{
	*lines = (struct ini_lines){ .name = name, .p = text, .end = text + n };
	if (n >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		lines->p += 3;
}

int ini_lines_next(struct ini_lines *lines, struct ini_entry *ret_entry, struct err *err)
{
	struct ini_entry entry = { 0 };
	struct line l = { 0 };
	char *end;

	while (l.start == l.end) {
		if (lines->p >= lines->end)
			return 0;
		l = take_line(lines);
	}
	entry.line = lines->line;
	lines->indent = l.indent;
	if (take_section(&l, &entry)) {
		lines->in_section = true;
	} else if (!lines->in_section) {
		return refuse(lines, &l, "File contains no section headers", err);
	} else if (take_option(&l, &entry, &end)) {
		if (end > entry.value)
			note_cut(&entry, &l);
		take_continuation(lines, &entry, end);
	} else {
		return refuse(lines, &l, "Source contains parsing errors: neither a [section] nor "
			      "an option", err);
	}
	*ret_entry = entry;
	return 1;
}
