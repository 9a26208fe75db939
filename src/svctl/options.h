/* options.h - the command line and the configuration file, put together */
#ifndef SVD_SVCTL_OPTIONS_H
#define SVD_SVCTL_OPTIONS_H

#include <stdbool.h>

#include "base/macro.h"
#include "conf/config.h"

struct options {
	struct client_config config;		/* owned */
	const char *serverurl;			/* these outrank the file's; borrowed from argv */
	const char *username, *password;	/* or config; NULL when not set */
	const char *history_file;
	bool  interactive;
	bool  compatible;			/* called by the name of supervisorctl */
	bool  match_group;			/* see struct ctl */
	bool  whole_groups;			/* update as Supervisor does it */
	char *line;				/* owned: the action and its flags; NULL: a shell */
};

/*
 * Reads both. false: the program ends here with *ret_status, and all was said (help, version,
 * wrong usage, bad file). Mirrors supervisor.options.ClientOptions.
 */
bool options_parse(int argc, char **argv, struct options *ret_options, int *ret_status);
void options_done(struct options *opt);

#endif
