/*
 * users.c - users and groups of the system. They are looked up while the file is read, and never
 * again: a directory service that is slow or away must not delay a restart.
 */
#include "conf/users.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <string.h>

#include "base/arena.h"
#include "base/fd.h"
#include "base/units.h"
#include "conf/load.h"

struct user {
	struct user *next;
	const struct user_config *config;
};

/* The primary group first, then those of the group file, in its order: as Supervisor sets them. */
static int find_groups(struct load *ld, const struct passwd *pw, struct user_config *user)
{
	gid_t few[64], *groups;
	int n = ARRAY_LEN(few);
	bool fits = getgrouplist(pw->pw_name, pw->pw_gid, few, &n) >= 0;

	groups = arena_alloc(ld->config->arena, (size_t)n * sizeof(*groups));
	if (!groups)
		return -ENOMEM;
	if (fits)
		memcpy(groups, few, (size_t)n * sizeof(*groups));
	else if (getgrouplist(pw->pw_name, pw->pw_gid, groups, &n) < 0)
		return -EAGAIN;			/* there are more of them than just now */
	user->groups = groups;
	user->n_groups = (size_t)n;
	return 0;
}

static int remember(struct load *ld, const struct user_config *config)
{
	struct user *user = arena_alloc(ld->ini.arena, sizeof(*user));

	if (!user)
		return -ENOMEM;
	*user = (struct user){ .next = ld->users, .config = config };
	ld->users = user;
	return 0;
}

static int look_up(struct load *ld, const char *name, const struct user_config **ret_user,
		   struct err *err)
{
	struct user_config *user = arena_alloc(ld->config->arena, sizeof(*user));
	const char *copy = arena_strdup(ld->config->arena, name);
	struct passwd *pw;
	int64_t number;
	int r = unit_integer(name, INT64_MIN, INT64_MAX, &number);

	if (!user || !copy)
		return no_memory(err);
	if (r == -EINVAL)
		pw = getpwnam(name);
	else
		pw = r == 0 && number == (uid_t)number ? getpwuid((uid_t)number) : NULL;
	if (!pw)
		return err_set(err, -EINVAL, "Invalid user %s %s", r == -EINVAL ? "name" : "id",
			       name);
	*user = (struct user_config){ .name = copy, .uid = pw->pw_uid, .gid = pw->pw_gid };
	r = find_groups(ld, pw, user);
	if (r == -EAGAIN)
		return err_set(err, r, "the groups of user %s are being changed", name);
	if (r < 0 || remember(ld, user) < 0)
		return no_memory(err);
	*ret_user = user;
	return 0;
}

int user_find(struct load *ld, const char *name, const struct user_config **ret_user,
	      struct err *err)
{
	for (const struct user *u = ld->users; u; u = u->next)
		if (strcmp(u->config->name, name) == 0) {
			*ret_user = u->config;
			return 0;
		}
	return look_up(ld, name, ret_user, err);
}

int group_lookup(const char *name, gid_t *ret_gid)
{
	int64_t number;
	int r = unit_integer(name, 0, UINT32_MAX, &number);
	struct group *group = r == -EINVAL ? getgrnam(name)
			      : r == 0	   ? getgrgid((gid_t)number)
					   : NULL;

	if (!group)
		return -EINVAL;
	*ret_gid = group->gr_gid;
	return 0;
}

int owner_find(struct load *ld, const char *text, uid_t *ret_uid, gid_t *ret_gid, struct err *err)
{
	_cleanup_(free_str) char *name = strdup(text);
	const struct user_config *user;
	char *colon = name ? strchr(name, ':') : NULL;
	int r;

	if (!name)
		return no_memory(err);
	if (colon)
		*colon = '\0';
	r = user_find(ld, name, &user, NULL);
	if (r == -ENOMEM)
		return no_memory(err);
	if (r < 0 || (colon && group_lookup(colon + 1, ret_gid) < 0))
		return -EINVAL;
	*ret_uid = user->uid;
	return 0;
}
