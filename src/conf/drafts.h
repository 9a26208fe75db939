/* drafts.h - what sections are read into, where that is more than a struct of the snapshot */
#ifndef SVD_CONF_DRAFTS_H
#define SVD_CONF_DRAFTS_H

#include "conf/config.h"

/* [program:x] before its processes are made of it. */
struct program_draft {
	struct program_config config;	/* what they have in common */
	int numprocs, numprocs_start;
};

/* What an [fcgi-program:x] has more than a program. */
struct socket_draft {
	struct socket_config config;
	const char *socket;		/* a URL */
};

/* What an [eventlistener:x] has more than a program. */
struct pool_draft {
	struct pool_config config;
	const char *events;		/* names, with commas */
};

/* [eventexec:x], [webhook:x] */
struct hook_draft {
	struct hook_config config;
	const char *events;		/* names, with commas */
	const char *programs;		/* globs, with commas */
};

/* [group:x] */
struct group_draft {
	const char *programs;	/* names, with commas */
	int priority;
};

/* [include] */
struct include_draft {
	const char *files;	/* patterns, with blanks */
};

/* [svd:access] */
struct access_draft {
	const char *read, *operate, *admin;	/* "WHO GLOB...", with commas */
	const char *logins;			/* "name:password", with commas */
};

/* [supervisorctl] */
struct client_draft {
	const char *serverurl;
	const char *username, *password;
	const char *prompt;
	const char *history_file;
};

#endif
