/* config.h - supervisord.conf as an immutable snapshot */
#ifndef SVD_CONF_CONFIG_H
#define SVD_CONF_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/logwords.h"
#include "base/macro.h"

/*
 * One snapshot lives in one arena and never changes: `reread` makes another one. It is counted,
 * since a running group keeps the snapshot that it was made from until `update`. All strings are
 * borrowed from the arena; optional ones are NULL when not set.
 */

enum autorestart { AUTORESTART_NEVER, AUTORESTART_ALWAYS, AUTORESTART_UNEXPECTED };

enum log_level { LEVEL_BLATHER, LEVEL_TRACE, LEVEL_DEBUG, LEVEL_INFO, LEVEL_WARN, LEVEL_ERROR,
		 LEVEL_CRITICAL, LEVEL_N };

/* A log file named "syslog" or "journal" is none: it sets `syslog` or `journal`. */
enum logfile_kind { LOGFILE_NONE, LOGFILE_AUTO, LOGFILE_PATH };

enum channel { CHANNEL_STDOUT, CHANNEL_STDERR, CHANNEL_N };

/* Where one channel of one process goes, and how. */
struct logfile_config {
	enum logfile_kind kind;
	const char *path;		/* LOGFILE_PATH: absolute */
	int64_t     maxbytes;		/* 0: no rotation */
	int         backups;
	int64_t     capture_maxbytes;
	bool        events_enabled;
	bool        syslog;
	/* What Supervisor does not have; the names are those of the options. */
	int         mode;		/* -1: as the umask says, or 0600 of an AUTO log */
	uid_t       uid;		/* -1: whose svd is */
	gid_t       gid;
	bool        mkdir;
	enum log_rotate rotate;
	enum log_compress compress;
	int64_t     maxage;		/* seconds; 0: any */
	int64_t     budget;		/* bytes of the file and its backups; 0: any */
	const char *const *also;	/* absolute paths, NULL at the end; NULL: none */
	bool        strip_ansi;		/* unless set: [supervisord]'s */
	enum log_format format;
	int64_t     line_maxbytes;
	int         line_secs;
	bool        count_lines;
	bool        journal;
	int         syslog_facility;	/* as in <syslog.h>, LOG_USER */
	const char *syslog_tag;		/* NULL: as Supervisor has it */
	const char *syslog_server;	/* "udp://host:port", "tcp://host:port"; NULL: /dev/log */
};

/* Does anybody want this output, besides the log file? */
bool logfile_has_others(const struct logfile_config *log);

/* A user as it was when the file was read; spawning looks nothing up. */
struct user_config {
	const char  *name;	/* as written: a name or a number */
	uid_t        uid;
	gid_t        gid;	/* its primary group */
	const gid_t *groups;	/* primary group first, as Supervisor orders them */
	size_t       n_groups;
};

/* What somebody may do; each includes the ones before it. Without rules everybody is ROLE_ADMIN. */
enum role { ROLE_NONE, ROLE_READ, ROLE_OPERATE, ROLE_ADMIN };

enum access_kind { ACCESS_ALL, ACCESS_USER, ACCESS_GROUP, ACCESS_LOGIN };

/* "WHO GLOB...": who has which role for which programs. */
struct access_rule {
	enum role   role;
	enum access_kind kind;
	uid_t       uid;	/* ACCESS_USER */
	gid_t       gid;	/* ACCESS_GROUP */
	const char *name;	/* ACCESS_LOGIN: as given over HTTP */
	const char *const *globs;	/* see base/nameglob.h */
	size_t      n_globs;	/* 0: everything */
};

/* Somebody who may log in to any server that asks for a password. */
struct login_config {
	const char *name;
	const char *password;	/* in clear, or "{SHA}" and hexadecimal digits */
};

/* [svd:access] */
struct access_config {
	bool has_rules;		/* false: everybody may do all */
	const struct access_rule *rules;
	size_t n_rules;
	const struct login_config *logins;
	size_t n_logins;
};

struct group_config;

/* The socket that the processes of a [fcgi-program:x] share, as their descriptor 0. */
struct socket_config {
	const char *url;	/* as Supervisor writes it: "unix:///path", "tcp://host:port" */
	const char *where;	/* "FILE:LINE: [SECTION] socket=VALUE", for messages */
	const char *path;	/* absolute; NULL: it is TCP */
	mode_t      chmod;
	uid_t       uid;	/* (uid_t)-1: leave */
	gid_t       gid;	/* (gid_t)-1: leave */
	const char *host;	/* NULL: it is a unix socket */
	uint32_t    address;	/* of the host, in network order: spawning looks nothing up */
	int         port;
	int         backlog;	/* 0: as much as the system allows */
};

/* What reads the results of listeners: those of result_handler that we know. */
enum result_handler {
	RESULTS_JUDGE,		/* OK: the event is done */
	RESULTS_PRINT,		/* each is printed, as by supervisor_stdout:event_handler */
	RESULTS_N
};

/* How an [eventlistener:x] gets its events. */
struct pool_config {
	uint64_t    events;	/* bit n: enum event_type n, see conf/events.h */
	int         buffer_size;	/* events */
	const char *result_handler;	/* as it is written, and ... */
	enum result_handler results;	/* ... what comes nearest to it */
	bool        strict;	/* what is not the protocol's ends the understanding */
};

/* One process: numprocs is already unrolled, every expansion done. */
struct program_config {
	const struct group_config *group;
	const char *name;
	unsigned    listed;		/* its place in the group as it is written */
	const char *command;		/* split by shell rules at spawn time, not here */
	const char *directory;
	mode_t      umask;
	bool        has_umask;
	int         priority;
	bool        autostart;
	enum autorestart autorestart;
	int         startsecs;		/* seconds */
	int         startretries;
	const struct user_config *user;
	int         stopsignal;
	int         stopwaitsecs;	/* seconds */
	bool        stopasgroup, killasgroup;
	const int  *exitcodes;
	size_t      n_exitcodes;
	bool        redirect_stderr;
	const char *const *environment;	/* "KEY=value"..., NULL: [supervisord]'s, then its own */
	const char *serverurl;		/* NULL: AUTO */
	struct logfile_config log[CHANNEL_N];
};

enum webhook_format { WEBHOOK_JSON, WEBHOOK_SLACK };

/* [eventexec:x] and [webhook:x]: what is done about an event without a listener. */
struct hook_config {
	uint64_t    events;	/* bit n: enum event_type n */
	const char *const *programs;	/* globs, NULL: whom they are about; see base/nameglob.h */
	size_t      n_programs;	/* 0: all, and events that are about none */
	int         buffer_size;	/* events */
	int         concurrency;	/* deliveries at a time; 1 keeps their order */
	int         max_per_minute;	/* deliveries begun; 0: any number */
	int         coalesce_secs;	/* of one type and process; 0: each on its own */
	int         timeout_secs;	/* of one try; 0: none */
	int         retries;		/* tries after the first */
	int         backoff_secs;	/* before the second try; doubles with each, to an hour */
	struct program_config *exec;	/* the command and how to run it; NULL: a webhook */
	const char *url;		/* http or https; NULL: an eventexec */
	const char *shown;		/* ... of it what may be shown: no path, no password */
	const char *const *headers;	/* "Name: value"..., NULL; NULL: none. Never to be shown */
	enum webhook_format format;
};

enum group_kind { GROUP_PROGRAMS, GROUP_LISTENERS, GROUP_FCGI, GROUP_EXEC, GROUP_WEBHOOK };

struct group_config {
	const char *name;
	enum group_kind kind;
	int         priority;
	/* By priority, then as programs= lists them, then by name: as Supervisor starts them. */
	const struct program_config *programs;
	size_t      n_programs;
	const struct socket_config *socket;	/* GROUP_FCGI; else NULL */
	const struct pool_config *pool;		/* GROUP_LISTENERS; else NULL */
	const struct hook_config *hook;	/* GROUP_EXEC, GROUP_WEBHOOK, without programs; else NULL */
};

enum server_kind { SERVER_UNIX, SERVER_INET };

/* One [unix_http_server] or [inet_http_server]. */
struct server_config {
	enum server_kind kind;
	const char *section;	/* its header, for messages */
	const char *where;	/* "FILE:LINE: [SECTION] file=VALUE" (or port=), for messages */
	const char *path;	/* SERVER_UNIX: absolute */
	mode_t      chmod;
	uid_t       uid;	/* (uid_t)-1: leave */
	gid_t       gid;	/* (gid_t)-1: leave */
	const char *host;	/* SERVER_INET; "" means every address */
	int         port;
	const char *username, *password;	/* both or none */
	const char *hosts;	/* names, with commas; NULL: none */
	bool        allow_unauthenticated;	/* SERVER_INET: others than this machine, without */
};

/* [svd:health]: what /health tells, and whom. */
struct health_config {
	const char *programs;	/* globs, with commas; NULL: all that have autostart */
	int         minimum;	/* how many of them must be well: a number, or ... */
	bool        is_percent;	/* ... so many of a hundred */
	bool        is_public;	/* no login is needed */
};

/* A plug-in of Supervisor that svd does the work of. */
enum plugin_kind { PLUGIN_MAIN, PLUGIN_TWIDDLER, PLUGIN_CACHE, PLUGIN_N };

/* An [rpcinterface:x] of that kind, but PLUGIN_MAIN, which is always there. */
struct plugin_config {
	enum plugin_kind kind;
	const char *name;		/* x, before the dot in the names of its methods */
	const char *const *whitelist;	/* names of methods, then NULL; none: all are allowed */
};

/* Something that the operator should read in the activity log, in the order in which it arose. */
struct config_note {
	enum log_level level;
	const char    *text;
};

struct config {
	unsigned    refs;
	struct arena *arena;	/* owned; all below lives in it, or in that of */
	struct config *base;	/* counted; NULL, but of what extra_load makes */

	const char *path;	/* the file, absolute */
	const char *here;	/* its directory */

	/* [supervisord], after the command line */
	bool        nodaemon, silent, nocleanup, strip_ansi;
	const struct user_config *user;
	mode_t      umask;
	const char *directory;
	const char *logfile;		/* absolute, or "syslog" */
	int64_t     logfile_maxbytes;
	int         logfile_backups;
	enum log_level loglevel;
	const char *pidfile;		/* absolute */
	const char *identifier;
	const char *childlogdir;	/* absolute */
	int         minfds, minprocs;
	const char *const *environment;	/* "KEY=value"..., NULL */

	const char *serverurl;	/* what AUTO means: unix before inet; NULL without a server */

	struct health_config health;
	const struct server_config *servers;
	size_t      n_servers;
	struct access_config access;
	const struct group_config *groups;	/* by priority, then name */
	size_t      n_groups;
	const struct plugin_config *plugins;	/* as in the file */
	size_t      n_plugins;
	const struct config_note *notes;
	size_t      n_notes;
};

/* A flag of the command line that outranks the file's [supervisord] option of that name. */
struct config_override {
	const char *option;	/* "nodaemon", "logfile", ... */
	const char *value;	/* as the file would have it */
	const char *flag;	/* "-l" or "--logfile", for messages */
};

struct config_override_list {
	const struct config_override *list;
	size_t n;
};

/*
 * Finds the file where Supervisor would: beside the program (../etc, ..), the working directory
 * and its etc/, /etc, /etc/supervisor, and last /opt/anaconda2/etc. *ret_path is the caller's to
 * free. Returns 0, or -ENOENT with the paths that were tried.
 */
must_check int config_find(const char *argv0, char **ret_path, struct err *err);

/*
 * Reads the file and all that it includes. On success the caller owns one reference. On failure
 * err says file, line, section, option and value, and nothing has been changed anywhere.
 * Mirrors supervisor.options.ServerOptions.
 */
must_check int config_load(const char *path, const struct config_override_list *overrides,
			   struct config **ret_config, struct err *err);

/* What the process gets as that variable of its environment, or has from us; NULL: nothing. */
const char *program_getenv(const struct program_config *program, const char *name);

struct config *config_ref(struct config *config);
void config_unref(struct config *config);	/* NULL is allowed */

/* "critical", "warn", ...; LEVEL_N when there is no such level. */
enum log_level log_level_parse(const char *name);

/* What svctl reads: the section [supervisorctl]. Strings are owned; optional ones may be NULL. */
/* A [ctlplugin:x]. */
struct client_plugin {
	char *factory;		/* owned; as written */
	bool  match_group;	/* what supervisor-wildcards understands */
};

struct client_config {
	struct client_plugin *plugins;	/* owned; as in the file */
	size_t n_plugins;
	char *serverurl;	/* never NULL */
	char *username, *password;
	char *prompt;
	char *history_file;
};

/*
 * Reads [supervisorctl] only; errors and failing expansions in other sections do not matter.
 * path may be NULL: then all is default. Returns 0 or -errno with err.
 */
must_check int client_config_load(const char *path, struct client_config *ret_client,
				  struct err *err);
void client_config_done(struct client_config *client);

#endif
