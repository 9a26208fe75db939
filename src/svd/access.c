/*
 * access.c - whom the rules of [svd:access] mean. Nothing is looked up here: names of users and
 * groups became numbers when the file was read, and svd-httpd has who calls from the kernel.
 */
#include "svd/access.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/nameglob.h"
#include "base/repr.h"
#include "base/strbuf.h"

/* --- who --- */

static int read_gids(const json_t *list, struct who *who)
{
	size_t n = json_array_size(list);

	who->gids = calloc(n + 1, sizeof(*who->gids));
	if (!who->gids)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		who->gids[i] = (gid_t)json_integer_value(json_array_get(list, i));
	who->n_gids = n;
	return 0;
}

static int read_text(const json_t *text, char **field)
{
	if (!json_is_string(text))
		return 0;
	*field = strdup(json_string_value(text));
	return *field ? 0 : -ENOMEM;
}

int who_read(const json_t *head, struct who *ret_who)
{
	const json_t *uid = json_object_get(head, "uid");
	struct who who = { .local = json_is_integer(uid) };

	if (who.local) {
		who.uid = (uid_t)json_integer_value(uid);
		who.pid = (pid_t)json_integer_value(json_object_get(head, "pid"));
	}
	*ret_who = (struct who){ 0 };
	if ((who.local && read_gids(json_object_get(head, "gids"), &who) < 0) ||
	    read_text(json_object_get(head, "user"), &who.user) < 0 ||
	    read_text(json_object_get(head, "from"), &who.from) < 0) {
		who_done(&who);
		return -ENOMEM;
	}
	*ret_who = who;
	return 0;
}

void who_done(struct who *who)
{
	free(who->gids);
	free(who->user);
	free(who->from);
	*who = (struct who){ 0 };
}

void who_describe(const struct who *who, struct strbuf *sb)
{
	if (who->user) {
		strbuf_adds(sb, "user ");
		repr_add_word(sb, who->user);
		strbuf_adds(sb, who->local ? ", " : who->from ? " from " : "");
	}
	if (who->local)
		strbuf_addf(sb, "uid %u (pid %d)", (unsigned)who->uid, (int)who->pid);
	else if (who->from)
		repr_add_word(sb, who->from);
	else if (!who->user)
		strbuf_adds(sb, "somebody unknown");
}

/* --- what they may --- */

const char *role_name(enum role role)
{
	static const char *const names[] = {
		[ROLE_NONE] = "none", [ROLE_READ] = "read", [ROLE_OPERATE] = "operate",
		[ROLE_ADMIN] = "admin",
	};

	return names[role];
}

static bool has_group(const struct who *who, gid_t gid)
{
	for (size_t i = 0; i < who->n_gids; i++)
		if (who->gids[i] == gid)
			return true;
	return false;
}

static bool means(const struct access_rule *rule, const struct who *who)
{
	switch (rule->kind) {
	case ACCESS_ALL:	return true;
	case ACCESS_USER:	return who->local && who->uid == rule->uid;
	case ACCESS_GROUP:	return who->local && has_group(who, rule->gid);
	case ACCESS_LOGIN:	return who->user && strcmp(who->user, rule->name) == 0;
	}
	return false;
}

static bool glob_covers(const char *glob, const char *group, const char *process)
{
	if (!group)
		return strcmp(glob, "*") == 0 || strcmp(glob, "*:*") == 0;
	return nameglob_matches(glob, strlen(glob), group, process);
}

static bool covers(const struct access_rule *rule, const char *group, const char *process)
{
	if (rule->n_globs == 0)
		return true;
	for (size_t i = 0; i < rule->n_globs; i++)
		if (glob_covers(rule->globs[i], group, process))
			return true;
	return false;
}

/* Who could read svd's memory or replace its files needs no permission of ours. */
static bool is_master(const struct who *who)
{
	return who->local && (who->uid == 0 || who->uid == geteuid());
}

bool access_allows(const struct config *config, const struct who *who, enum role role,
		   const char *group, const char *process)
{
	const struct access_config *access = &config->access;

	if (!access->has_rules || role == ROLE_NONE || is_master(who))
		return true;
	for (size_t i = 0; i < access->n_rules; i++)
		if (access->rules[i].role >= role && means(&access->rules[i], who) &&
		    covers(&access->rules[i], group, process))
			return true;
	return false;
}

bool access_allows_some(const struct config *config, const struct who *who, enum role role)
{
	const struct access_config *access = &config->access;

	if (!access->has_rules || role == ROLE_NONE || is_master(who))
		return true;
	for (size_t i = 0; i < access->n_rules; i++)
		if (access->rules[i].role >= role && means(&access->rules[i], who))
			return true;
	return false;
}
