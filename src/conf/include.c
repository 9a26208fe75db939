/*
 * include.c - the section [include]. As in Supervisor only the main file can include others, and
 * a file that matches but cannot be opened does not matter, though we say so.
 */
#include "conf/include.h"

#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "conf/drafts.h"
#include "conf/load.h"
#include "conf/values.h"

/* A file is known by what it is: patterns may overlap, and links may lead to the main file. */
struct seen {
	struct { dev_t dev; ino_t ino; } key;
	UT_hash_handle hh;
};

struct includer {
	struct load *ld;
	struct seen *seen;	/* hash; its rows are in ini.arena */
	struct err *err;
};

/* 1 when it was not seen before, 0 when it was, or -ENOMEM. */
static int see(struct includer *in, const char *path)
{
	struct seen *seen = arena_alloc(in->ld->ini.arena, sizeof(*seen)), *known;
	struct stat st;

	if (!seen)
		return -ENOMEM;
	if (stat(path, &st) < 0)
		return 1;		/* the reader will say why */
	seen->key.dev = st.st_dev;
	seen->key.ino = st.st_ino;
	HASH_FIND(hh, in->seen, &seen->key, sizeof(seen->key), known);
	if (known)
		return 0;
	HASH_ADD(hh, in->seen, key, sizeof(seen->key), seen);
	return seen->hh.tbl ? 1 : -ENOMEM;
}

static int include_file(struct includer *in, const char *path)
{
	struct arena *arena = in->ld->config->arena;
	struct err why = { 0 };
	int r = see(in, path);

	if (r == 0)
		return 0;
	if (r < 0 || !note_add(in->ld, LEVEL_INFO, arena_printf(arena,
				"Included extra file \"%s\" during parsing", path)))
		return no_memory(in->err);
	r = ini_read_file(&in->ld->ini, path, &why);
	if (r == -ENOENT || r == -EACCES || r == -EISDIR)
		r = note_add(in->ld, LEVEL_WARN, arena_strdup(arena, why.text)) ? 0 : -ENOMEM;
	else if (r < 0)
		return load_keep(in->ld, err_set(in->err, r, "%s", why.text), in->err);
	return r < 0 ? no_memory(in->err) : 0;
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Supervisor warns of an empty conf.d, too; that is no mistake that a check should find. */
static int note_nothing(struct load *ld, const char *pattern)
{
	enum log_level level = ld->check && strpbrk(pattern, "*?[") ? LEVEL_INFO : LEVEL_WARN;

	return note_add(ld, level, arena_printf(ld->config->arena,
			"No file matches via include \"%s\"", pattern)) ? 0 : -ENOMEM;
}

static int include_pattern(struct includer *in, const char *pattern)
{
	glob_t found = { 0 };
	int r = glob(pattern, GLOB_NOSORT | GLOB_NOESCAPE, NULL, &found);

	if (r == GLOB_NOSPACE)
		return no_memory(in->err);
	if (r != 0 || found.gl_pathc == 0) {
		globfree(&found);
		return note_nothing(in->ld, pattern) < 0 ? no_memory(in->err) : 0;
	}
	qsort(found.gl_pathv, found.gl_pathc, sizeof(*found.gl_pathv), by_bytes);
	for (size_t i = 0; i < found.gl_pathc && r == 0; i++)
		r = include_file(in, found.gl_pathv[i]);
	globfree(&found);
	return r;
}

/* The patterns, between blanks, from the directory of the main file. */
static int include_all(struct includer *in, const char *files)
{
	static const char blanks[] = " \t\r\n\v\f";
	int r = 0;

	for (files += strspn(files, blanks); *files && r == 0; files += strspn(files, blanks)) {
		size_t n = strcspn(files, blanks);
		const char *here = *files == '/' ? "" : in->ld->config->here;
		const char *slash = here[0] && here[1] ? "/" : "";	/* "/" ends with one */
		const char *pattern = arena_printf(in->ld->ini.arena, "%s%s%.*s", here, slash,
						   (int)n, files);

		if (!pattern)
			return no_memory(in->err);
		r = include_pattern(in, pattern);
		files += n;
	}
	return r;
}

/* An [include] that came with an included file: its options replace those of the main one. */
static int note_nested(struct load *ld, const char *files)
{
	const struct ini_section *section = ini_find_section(&ld->ini, "include");
	const struct ini_option *option = ini_find_option(&ld->ini, section, "files");

	if (!option || option->value == files)
		return 0;
	return note_add(ld, LEVEL_WARN, arena_printf(ld->config->arena,
			"%s:%d: [include] files=%s: only the main file can include others",
			option->file->path, option->line, option->value)) ? 0 : -ENOMEM;
}

int include_read(struct load *ld, struct err *err)
{
	const struct ini_section *section = ini_find_section(&ld->ini, "include");
	struct includer in = { .ld = ld, .err = err };
	struct include_draft draft = { 0 };
	const char *raw;
	struct values v;
	int r;

	if (!section)
		return 0;
	if (values_read(ld, section, SECTION_INCLUDE, &v) < 0)
		return no_memory(err);
	if (!v.set[OPT_INCLUDE_files])
		return section_error(section, -EINVAL, err,
				     ".ini file has [include] section, but no files setting");
	raw = v.set[OPT_INCLUDE_files]->value;
	r = values_set_all(ld, &v, &ld->file, &draft, err);
	if (r < 0)
		return r;
	r = see(&in, ld->config->path) < 0 ? no_memory(err) : include_all(&in, draft.files);
	if (r == 0 && note_nested(ld, raw) < 0)
		r = no_memory(err);
	HASH_CLEAR(hh, in.seen);
	return r;
}
