/* ini.h - sections, options and values of configuration files, with their places */
#ifndef SVD_CONF_INI_H
#define SVD_CONF_INI_H

#define HASH_NONFATAL_OOM 1
#include <stdbool.h>
#include <stddef.h>
#include <uthash.h>

#include "base/err.h"
#include "base/macro.h"

struct arena;

enum { INI_FILE_MAX = 64 * 1024 * 1024 };	/* bytes; a larger file is a mistake */

struct ini_file {
	const char *path;
	const char *dir;	/* what %(here)s means in this file */
	const struct ini_file *next;	/* that was read behind it */
};

struct ini_option {
	const char *name;	/* in lower case */
	const char *value;
	const struct ini_file *file;
	int line;
	char cut;		/* see struct ini_entry */
	bool cut_tight;
	const struct ini_file *again_file;	/* where it was set before; NULL: nowhere */
	int again_line;
	UT_hash_handle hh;
};

struct ini_section {
	const char *name;
	const struct ini_file *file;	/* where its first header is */
	int line;
	const struct ini_file *again_file;	/* where it is a second time; NULL: nowhere */
	int again_line;
	struct ini_option *options;	/* hash by name, in the order of their first lines */
	const char *taken_by;		/* NULL; for the user of the ini to mark it */
	UT_hash_handle hh;
};

/*
 * What was read from one or more files. Sections of one name are one section, the last value of an
 * option is its value. All lives in the arena, until ini_free.
 */
struct ini {
	struct arena       *arena;	/* owned */
	struct ini_section *sections;	/* hash by name, in the order of their first headers */
	struct ini_section *defaults;	/* [DEFAULT], not among the sections; NULL: there is none */
	struct ini_file    *files, *last_file;	/* in the order in which they were read */

	/* When set: is told of lines that are neither, and the reading goes on; -ENOMEM ends it. */
	int (*keep)(void *arg, int r, struct err *err);
	void *keep_arg;
};

/* All zero but for the arena. 0 or -ENOMEM. */
must_check int ini_init(struct ini *ini);
void ini_done(struct ini *ini);

/*
 * Adds a file, or n bytes of text that is to be seen as a file of that path. Returns 0 or -errno,
 * with err naming file, line and reason; after a failure only ini_done is allowed.
 */
must_check int ini_read_file(struct ini *ini, const char *path, struct err *err);
must_check int ini_read_text(struct ini *ini, const char *path, const char *text, size_t n,
			     struct err *err);

/* NULL when there is none. An option that the section lacks is looked for in [DEFAULT]. */
struct ini_section *ini_find_section(const struct ini *ini, const char *name);
const struct ini_option *ini_find_option(const struct ini *ini, const struct ini_section *section,
					 const char *name);

#endif
