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

struct note;
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

	struct note    *notes, *notes_last;	/* list, oldest first */
	struct unknown *unknowns;		/* hash by key */
	struct user    *users;			/* list: whom we looked up */
	struct program_draft program;		/* with all defaults */
	bool told[OPTION_N];			/* LATER options that were noted */

	const char *log_dir;			/* the one that was looked at last */
	bool        log_dir_exists, log_dir_writable;
};

/* 0 or -ENOMEM. load_done in any case; it takes the unfinished snapshot with it. */
must_check int load_init(struct load *ld);
void load_done(struct load *ld);

/* Puts the notes into the snapshot and hands it over. */
must_check int load_finish(struct load *ld, struct config **ret_config, struct err *err);

/*
 * A line for the activity log. The text is in the snapshot's arena; when it is NULL, or there is
 * no memory for the note, so is the result.
 */
must_check struct config_note *note_add(struct load *ld, enum log_level level, const char *text);

/* -ENOMEM with its text. */
int no_memory(struct err *err);

#endif
