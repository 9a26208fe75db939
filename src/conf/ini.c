/*
 * ini.c - configuration files in memory. inih tells sections, names and values apart; what it would
 * cut or alter (lines of 200 bytes, names of 50, comment signs, newlines) never reaches it: it is
 * given one short line per entry, in which a reference stands for the value, and for an odd name.
 */
#include "conf/ini.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <ini.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/fd.h"
#include "base/path.h"
#include "base/strbuf.h"
#include "base/utf8.h"
#include "conf/ini_lines.h"

#define REFERENCE "\x01"	/* "see the entry in hand"; as a line's name: "a section begins" */

/* Of inih's name buffer; with brackets, a reference, line end and NUL its line has room for it. */
enum { LINE_PART_MAX = 48 };

/* One file on its way into the ini: inih asks for a line, and gives it back taken apart. */
struct feed {
	struct ini *ini;
	struct ini_lines lines;
	struct ini_entry entry;		/* the one whose line inih has */
	bool   at_header;		/* it is a header, and the line behind it is due */
	const struct ini_file *file;
	struct ini_section    *section;
	struct err *err;
	int    r;
};

int ini_init(struct ini *ini)
{
	*ini = (struct ini){ .arena = arena_new() };
	return ini->arena ? 0 : -ENOMEM;
}

static void free_section(struct ini_section *section)
{
	if (section)
		HASH_CLEAR(hh, section->options);
}

void ini_done(struct ini *ini)
{
	struct ini_section *section, *next;

	HASH_ITER(hh, ini->sections, section, next)
		free_section(section);
	HASH_CLEAR(hh, ini->sections);
	free_section(ini->defaults);
	arena_free(ini->arena);
	*ini = (struct ini){ 0 };
}

/* Would inih give it back unchanged? Those of its signs that mean something here are in `signs`. */
static bool passes(const char *s, size_t n, const char *signs)
{
	if (n == 0 || strcspn(s, signs) < n || s[0] == ' ' || s[n - 1] == ' ')
		return false;
	for (size_t i = 0; i < n; i++)
		if (s[i] < ' ' || s[i] > '~')
			return false;
	return true;
}

/*
 * The text, followed by `end`, at p; or the reference, if the text would not pass through inih
 * unchanged, in less than max bytes. Returns the place behind it. There is one for each line of a
 * file, so this is no printf.
 */
static char *put_part(char *p, const char *s, size_t max, const char *signs, char end)
{
	size_t n = strnlen(s, max);

	if (n == max || !passes(s, n, signs)) {
		s = REFERENCE;
		n = strlen(REFERENCE);
	}
	memcpy(p, s, n);
	p[n] = end;
	return p + n + 1;
}

/*
 * ini_lines_next(), passing over what is neither when that is wanted. Of a file that does not
 * begin with a section, the first line stands for all.
 */
static int next_entry(struct feed *feed)
{
	const struct ini *ini = feed->ini;
	bool told = false;
	int r;

	for (;;) {
		r = ini_lines_next(&feed->lines, &feed->entry, feed->err);
		if (r != -EINVAL || !ini->keep)
			return r;
		if ((!told || feed->lines.in_section) &&
		    ini->keep(ini->keep_arg, r, feed->err) < 0)
			return -ENOMEM;
		told = true;
	}
}

/* inih's fgets: the next entry as a line, and one more line behind each section header. */
static char *feed_line(char *line, int size, void *arg)
{
	struct feed *feed = arg;
	struct ini_entry *e = &feed->entry;
	char *end;

	assert(size > LINE_PART_MAX + 4);
	if (feed->at_header) {
		feed->at_header = false;
		memcpy(line, REFERENCE "=\n", sizeof(REFERENCE "=\n"));
		return line;
	}
	if (feed->r == 0)
		feed->r = next_entry(feed);
	if (feed->r <= 0)
		return NULL;
	feed->r = 0;
	feed->at_header = e->section != NULL;
	if (e->section) {
		*line = '[';
		end = put_part(line + 1, e->section, LINE_PART_MAX, ";#]", ']');
	} else {
		end = put_part(line, e->name, LINE_PART_MAX, ";#[=:", '=');
		*end++ = REFERENCE[0];
	}
	memcpy(end, "\n", 2);
	return line;
}

/*
 * The text that inih has, or the one that it stands for, in the arena, where the entry's is anyway.
 * NULL: no memory.
 */
static const char *own(struct feed *feed, const char *text, const char *of_entry)
{
	if (strcmp(text, REFERENCE) == 0 || strcmp(text, of_entry) == 0)
		return of_entry;
	return arena_strdup(feed->ini->arena, text);
}

static struct ini_section *new_section(struct feed *feed, const char *name)
{
	struct ini_section *section = arena_alloc(feed->ini->arena, sizeof(*section));

	if (!section)
		return NULL;
	*section = (struct ini_section){ .name = name, .file = feed->file,
					 .line = feed->entry.line };
	if (strcmp(name, "DEFAULT") == 0) {
		feed->ini->defaults = section;
		return section;
	}
	HASH_ADD_KEYPTR(hh, feed->ini->sections, section->name, strlen(section->name), section);
	return section->hh.tbl ? section : NULL;
}

static int begin_section(struct feed *feed, const char *text)
{
	const char *name = own(feed, text, feed->entry.section);

	if (!name)
		return -ENOMEM;
	if (strcmp(name, "DEFAULT") == 0)
		feed->section = feed->ini->defaults;
	else
		HASH_FIND_STR(feed->ini->sections, name, feed->section);
	if (feed->section && !feed->section->again_file) {
		feed->section->again_file = feed->file;
		feed->section->again_line = feed->entry.line;
	}
	if (!feed->section)
		feed->section = new_section(feed, name);
	return feed->section ? 0 : -ENOMEM;
}

static int set_option(struct feed *feed, const char *name_text, const char *value_text)
{
	const char *name = own(feed, name_text, feed->entry.name);
	const char *value = own(feed, value_text, feed->entry.value);
	struct ini_option *option;
	unsigned hash;
	size_t n;

	if (!name || !value)
		return -ENOMEM;
	n = strlen(name);
	HASH_VALUE(name, n, hash);
	HASH_FIND_BYHASHVALUE(hh, feed->section->options, name, n, hash, option);
	if (!option) {
		option = arena_alloc(feed->ini->arena, sizeof(*option));
		if (!option)
			return -ENOMEM;
		option->name = name;
		HASH_ADD_KEYPTR_BYHASHVALUE(hh, feed->section->options, option->name, n, hash,
					    option);
		if (!option->hh.tbl)
			return -ENOMEM;
	}
	option->again_file = option->file;
	option->again_line = option->line;
	option->value = value;
	option->file = feed->file;
	option->line = feed->entry.line;
	option->cut = feed->entry.cut;
	option->cut_tight = feed->entry.cut_tight;
	return 0;
}

static int on_line(void *arg, const char *section, const char *name, const char *value)
{
	struct feed *feed = arg;

	if (feed->r < 0)
		return 0;
	if (feed->entry.section)
		feed->r = begin_section(feed, section);
	else
		feed->r = set_option(feed, name, value);
	return feed->r == 0;
}

/* As for Supervisor, a file is UTF-8; in C a NUL would end it, too. NULL when it is all right. */
static const char *find_no_text(const char *text, size_t n, const char **ret_why)
{
	size_t length;

	for (const char *c = text; c < text + n; c += length) {
		length = *c > 0 ? 1 : utf8_len(c, (size_t)(text + n - c));
		if (length == 0 || *c == '\0') {
			*ret_why = *c ? "a byte that is not UTF-8" : "a NUL byte";
			return c;
		}
	}
	return NULL;
}

static int refuse_bytes(const char *path, const char *text, const char *at, const char *why,
			struct err *err)
{
	int line = 1;

	for (const char *c = text; c < at; c++)
		line += *c == '\n' || (*c == '\r' && c[1] != '\n');
	return err_set(err, -EINVAL, "%s:%d: %s: this is no text file", path, line, why);
}

static const struct ini_file *new_file(struct ini *ini, const char *path, struct err *err)
{
	struct ini_file *file = arena_alloc(ini->arena, sizeof(*file));
	_cleanup_(free_str) char *full = NULL, *dir = NULL;

	if (path_normalise(path, &full, err) < 0)
		return NULL;
	dir = path_dirname(full);
	if (file && dir) {
		file->path = arena_strdup(ini->arena, path);
		file->dir = arena_strdup(ini->arena, dir);
	}
	if (file && file->path && file->dir) {
		if (ini->last_file)
			ini->last_file->next = file;
		else
			ini->files = file;
		ini->last_file = file;
		return file;
	}
	err_set(err, -ENOMEM, "%s: %s", path, strerror(ENOMEM));
	return NULL;
}

/* text is in the arena, with room for a NUL behind it. */
static int parse(struct ini *ini, const char *path, char *text, size_t n, struct err *err)
{
	struct feed feed = { .ini = ini, .err = err };
	const char *why, *bad = find_no_text(text, n, &why);

	feed.file = new_file(ini, path, err);
	if (!feed.file)
		return err ? err->code : -ENOMEM;
	if (bad)
		return refuse_bytes(path, text, bad, why, err);
	ini_lines_init(&feed.lines, feed.file->path, text, n);
	if (ini_parse_stream(feed_line, &feed, on_line, &feed) != 0 && feed.r == 0)
		feed.r = -EINVAL;
	if (feed.r == -ENOMEM)
		err_set(err, feed.r, "%s: %s", path, strerror(ENOMEM));
	return feed.r;
}

int ini_read_text(struct ini *ini, const char *path, const char *text, size_t n, struct err *err)
{
	char *copy = arena_alloc(ini->arena, n + 1);

	if (!copy)
		return err_set(err, -ENOMEM, "%s: %s", path, strerror(ENOMEM));
	memcpy(copy, text, n);
	return parse(ini, path, copy, n, err);
}

static int read_all(int fd, struct strbuf *sb)
{
	ssize_t n;

	do {
		if (sb->len > INI_FILE_MAX)
			return -EFBIG;
		if (!strbuf_reserve(sb, 65536))
			return -ENOMEM;
		n = read(fd, sb->s + sb->len, 65536);
		if (n > 0)
			sb->len += (size_t)n;
	} while (n > 0 || (n < 0 && errno == EINTR));
	return n < 0 ? -errno : 0;
}

int ini_read_file(struct ini *ini, const char *path, struct err *err)
{
	_cleanup_(close_fd) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	struct strbuf sb = { 0 };
	int r;

	if (fd < 0 && errno == ENOENT)
		return err_set(err, -ENOENT, "could not find config file %s", path);
	if (fd < 0)
		return err_set(err, -errno, "could not read config file %s: %s", path,
			       strerror(errno));
	r = read_all(fd, &sb);
	if (r == -EFBIG)
		err_set(err, r, "could not read config file %s: it is larger than %d MB", path,
			INI_FILE_MAX >> 20);
	else if (r < 0)
		err_set(err, r, "could not read config file %s: %s", path, strerror(-r));
	else
		r = ini_read_text(ini, path, sb.s ? sb.s : "", sb.len, err);
	strbuf_done(&sb);
	return r;
}

struct ini_section *ini_find_section(const struct ini *ini, const char *name)
{
	struct ini_section *section;

	HASH_FIND_STR(ini->sections, name, section);
	return section;
}

const struct ini_option *ini_find_option(const struct ini *ini, const struct ini_section *section,
					 const char *name)
{
	struct ini_option *option = NULL;

	if (section)
		HASH_FIND_STR(section->options, name, option);
	if (!option && ini->defaults)
		HASH_FIND_STR(ini->defaults->options, name, option);
	return option;
}
