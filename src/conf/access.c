/*
 * access.c - the section [svd:access]: who may do what, and who else may log in. Users and groups
 * become numbers here, so that nobody has to be asked for them when a call comes.
 */
#include "conf/access.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/commas.h"
#include "base/units.h"
#include "conf/load.h"
#include "conf/users.h"
#include "conf/values.h"

enum { SHA_DIGITS = 40 };

static const char blanks[] = " \t\r\n\v\f";

/* One option in hand. */
struct option {
	struct load *ld;
	const struct values *v;
	enum option_id id;
	struct err *err;
};

/* --- rules --- */

static size_t count_commas(const char *text)
{
	size_t n = 0;

	for (; text && *text; text++)
		n += *text == ',';
	return n;
}

static bool is_login(const struct config *config, const char *name)
{
	for (size_t i = 0; i < config->n_servers; i++)
		if (config->servers[i].username && strcmp(config->servers[i].username, name) == 0)
			return true;
	for (size_t i = 0; i < config->access.n_logins; i++)
		if (strcmp(config->access.logins[i].name, name) == 0)
			return true;
	return false;
}

/* Whose password nobody has, nobody can be. */
static int take_login(const struct option *o, const char *name, struct access_rule *rule)
{
	const struct ini_option *option = o->v->set[o->id];

	rule->kind = ACCESS_LOGIN;
	rule->name = name;
	if (is_login(o->ld->config, name))
		return 0;
	return note_add(o->ld, LEVEL_WARN, arena_printf(o->ld->config->arena,
			"%s:%d: [%s] %s=%s: no server and no logins= know a user %s",
			option->file->path, option->line, o->v->section->name, option->name,
			option->value, name)) ? 0 : no_memory(o->err);
}

/* A number need not be known to the machine: who it is may be known elsewhere. */
static int take_group(const struct option *o, const char *name, struct access_rule *rule)
{
	int64_t number;

	rule->kind = ACCESS_GROUP;
	if (unit_integer(name, 0, UINT32_MAX - 1, &number) == 0)
		rule->gid = (gid_t)number;
	else if (group_lookup(name, &rule->gid) < 0)
		return value_error(o->v, o->id, -EINVAL, o->err, "Invalid group name %s", name);
	return 0;
}

static int take_user(const struct option *o, const char *name, struct access_rule *rule)
{
	const struct user_config *user;
	struct err why = { 0 };
	int64_t number;
	int r;

	rule->kind = ACCESS_USER;
	if (unit_integer(name, 0, UINT32_MAX - 1, &number) == 0) {
		rule->uid = (uid_t)number;
		return 0;
	}
	r = user_find(o->ld, name, &user, &why);
	if (r < 0)
		return value_error(o->v, o->id, r, o->err, "%s", why.text);
	rule->uid = user->uid;
	return 0;
}

static int take_who(const struct option *o, const char *who, struct access_rule *rule)
{
	static const char http[] = "http:";

	if (strcmp(who, "*") == 0) {
		rule->kind = ACCESS_ALL;
		return 0;
	}
	if (strncmp(who, http, strlen(http)) == 0)
		return take_login(o, who + strlen(http), rule);
	return *who == '@' ? take_group(o, who + 1, rule) : take_user(o, who, rule);
}

/* The words of the text, which is cut up; NULL: no memory. */
static const char **split_words(struct arena *arena, char *text, size_t *ret_n)
{
	const char **words = arena_alloc(arena, (strlen(text) / 2 + 1) * sizeof(*words));
	char *word;
	size_t n = 0;

	while (words && (word = strsep(&text, blanks)))
		if (*word)
			words[n++] = word;
	*ret_n = n;
	return words;
}

/* "WHO GLOB...", n bytes and at least one word. */
static int take_rule(const struct option *o, const char *item, size_t n, struct access_rule *rule)
{
	struct arena *arena = o->ld->config->arena;
	char *copy = arena_strndup(arena, item, n);
	const char **words = copy ? split_words(arena, copy, &n) : NULL;

	if (!words)
		return no_memory(o->err);
	rule->globs = words + 1;
	rule->n_globs = n - 1;
	return take_who(o, words[0], rule);
}

static int take_rules(const struct option *o, enum role role, const char *items,
		      struct access_rule *rules, size_t *n_rules)
{
	const char *item;
	size_t n;
	int r = 0;

	while (r == 0 && (item = commas_next(&items, &n))) {
		if (n == 0)
			continue;
		rules[*n_rules] = (struct access_rule){ .role = role };
		r = take_rule(o, item, n, &rules[*n_rules]);
		*n_rules += r == 0;
		r = load_keep(o->ld, r, o->err);
	}
	return r;
}

static int read_rules(struct load *ld, const struct values *v, const struct access_draft *draft,
		      struct err *err)
{
	const struct { enum option_id id; enum role role; const char *items; } lists[] = {
		{ OPT_ACCESS_read, ROLE_READ, draft->read },
		{ OPT_ACCESS_operate, ROLE_OPERATE, draft->operate },
		{ OPT_ACCESS_admin, ROLE_ADMIN, draft->admin },
	};
	struct access_config *access = &ld->config->access;
	size_t room = ARRAY_LEN(lists);
	struct access_rule *rules;
	int r = 0;

	for (size_t i = 0; i < ARRAY_LEN(lists); i++)
		room += count_commas(lists[i].items);
	rules = arena_alloc(ld->config->arena, room * sizeof(*rules));
	if (!rules)
		return no_memory(err);
	for (size_t i = 0; i < ARRAY_LEN(lists) && r == 0; i++)
		r = take_rules(&(struct option){ ld, v, lists[i].id, err }, lists[i].role,
			       lists[i].items, rules, &access->n_rules);
	access->rules = rules;
	return r;
}

/* --- logins --- */

static bool is_password(const char *s)
{
	static const char sha[] = "{SHA}";
	size_t n = 0;

	if (strncmp(s, sha, strlen(sha)) != 0)
		return true;
	s += strlen(sha);
	while (isxdigit((unsigned char)s[n]))
		n++;
	return n == SHA_DIGITS && !s[n];
}

/* "name:password". What is wrong is said without a letter of it: who knows what it was to be. */
static int take_password(const struct option *o, const char *item, size_t n, size_t number,
			 struct login_config *login)
{
	char *copy = arena_strndup(o->ld->config->arena, item, n), *colon;

	if (!copy)
		return no_memory(o->err);
	colon = strchr(copy, ':');
	if (!colon || colon == copy)
		return value_error(o->v, o->id, -EINVAL, o->err,
				   "the login number %zu is not of the form name:password", number);
	*colon = '\0';
	*login = (struct login_config){ .name = copy, .password = colon + 1 };
	if (!is_password(login->password))
		return value_error(o->v, o->id, -EINVAL, o->err, "what follows {SHA} for the login "
				   "%s is not %d hexadecimal digits", login->name, SHA_DIGITS);
	if (is_login(o->ld->config, login->name))
		return value_error(o->v, o->id, -EINVAL, o->err, "there are two logins named %s",
				   login->name);
	return 0;
}

static int read_logins(struct load *ld, const struct values *v, const char *items,
		       struct err *err)
{
	const struct option o = { ld, v, OPT_ACCESS_logins, err };
	struct access_config *access = &ld->config->access;
	struct login_config *logins = arena_alloc(ld->config->arena,
						  (count_commas(items) + 1) * sizeof(*logins));
	size_t number = 0, n;
	const char *item;
	int r = 0;

	if (!logins)
		return no_memory(err);
	access->logins = logins;
	while (r == 0 && (item = commas_next(&items, &n))) {
		number++;
		if (n == 0)
			continue;
		r = take_password(&o, item, n, number, &logins[access->n_logins]);
		access->n_logins += r == 0;
		r = load_keep(ld, r, err);
	}
	return r;
}

/* --- the section --- */

static int note_no_rules(struct load *ld, const struct ini_section *section)
{
	return note_add(ld, LEVEL_WARN, arena_printf(ld->config->arena,
			"%s:%d: [%s] has no rules: only root may do anything", section->file->path,
			section->line, section->name)) ? 0 : -ENOMEM;
}

int access_read(struct load *ld, struct err *err)
{
	const struct ini_section *section = ini_find_section(&ld->ini, "svd:access");
	struct access_draft draft = { 0 };
	struct values v;
	int r;

	if (!section)
		return 0;
	ld->config->access.has_rules = true;
	if (values_read(ld, section, SECTION_ACCESS, &v) < 0)
		return no_memory(err);
	r = values_set_all(ld, &v, &ld->file, &draft, err);
	if (r == 0)
		r = read_logins(ld, &v, draft.logins, err);
	if (r == 0)
		r = read_rules(ld, &v, &draft, err);
	if (r == 0 && ld->config->access.n_rules == 0 && note_no_rules(ld, section) < 0)
		return no_memory(err);
	return r;
}
