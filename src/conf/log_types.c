/*
 * log_types.c - values that are about log files and what becomes of their lines. Supervisor has
 * none of them, so the words for what is wrong are ours: they say what would be right.
 */
#include "conf/log_types.h"

#include <errno.h>
#include <string.h>
#include <strings.h>
#include <syslog.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/units.h"
#include "conf/load.h"
#include "conf/users.h"
#include "conf/words.h"

/* --- words --- */

int log_set_rotate(struct load *ld, const char *text, void *field, struct err *err)
{
	int word, r = words_find(text, log_rotate_words, ROTATE_N, &word, err);

	(void)ld;
	if (r == 0)
		*(enum log_rotate *)field = (enum log_rotate)word;
	return r;
}

int log_set_compress(struct load *ld, const char *text, void *field, struct err *err)
{
	int word, r = words_find(text, log_compress_words, COMPRESS_N, &word, err);

	(void)ld;
	if (r == 0)
		*(enum log_compress *)field = (enum log_compress)word;
	return r;
}

int log_set_format(struct load *ld, const char *text, void *field, struct err *err)
{
	int word, r = words_find(text, log_format_words, FORMAT_N, &word, err);

	(void)ld;
	if (r == 0)
		*(enum log_format *)field = (enum log_format)word;
	return r;
}

static const char *const facility_names[] = {
	"user", "daemon", "local0", "local1", "local2", "local3", "local4", "local5", "local6",
	"local7", "auth", "authpriv", "cron", "ftp", "lpr", "mail", "news", "uucp",
};
static const int facilities[] = {
	LOG_USER, LOG_DAEMON, LOG_LOCAL0, LOG_LOCAL1, LOG_LOCAL2, LOG_LOCAL3, LOG_LOCAL4,
	LOG_LOCAL5, LOG_LOCAL6, LOG_LOCAL7, LOG_AUTH, LOG_AUTHPRIV, LOG_CRON, LOG_FTP, LOG_LPR,
	LOG_MAIL, LOG_NEWS, LOG_UUCP,
};
_Static_assert(ARRAY_LEN(facilities) == ARRAY_LEN(facility_names), "a facility has no name");

int log_set_facility(struct load *ld, const char *text, void *field, struct err *err)
{
	int i, r = words_find(text, facility_names, ARRAY_LEN(facility_names), &i, err);

	(void)ld;
	if (r == 0)
		*(int *)field = facilities[i];
	return r;
}

/* --- the file --- */

int log_set_mode(struct load *ld, const char *text, void *field, struct err *err)
{
	unsigned bits;

	(void)ld;
	if (strcasecmp(text, "default") == 0) {
		*(int *)field = -1;
		return 0;
	}
	if (unit_octal(text, &bits) < 0 || bits > 0777)
		return err_set(err, -EINVAL, "not permissions like 0640, nor \"default\"");
	*(int *)field = (int)bits;
	return 0;
}

/* Is the daemon, as the user that it will be, in that group? (gid_t)-1: no group is asked for. */
static bool is_in_group(const struct user_config *user, gid_t gid)
{
	if (gid == (gid_t)-1)
		return true;
	if (!user)
		return gid == getegid() || group_member(gid);
	for (size_t i = 0; i < user->n_groups; i++)
		if (user->groups[i] == gid)
			return true;
	return false;
}

int log_set_owner(struct load *ld, const char *text, void *field, struct err *err)
{
	struct logfile_config *log = container_of(field, struct logfile_config, uid);
	const struct user_config *user = ld->config->user;
	uid_t daemon = user ? user->uid : geteuid(), uid = (uid_t)-1;
	gid_t gid = (gid_t)-1;
	int r = *text ? owner_find(ld, text, &uid, &gid, err) : 0;

	if (r == -EINVAL)
		return err_set(err, r, "there is no such user, or no such group");
	if (r < 0)
		return r;
	if (*text && daemon != 0 && (uid != daemon || !is_in_group(user, gid)))
		return err_set(err, -EPERM, "only a daemon that is root can give files away");
	log->uid = uid;
	log->gid = gid;
	return 0;
}

/* --- the way to a syslog server --- */

static const struct server_kind_info {
	const char *scheme;
	int port;		/* where such servers are */
} server_kinds[] = { { "udp://", 514 }, { "tcp://", 601 } };

static const struct server_kind_info *kind_of(const char *text)
{
	for (size_t i = 0; i < ARRAY_LEN(server_kinds); i++)
		if (strncmp(text, server_kinds[i].scheme, strlen(server_kinds[i].scheme)) == 0)
			return &server_kinds[i];
	return NULL;
}

/* Bytes of "name", "1.2.3.4" or "[1::2]" at the begin of text; 0: there is no host. */
static size_t host_length(const char *text)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789.-_";
	size_t n;

	if (*text != '[')
		return strspn(text, letters);
	n = 1 + strspn(text + 1, "0123456789abcdefABCDEF:.");
	return n > 1 && text[n] == ']' ? n + 1 : 0;
}

int log_set_server(struct load *ld, const char *text, void *field, struct err *err)
{
	const struct server_kind_info *kind = kind_of(text);
	const char *host = kind ? text + strlen(kind->scheme) : "";
	size_t n = host_length(host);
	int64_t port = kind ? kind->port : 0;
	const char *url = NULL;

	if (*text) {
		if (n == 0 || (host[n] && (host[n] != ':' ||
					   unit_integer(host + n + 1, 1, 65535, &port) < 0)))
			return err_set(err, -EINVAL, "not like udp://host:514 or tcp://host:601");
		url = arena_printf(ld->config->arena, "%s%.*s:%d", kind->scheme, (int)n, host,
				   (int)port);
		if (!url)
			return no_memory(err);
	}
	*(const char **)field = url;
	return 0;
}
