/* users.h - users and groups of the system, looked up once per snapshot */
#ifndef SVD_CONF_USERS_H
#define SVD_CONF_USERS_H

#include <sys/types.h>

#include "base/err.h"
#include "base/macro.h"

struct load;
struct user_config;

/*
 * The user with that name or number, with all groups, in the snapshot. -EINVAL with "Invalid user
 * name x" or "Invalid user id 1" when there is none.
 */
must_check int user_find(struct load *ld, const char *name, const struct user_config **ret_user,
			 struct err *err);

/* The group with that name or number; -EINVAL when there is none. */
must_check int group_lookup(const char *name, gid_t *ret_gid);

/*
 * "user" or "user:group"; without a group *ret_gid stays. -EINVAL, and err is as it was, when there
 * is no such user or group.
 */
must_check int owner_find(struct load *ld, const char *text, uid_t *ret_uid, gid_t *ret_gid,
			  struct err *err);

#endif
