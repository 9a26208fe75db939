/* conf_box.h - a directory with configuration files in it, for the tests of conf */
#ifndef SVD_TESTS_CONF_BOX_H
#define SVD_TESTS_CONF_BOX_H

#include "conf/config.h"

extern char box[];		/* the directory */
extern struct config *config;	/* what was loaded last */
extern struct err conf_err;	/* why the last load failed */

/* Fixtures: make the directory and a clean environment; remove all. */
void box_setup(void);
void box_teardown(void);

/* A file in the box; %s in its text stands for the box. The path, until the next call. */
const char *box_write(const char *name, const char *text);

/* supervisord.conf with that text, loaded; ends the test when that fails. */
const struct config *loads(const char *text);

/* The same behind "[supervisord]\n", and its only program. */
const struct program_config *loads_program(const char *text);

/* Loading that text fails with a message that contains `expected`, "FILE" being the file. */
void refuses(const char *text, const char *expected);

/* How many notes of that level contain the text. */
int noted(enum log_level level, const char *text);

/* Is "KEY=value" in the list? */
bool has_pair(const char *const *list, const char *pair);

#endif
