/* access.h - who may do what: the rules of [svd:access] */
#ifndef SVD_SVD_ACCESS_H
#define SVD_SVD_ACCESS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/macro.h"
#include "conf/config.h"

struct strbuf;

/* Who asks, as svd-httpd has found out. All zero: nobody. */
struct who {
	bool   local;		/* on a unix socket: uid, gids and pid are known */
	uid_t  uid;
	pid_t  pid;
	gid_t *gids;		/* owned; the primary one first */
	size_t n_gids;
	char  *user;		/* owned; who logged in over HTTP; NULL: nobody did */
	char  *from;		/* owned; the address that the call came from; NULL: local */
};

/* From the members of a `call` frame. 0, or -ENOMEM with ret_who all zero. */
must_check int who_read(const json_t *head, struct who *ret_who);
void who_done(struct who *who);

/*
 * For the activity log: "uid 1000 (pid 4711)", "user deploy from 10.0.0.7". Nothing in it can look
 * like another line of a log.
 */
void who_describe(const struct who *who, struct strbuf *sb);

/* "read", "operate", "admin". */
const char *role_name(enum role role);

/*
 * Has who at least this role for a process? process NULL: for all of the group; group NULL: for
 * everything there is. Whether there are such is not asked. Give the newest configuration: its
 * rules count. root and the user that svd runs as may do all, on a unix socket.
 */
bool access_allows(const struct config *config, const struct who *who, enum role role,
		   const char *group, const char *process);

/* ... for at least one group or process? */
bool access_allows_some(const struct config *config, const struct who *who, enum role role);

#endif
