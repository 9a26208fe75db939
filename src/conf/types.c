/*
 * types.c - what the text of a value means, one small function for each type of option. Where
 * Supervisor has words for a value that is wrong, they are used, since people search for them.
 */
#include "conf/types.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/fd.h"
#include "base/repr.h"
#include "base/signame.h"
#include "base/units.h"
#include "conf/environment.h"
#include "conf/load.h"
#include "conf/log_types.h"
#include "conf/paths.h"
#include "conf/users.h"
#include "conf/webhook.h"

enum { NUMPROCS_MAX = 65536 };

/* The text between the two others, quoted as in Python. */
static int refuse(struct err *err, const char *before, const char *text, const char *after)
{
	struct strbuf quoted = { 0 };

	repr_add(&quoted, text);
	err_set(err, -EINVAL, "%s%s%s", before, quoted.oom ? text : strbuf_str(&quoted), after);
	strbuf_done(&quoted);
	return -EINVAL;
}

static int set_text(struct load *ld, const char *text, void *field, struct err *err)
{
	const char *copy = arena_strdup(ld->config->arena, text);

	if (!copy)
		return no_memory(err);
	*(const char **)field = copy;
	return 0;
}

static int set_bool(struct load *ld, const char *text, void *field, struct err *err)
{
	(void)ld;
	if (unit_bool(text, field) < 0)
		return refuse(err, "not a valid boolean value: ", text, "");
	return 0;
}

static int whole_number(const char *text, int64_t min, int64_t max, int *ret_number,
			struct err *err)
{
	int64_t number;
	int r = unit_integer(text, min, max, &number);

	if (r == -ERANGE)
		return err_set(err, -EINVAL, "out of range");
	if (r < 0)
		return err_set(err, -EINVAL, "not a whole number");
	*ret_number = (int)number;
	return 0;
}

static int set_int(struct load *ld, const char *text, void *field, struct err *err)
{
	(void)ld;
	return whole_number(text, INT_MIN, INT_MAX, field, err);
}

/* Supervisor takes numbers below zero for these, and then does what it does for zero. */
static int set_count(struct load *ld, const char *text, void *field, struct err *err)
{
	int *count = field, r;

	(void)ld;
	r = whole_number(text, INT_MIN, INT_MAX, count, err);
	if (r == 0 && *count < 0)
		*count = 0;
	return r;
}

static int set_numprocs(struct load *ld, const char *text, void *field, struct err *err)
{
	int *count = field, r = set_count(ld, text, count, err);

	if (r == 0 && *count > NUMPROCS_MAX)
		return err_set(err, -EINVAL, "more than %d processes of one program", NUMPROCS_MAX);
	return r;
}

static int set_bytes(struct load *ld, const char *text, void *field, struct err *err)
{
	int64_t *bytes = field;
	int r = unit_bytes(text, bytes);

	(void)ld;
	if (r == -ERANGE)
		return err_set(err, -EINVAL, "out of range");
	if (r < 0)
		return err_set(err, -EINVAL, "not a number of bytes, like 1048576, 512KB or 50MB");
	if (*bytes < 0)
		*bytes = 0;
	return 0;
}

/* A line is put together in memory. */
static int set_line_bytes(struct load *ld, const char *text, void *field, struct err *err)
{
	int64_t *bytes = field;
	int r = set_bytes(ld, text, bytes, err);

	if (r == 0 && (*bytes < LOG_LINE_MIN || *bytes > LOG_LINE_MAX))
		return err_set(err, -EINVAL, "not from %d bytes to %dMB", LOG_LINE_MIN,
			       LOG_LINE_MAX >> 20);
	return r;
}

static int set_duration(struct load *ld, const char *text, void *field, struct err *err)
{
	int r = unit_duration(text, field);

	(void)ld;
	if (r == -ERANGE)
		return err_set(err, -EINVAL, "out of range");
	if (r < 0)
		return err_set(err, -EINVAL, "not a duration, like 90, 90s, 15m, 12h, 7d or 4w");
	return 0;
}

static int set_octal(struct load *ld, const char *text, void *field, struct err *err)
{
	unsigned bits;

	(void)ld;
	if (unit_octal(text, &bits) < 0)
		return err_set(err, -EINVAL, "%s can not be converted to an octal type", text);
	*(mode_t *)field = bits;
	return 0;
}

static int set_socket_mode(struct load *ld, const char *text, void *field, struct err *err)
{
	if (set_octal(ld, text, field, NULL) < 0)
		return err_set(err, -EINVAL, "Invalid chmod value %s", text);
	return 0;
}

static int set_fcgi_mode(struct load *ld, const char *text, void *field, struct err *err)
{
	if (set_octal(ld, text, field, NULL) < 0)
		return err_set(err, -EINVAL, "Invalid socket_mode value %s", text);
	return 0;
}

static int set_backlog(struct load *ld, const char *text, void *field, struct err *err)
{
	int *backlog = field, r = set_int(ld, text, backlog, err);

	if (r == 0 && (*backlog < 1 || *backlog > 65535))
		return err_set(err, -EINVAL, "Invalid socket_backlog value %d", *backlog);
	return r;
}

static int set_signal(struct load *ld, const char *text, void *field, struct err *err)
{
	int signo = signal_number(text);
	int64_t number;

	(void)ld;
	if (signo < 0)
		return refuse(err, "value ", text,
			      unit_integer(text, INT64_MIN, INT64_MAX, &number) == -EINVAL
				      ? " is not a valid signal name"
				      : " is not a valid signal number");
	*(int *)field = signo;
	return 0;
}

/* The codes between the commas of text, which is cut up. */
static int take_exitcodes(char *text, int *codes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int64_t code;

		if (unit_integer(strsep(&text, ","), 0, 255, &code) < 0)
			return -EINVAL;
		codes[i] = (int)code;
	}
	return 0;
}

/* Fills exitcodes and n_exitcodes. */
static int set_exitcodes(struct load *ld, const char *text, void *field, struct err *err)
{
	struct program_config *config = field;
	_cleanup_(free_str) char *copy = strdup(text);
	size_t n = *text ? 1 : 0;
	int *codes;

	for (const char *c = text; *c; c++)
		n += *c == ',';
	codes = arena_alloc(ld->config->arena, n * sizeof(*codes));
	if (!copy || !codes)
		return no_memory(err);
	if (take_exitcodes(copy, codes, n) < 0)
		return refuse(err, "not a valid list of exit codes: ", text, "");
	config->exitcodes = codes;
	config->n_exitcodes = n;
	return 0;
}

static int set_autorestart(struct load *ld, const char *text, void *field, struct err *err)
{
	enum autorestart *when = field;
	bool always;

	(void)ld;
	if (strcasecmp(text, "unexpected") == 0)
		*when = AUTORESTART_UNEXPECTED;
	else if (unit_bool(text, &always) == 0)
		*when = always ? AUTORESTART_ALWAYS : AUTORESTART_NEVER;
	else
		return refuse(err, "invalid 'autorestart' value ", text, "");
	return 0;
}

static int set_level(struct load *ld, const char *text, void *field, struct err *err)
{
	enum log_level level = log_level_parse(text);

	(void)ld;
	if (level == LEVEL_N)
		return refuse(err, "bad logging level name ", text, "");
	*(enum log_level *)field = level;
	return 0;
}

static int set_user(struct load *ld, const char *text, void *field, struct err *err)
{
	return user_find(ld, text, field, err);
}

/* Fills uid and gid. */
static int set_owner(struct load *ld, const char *text, void *field, struct err *err)
{
	struct server_config *server = container_of(field, struct server_config, uid);
	int r = owner_find(ld, text, &server->uid, &server->gid, err);

	if (r == -EINVAL)
		return err_set(err, r, "Invalid sockchown value %s", text);
	return r;
}

/* Fills uid and gid. */
static int set_fcgi_owner(struct load *ld, const char *text, void *field, struct err *err)
{
	struct socket_config *socket = container_of(field, struct socket_config, uid);
	int r = owner_find(ld, text, &socket->uid, &socket->gid, err);

	if (r == -EINVAL)
		return err_set(err, r, "Invalid socket_owner value %s", text);
	return r;
}

static int set_environment(struct load *ld, const char *text, void *field, struct err *err)
{
	return environment_set(ld, text, field, err);
}

/* host:port, *:port or port. Fills host, which is "" for every address, and port. */
static int set_address(struct load *ld, const char *text, void *field, struct err *err)
{
	struct server_config *server = container_of(field, struct server_config, host);
	const char *colon = strrchr(text, ':');
	size_t n = colon ? (size_t)(colon - text) : 0;
	int64_t port;
	char *host;

	if (unit_integer(colon ? colon + 1 : text, 1, 65535, &port) < 0)
		return refuse(err, "not a valid port number: ", colon ? colon + 1 : text, "");
	if (n > 1 && text[0] == '[' && text[n - 1] == ']') {	/* an IPv6 address */
		text++;
		n -= 2;
	}
	host = arena_strndup(ld->config->arena, text, n);
	if (!host)
		return no_memory(err);
	for (char *c = host; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	server->host = strcmp(host, "*") == 0 ? "" : host;
	server->port = (int)port;
	return 0;
}

/* AUTO is NULL: the daemon knows its servers. */
static int set_child_url(struct load *ld, const char *text, void *field, struct err *err)
{
	*(const char **)field = NULL;
	return strcasecmp(text, "AUTO") == 0 ? 0 : set_text(ld, text, field, err);
}

/* all, N or N%. Fills minimum and is_percent. */
static int set_minimum(struct load *ld, const char *text, void *field, struct err *err)
{
	struct health_config *health = container_of(field, struct health_config, minimum);
	size_t n = strlen(text);
	bool is_percent = n > 0 && text[n - 1] == '%', is_all = strcasecmp(text, "all") == 0;
	_cleanup_(free_str) char *number = strndup(text, n - is_percent);
	int64_t count = 100;

	(void)ld;
	if (!number)
		return no_memory(err);
	if (!is_all && unit_integer(number, 0, is_percent ? 100 : INT_MAX, &count) < 0)
		return err_set(err, -EINVAL, "not all, a number of processes or a percentage");
	health->minimum = (int)count;
	health->is_percent = is_percent || is_all;
	return 0;
}

static int (*const setters[])(struct load *ld, const char *text, void *field, struct err *err) = {
	[TYPE_TEXT] = set_text,
	[TYPE_BOOL] = set_bool,
	[TYPE_INT] = set_int,
	[TYPE_COUNT] = set_count,
	[TYPE_NUMPROCS] = set_numprocs,
	[TYPE_BYTES] = set_bytes,
	[TYPE_OCTAL] = set_octal,
	[TYPE_SOCKET_MODE] = set_socket_mode,
	[TYPE_SIGNAL] = set_signal,
	[TYPE_EXITCODES] = set_exitcodes,
	[TYPE_AUTORESTART] = set_autorestart,
	[TYPE_LEVEL] = set_level,
	[TYPE_USER] = set_user,
	[TYPE_OWNER] = set_owner,
	[TYPE_ENVIRONMENT] = set_environment,
	[TYPE_ADDRESS] = set_address,
	[TYPE_CHILD_URL] = set_child_url,
	[TYPE_PATH] = paths_set_path,
	[TYPE_FILE] = paths_set_file,
	[TYPE_MAIN_LOGFILE] = paths_set_main_logfile,
	[TYPE_LOGFILE] = paths_set_logfile,
	[TYPE_DIRECTORY] = paths_set_directory,
	[TYPE_EXISTING_DIRECTORY] = paths_set_existing_directory,
	[TYPE_LOG_DIRECTORY] = paths_set_log_directory,
	[TYPE_SOCKET] = paths_set_socket,
	[TYPE_SERVER_URL] = paths_set_server_url,
	[TYPE_FCGI_OWNER] = set_fcgi_owner,
	[TYPE_FCGI_MODE] = set_fcgi_mode,
	[TYPE_BACKLOG] = set_backlog,
	[TYPE_MINIMUM] = set_minimum,
	[TYPE_DURATION] = set_duration,
	[TYPE_LOG_ROTATE] = log_set_rotate,
	[TYPE_LOG_COMPRESS] = log_set_compress,
	[TYPE_LOG_FORMAT] = log_set_format,
	[TYPE_LOG_MODE] = log_set_mode,
	[TYPE_LOG_OWNER] = log_set_owner,
	[TYPE_LOG_PATHS] = paths_set_logfiles,
	[TYPE_LINE_BYTES] = set_line_bytes,
	[TYPE_FACILITY] = log_set_facility,
	[TYPE_SYSLOG_SERVER] = log_set_server,
	[TYPE_URL] = webhook_set_url,
	[TYPE_HEADERS] = webhook_set_headers,
	[TYPE_WEBHOOK_FORMAT] = webhook_set_format,
};
_Static_assert(ARRAY_LEN(setters) == TYPE_N, "a type has no setter");

int type_set(struct load *ld, enum option_type type, const char *text, void *field,
	     struct err *err)
{
	return setters[type](ld, text, field, err);
}
