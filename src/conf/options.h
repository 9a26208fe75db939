/* options.h - which sections and options there are */
#ifndef SVD_CONF_OPTIONS_H
#define SVD_CONF_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/macro.h"

enum section_kind {
	SECTION_SUPERVISORD, SECTION_UNIX, SECTION_INET, SECTION_CLIENT, SECTION_PROGRAM,
	SECTION_FCGI, SECTION_LISTENER, SECTION_GROUP, SECTION_INCLUDE, SECTION_RPCINTERFACE,
	SECTION_CTLPLUGIN, SECTION_HEALTH, SECTION_ACCESS, SECTION_EXEC, SECTION_WEBHOOK,
	SECTION_KIND_N,
};

/* Options that come together, in one kind of section or in several. */
enum option_family {
	FAMILY_SUPERVISORD, FAMILY_UNIX, FAMILY_INET, FAMILY_SERVER, FAMILY_CLIENT, FAMILY_PROCESS,
	FAMILY_FCGI, FAMILY_LISTENER, FAMILY_GROUP, FAMILY_INCLUDE, FAMILY_RPCINTERFACE,
	FAMILY_CTLPLUGIN, FAMILY_HEALTH, FAMILY_ACCESS, FAMILY_HOOK, FAMILY_EXEC, FAMILY_WEBHOOK,
	FAMILY_N,
};

/* What a value must be, and what becomes of it: see the table in conf/types.c. */
enum option_type {
	TYPE_TEXT, TYPE_BOOL, TYPE_INT, TYPE_COUNT, TYPE_NUMPROCS, TYPE_BYTES, TYPE_OCTAL,
	TYPE_SOCKET_MODE, TYPE_SIGNAL, TYPE_EXITCODES, TYPE_AUTORESTART, TYPE_LEVEL, TYPE_USER,
	TYPE_OWNER, TYPE_ENVIRONMENT, TYPE_ADDRESS, TYPE_CHILD_URL, TYPE_PATH, TYPE_FILE,
	TYPE_MAIN_LOGFILE, TYPE_LOGFILE, TYPE_DIRECTORY, TYPE_EXISTING_DIRECTORY,
	TYPE_LOG_DIRECTORY, TYPE_SOCKET, TYPE_SERVER_URL, TYPE_FCGI_OWNER, TYPE_FCGI_MODE,
	TYPE_BACKLOG, TYPE_MINIMUM, TYPE_DURATION, TYPE_LOG_ROTATE, TYPE_LOG_COMPRESS,
	TYPE_LOG_FORMAT, TYPE_LOG_MODE, TYPE_LOG_OWNER, TYPE_LOG_PATHS, TYPE_LINE_BYTES,
	TYPE_FACILITY, TYPE_SYSLOG_SERVER, TYPE_URL, TYPE_HEADERS, TYPE_WEBHOOK_FORMAT, TYPE_N,
};

enum { EACH = 1, SECRET = 2, LIVE = 4, KEPT = 8 };

#define NOWHERE ((size_t)-1)

#define OPTION_ROW(family, id, ...) OPT_##family##_##id,
enum option_id {
#include "conf/options.def"
	OPTION_N
};

struct option_info {
	enum option_family family;
	const char *name;
	enum option_type type;
	const char *fallback;	/* the default; NULL: not set */
	size_t      place;	/* offset in what the section is read into, or NOWHERE */
	unsigned    flags;	/* EACH, SECRET, LIVE, KEPT */
	const char *help;
};

extern const struct option_info option_table[OPTION_N];

/* The kind of the section with that name; SECTION_KIND_N: not one that we know. */
enum section_kind section_kind(const char *name);

/* The option of that name in such sections; OPTION_N: there is none. */
enum option_id option_find(enum section_kind kind, const char *name);

/* Does the option, or the family, belong into sections of that kind? */
bool family_fits(enum option_family family, enum section_kind kind);
bool option_fits(enum option_id id, enum section_kind kind);

/*
 * What was probably meant: a section's name up to and with its colon, an option's name, one of
 * these words; NULL when nothing is near enough.
 */
const char *section_suggest(const char *name);
const char *option_suggest(enum section_kind kind, const char *name);
const char *word_suggest(const char *word, const char *const *words, size_t n);

#endif
