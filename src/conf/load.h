/* load.h - a snapshot in the making: what all parts of the loader share */
#ifndef SVD_CONF_LOAD_H
#define SVD_CONF_LOAD_H

#include "base/err.h"
#include "base/expand.h"
#include "base/macro.h"
#include "base/strbuf.h"
#include "conf/config.h"
#include "conf/drafts.h"
#include "conf/ini.h"
#include "conf/options.h"

struct check;
struct note;
struct print;
struct user;

enum { VAR_HERE, VAR_HOST, FILE_VARS };		/* in the order of their names */

/* A section or an option that the table does not know: noted once, and counted. */
struct unknown {
	const char *key;
	size_t      again;
	struct config_note *note;
	UT_hash_handle hh;
};

/* A snapshot in the making. What is needed only meanwhile is in ini.arena or on the heap. */
struct load {
	struct config *config;		/* owned until load_finish */
	struct ini     ini;
	struct strbuf  text;		/* the value in hand, expanded */

	/* Names for %(name)s, each scope around the one before. */
	struct expand_scope own;	/* ENV_ of the environment= that was set last */
	struct expand_scope file;	/* here and host_node_name */
	struct expand_scope daemon;	/* ENV_ of [supervisord] environment= */
	struct expand_scope process;	/* ENV_ of our own environment */
	struct expand_var   file_vars[FILE_VARS];

	/* NULL: stop at the first thing that is wrong. Else find them all, see conf/check.h. */
	struct check   *check;
	struct print   *print;			/* NULL: it is not to be printed */
	const struct ini_section *at;		/* the one that was begun last; NULL: none */

	struct note    *notes, *notes_last;	/* list, oldest first */
	struct unknown *unknowns;		/* hash by key */
	struct user    *users;			/* list: whom we looked up */
	struct program_draft program;		/* with all defaults */

	const char *log_dir;			/* the one that was looked at last */
	bool        log_dir_exists, log_dir_writable, log_dir_noted;
};

/* 0 or -ENOMEM. load_done in any case; it takes the unfinished snapshot with it. */
must_check int load_init(struct load *ld);
void load_done(struct load *ld);

/* Reads the file and all that it includes into ld: what config_load() does in between. */
must_check int config_read(struct load *ld, const char *path,
			   const struct config_override_list *overrides, struct err *err);

/* Puts the notes into the snapshot and hands it over. */
must_check int load_finish(struct load *ld, struct config **ret_config, struct err *err);

/*
 * A line for the activity log. The text is in the snapshot's arena; when it is NULL, or there is
 * no memory for the note, so is the result.
 */
must_check struct config_note *note_add(struct load *ld, enum log_level level, const char *text);

/*
 * r and err, as somebody returned them. When all that is wrong is to be found, the error becomes a
 * note and the result is 0: the loader goes on as if it had not met the value, or the section.
 */
must_check int load_keep(struct load *ld, int r, struct err *err);

/* Calls tell for each note, until it fails. Returns what tell did. */
must_check int load_each_note(const struct load *ld,
			      int (*tell)(void *arg, const struct config_note *note,
					  const struct ini_section *at),
			      void *arg);

/* -ENOMEM with its text. */
int no_memory(struct err *err);

#endif
