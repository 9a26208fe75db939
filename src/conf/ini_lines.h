/* ini_lines.h - the text of a configuration file, entry by entry */
#ifndef SVD_CONF_INI_LINES_H
#define SVD_CONF_INI_LINES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/macro.h"

/*
 * The line rules of Python's RawConfigParser(inline_comment_prefixes=(';', '#'), strict=False):
 * comments, continuation lines, blank lines within values. All strings are parts of the text,
 * which is written to: nothing is copied, so no line can be too long.
 */
struct ini_lines {
	const char *name;	/* of the file, for messages; borrowed */
	char *p, *end;		/* what has not been read yet; borrowed */
	int   line;		/* number of the line before p */
	size_t indent;		/* of the entry that is being read, in characters */
	bool  in_section;
};

struct ini_entry {
	int   line;		/* its first one, counted from 1 */
	char *section;		/* [section], else NULL */
	char *name, *value;	/* name = value; the name in lower case */
	char  cut;		/* the sign of a comment behind a part of the value; '\0': none */
	bool  cut_tight;	/* the comment begins without a blank behind its sign */
};

/* text has n bytes and room for a NUL behind them. */
void ini_lines_init(struct ini_lines *lines, const char *name, char *text, size_t n);

/* Bytes of the line, which has no line end, before its comment and the blanks in front of that. */
size_t ini_line_end(const char *line, size_t n);

/* 1: *ret_entry is the next one; 0: that was all; -EINVAL with err for a line that is neither. */
must_check int ini_lines_next(struct ini_lines *lines, struct ini_entry *ret_entry,
			      struct err *err);

#endif
