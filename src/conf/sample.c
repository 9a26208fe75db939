/*
 * sample.c - a configuration file to begin with, made of options.def so that it cannot lie about
 * a default. etc/supervisord.conf is what it gives root.
 */
#include "conf/sample.h"

#include <string.h>

#include "base/macro.h"
#include "conf/options.h"

enum { HELP_COLUMN = 35, LINE_MAX_LEN = 96 };

static const struct sample_section {
	enum section_kind kind;
	const char *name;
	bool        is_needed;		/* no comment */
	const char *command;		/* of programs */
} sections[] = {
	{ SECTION_UNIX, "unix_http_server", true, NULL },
	{ SECTION_INET, "inet_http_server", false, NULL },
	{ SECTION_SUPERVISORD, "supervisord", true, NULL },
	{ SECTION_RPCINTERFACE, "rpcinterface:supervisor", true, NULL },
	{ SECTION_CLIENT, "supervisorctl", true, NULL },
	{ SECTION_PROGRAM, "program:web", false, "/usr/bin/python3 /srv/web/server.py" },
	{ SECTION_FCGI, "fcgi-program:app", false, "/usr/bin/php-cgi" },
	{ SECTION_LISTENER, "eventlistener:mail", false, "/usr/local/bin/mail-events" },
	{ SECTION_EXEC, "eventexec:alert", false, "/usr/local/bin/alert" },
	{ SECTION_WEBHOOK, "webhook:chat", false, NULL },
	{ SECTION_GROUP, "group:site", false, NULL },
	{ SECTION_INCLUDE, "include", false, NULL },
	{ SECTION_ACCESS, "svd:access", false, NULL },
	{ SECTION_HEALTH, "svd:health", false, NULL },
};

/* What is needed, and what has no default. A directory's place is for whoever asks. */
#define RUN "\1/"
#define LOG "\2/"
static const struct sample_value {
	const char *text;
	bool        is_needed;
} values[OPTION_N] = {
	[OPT_UNIX_file] = { RUN "svd.sock", true },
	[OPT_UNIX_chown] = { "root:root", false },
	[OPT_INET_port] = { "127.0.0.1:9001", false },
	[OPT_SERVER_username] = { "someone", false },
	[OPT_SERVER_password] = { "{SHA}82ab876d1387bfafe46cc1c8a2ef074eae50cb1d", false },
	[OPT_SERVER_hosts] = { "svd.example.com", false },
	[OPT_SUPERVISORD_logfile] = { LOG "svd.log", true },
	[OPT_SUPERVISORD_pidfile] = { RUN "svd.pid", true },
	[OPT_SUPERVISORD_nodaemon] = { "false", true },
	[OPT_SUPERVISORD_childlogdir] = { "/tmp", false },
	[OPT_SUPERVISORD_user] = { "nobody", false },
	[OPT_SUPERVISORD_directory] = { "/", false },
	[OPT_SUPERVISORD_environment] = { "KEY=\"value\"", false },
	[OPT_RPCINTERFACE_factory] = { "supervisor.rpcinterface:make_main_rpcinterface", true },
	[OPT_CLIENT_serverurl] = { "unix://" RUN "svd.sock", true },
	[OPT_CLIENT_username] = { "someone", false },
	[OPT_CLIENT_password] = { "secret", false },
	[OPT_CLIENT_history_file] = { "~/.svctl_history", false },
	[OPT_PROCESS_user] = { "nobody", false },
	[OPT_PROCESS_stdout_logfile_owner] = { "nobody", false },
	[OPT_PROCESS_stdout_logfile_also] = { "/dev/stdout", false },
	[OPT_PROCESS_stdout_strip_ansi] = { "false", false },
	[OPT_PROCESS_stdout_syslog_tag] = { "web", false },
	[OPT_PROCESS_stdout_syslog_server] = { "udp://127.0.0.1:514", false },
	[OPT_PROCESS_stderr_logfile_owner] = { "nobody", false },
	[OPT_PROCESS_stderr_logfile_also] = { "/dev/stderr", false },
	[OPT_PROCESS_stderr_strip_ansi] = { "false", false },
	[OPT_PROCESS_stderr_syslog_tag] = { "web", false },
	[OPT_PROCESS_stderr_syslog_server] = { "udp://127.0.0.1:514", false },
	[OPT_PROCESS_environment] = { "KEY=\"value\",KEY2=\"value\"", false },
	[OPT_PROCESS_directory] = { "/srv/web", false },
	[OPT_PROCESS_umask] = { "022", false },
	[OPT_FCGI_socket] = { "unix://" RUN "%(program_name)s.sock", false },
	[OPT_FCGI_socket_backlog] = { "128", false },
	[OPT_FCGI_socket_owner] = { "root:root", false },
	[OPT_LISTENER_events] = { "PROCESS_STATE", false },
	[OPT_HOOK_events] = { "PROCESS_STATE_EXITED,PROCESS_STATE_FATAL", false },
	[OPT_HOOK_programs] = { "site:*", false },
	[OPT_WEBHOOK_url] = { "https://hooks.example.com/services/T000/B000/secret", false },
	[OPT_WEBHOOK_headers] = { "\"Authorization: Bearer secret\"", false },
	[OPT_GROUP_programs] = { "web", false },
	[OPT_INCLUDE_files] = { "conf.d/*.conf", false },
	[OPT_ACCESS_read] = { "*", false },
	[OPT_ACCESS_operate] = { "@www-data web*, http:deploy site:*", false },
	[OPT_ACCESS_admin] = { "@adm", false },
	[OPT_ACCESS_logins] = { "deploy:{SHA}82ab876d1387bfafe46cc1c8a2ef074eae50cb1d", false },
	[OPT_HEALTH_programs] = { "site", false },
};

static void add_value(struct strbuf *out, const char *text, bool for_root)
{
	for (; *text; text++) {
		if (*text == RUN[0])
			strbuf_adds(out, for_root ? "/run" : "/tmp");
		else if (*text == LOG[0])
			strbuf_adds(out, for_root ? "/var/log" : "/tmp");
		else
			strbuf_addc(out, *text);
	}
}

/* The help stands behind the value, or before the line where that is too long. */
static void add_option(struct strbuf *out, const struct sample_section *s, enum option_id id,
		       bool for_root)
{
	const struct option_info *info = &option_table[id];
	const char *text = values[id].text ? values[id].text : info->fallback;
	struct strbuf line = { 0 };

	strbuf_addf(&line, "%s%s=", s->is_needed && values[id].is_needed ? "" : ";", info->name);
	add_value(&line, id == OPT_PROCESS_command ? s->command : text, for_root);
	if (line.oom)
		out->oom = true;
	else if ((line.len < HELP_COLUMN ? HELP_COLUMN : line.len) + strlen(info->help) >
		 LINE_MAX_LEN)
		strbuf_addf(out, "; %s\n%s\n", info->help, line.s);
	else
		strbuf_addf(out, "%-*s ; %s\n", HELP_COLUMN, line.s, info->help);
	strbuf_done(&line);
}

/* The options of programs are shown once. */
static bool is_shown(enum option_id id, enum section_kind kind)
{
	return option_fits(id, kind) &&
	       (kind == SECTION_PROGRAM || option_table[id].family != FAMILY_PROCESS ||
		id == OPT_PROCESS_command);
}

static void add_section(struct strbuf *out, const struct sample_section *s, bool for_root)
{
	strbuf_addf(out, "\n%s[%s]\n", s->is_needed ? "" : ";", s->name);
	for (unsigned id = 0; id < OPTION_N; id++)
		if (is_shown(id, s->kind))
			add_option(out, s, id, for_root);
	if (s->kind == SECTION_FCGI || s->kind == SECTION_LISTENER)
		strbuf_adds(out, "; ... and whatever [program:x] may have\n");
	if (s->kind == SECTION_EXEC)
		strbuf_adds(out, "; ... and of [program:x] directory, user, umask, environment, "
				 "serverurl and the log options\n");
}

void sample_add(struct strbuf *out, bool for_root)
{
	strbuf_adds(out, "; A sample configuration, for svd and for Supervisor. What is behind a "
			 "semicolon is a\n; comment; the values in comments are the defaults, or "
			 "examples where there is no default.\n");
	for (size_t i = 0; i < ARRAY_LEN(sections); i++)
		add_section(out, &sections[i], for_root);
}
