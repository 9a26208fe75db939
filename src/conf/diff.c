/*
 * diff.c - what a newer snapshot changes. The table of options says what there is to compare, and
 * where, so that an option that comes later is compared from its first day.
 */
#include "conf/diff.h"

#include <assert.h>
#include <string.h>

#include "base/macro.h"
#include "conf/drafts.h"
#include "conf/options.h"

/* A process' options have their place in its configuration; numprocs and the like behind it. */
_Static_assert(offsetof(struct program_draft, config) == 0, "a place is one in program_config");
_Static_assert(offsetof(struct hook_draft, config) == 0, "a place is one in hook_config");

/* Two fields of one type, as type_set() fills them. */
typedef bool same_fn(const void *a, const void *b);

static bool is_same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool same_text(const void *a, const void *b)
{
	return is_same_text(*(const char *const *)a, *(const char *const *)b);
}

static bool same_bool(const void *a, const void *b)
{
	return *(const bool *)a == *(const bool *)b;
}

static bool same_int(const void *a, const void *b)
{
	return *(const int *)a == *(const int *)b;
}

static bool same_bytes(const void *a, const void *b)
{
	return *(const int64_t *)a == *(const int64_t *)b;
}

/* autorestart= and the like, which are read as enums. */
static bool same_word(const void *a, const void *b)
{
	return *(const unsigned *)a == *(const unsigned *)b;
}

/* Umask 0 is not the same as none. */
static bool same_umask(const void *a, const void *b)
{
	const struct program_config *p = container_of(a, const struct program_config, umask);
	const struct program_config *q = container_of(b, const struct program_config, umask);

	return p->has_umask == q->has_umask && (!p->has_umask || p->umask == q->umask);
}

static bool same_exitcodes(const void *a, const void *b)
{
	const struct program_config *p = a, *q = b;

	return p->n_exitcodes == q->n_exitcodes &&
	       memcmp(p->exitcodes, q->exitcodes, p->n_exitcodes * sizeof(int)) == 0;
}

static bool same_user(const void *a, const void *b)
{
	const struct user_config *u = *(const struct user_config *const *)a;
	const struct user_config *w = *(const struct user_config *const *)b;

	return u && w ? u->uid == w->uid : u == w;
}

static bool has_text(const char *const *list, const char *text)
{
	for (; *list; list++)
		if (strcmp(*list, text) == 0)
			return true;
	return false;
}

/* [supervisord]'s variables are in it, as in Supervisor; in any order: no two have one name. */
static bool same_environment(const void *a, const void *b)
{
	const char *const *list = *(const char *const *const *)a;
	const char *const *other = *(const char *const *const *)b;
	size_t i;

	for (i = 0; list[i] && other[i]; i++)
		if (strcmp(list[i], other[i]) != 0 && !has_text(other, list[i]))
			return false;
	return !list[i] && !other[i];
}

static bool same_log(const void *a, const void *b)
{
	const struct logfile_config *l = a, *m = b;

	return l->kind == m->kind && is_same_text(l->path, m->path);
}

static bool same_log_owner(const void *a, const void *b)
{
	const struct logfile_config *l = container_of(a, const struct logfile_config, uid);
	const struct logfile_config *m = container_of(b, const struct logfile_config, uid);

	return l->uid == m->uid && l->gid == m->gid;
}

static bool same_texts(const void *a, const void *b)
{
	const char *const *list = *(const char *const *const *)a;
	const char *const *other = *(const char *const *const *)b;

	if (!list || !other)
		return list == other;
	while (*list && is_same_text(*list, *other)) {
		list++;
		other++;
	}
	return !*list && !*other;
}

static same_fn *const same[TYPE_N] = {
	[TYPE_TEXT] = same_text,
	[TYPE_BOOL] = same_bool,
	[TYPE_INT] = same_int,
	[TYPE_COUNT] = same_int,
	[TYPE_BYTES] = same_bytes,
	[TYPE_OCTAL] = same_umask,
	[TYPE_SIGNAL] = same_int,
	[TYPE_EXITCODES] = same_exitcodes,
	[TYPE_AUTORESTART] = same_word,
	[TYPE_USER] = same_user,
	[TYPE_ENVIRONMENT] = same_environment,
	[TYPE_CHILD_URL] = same_text,
	[TYPE_LOGFILE] = same_log,
	[TYPE_DIRECTORY] = same_text,
	[TYPE_DURATION] = same_bytes,
	[TYPE_LOG_ROTATE] = same_word,
	[TYPE_LOG_COMPRESS] = same_word,
	[TYPE_LOG_FORMAT] = same_word,
	[TYPE_LOG_MODE] = same_int,
	[TYPE_LOG_OWNER] = same_log_owner,
	[TYPE_LOG_PATHS] = same_texts,
	[TYPE_LINE_BYTES] = same_bytes,
	[TYPE_FACILITY] = same_int,
	[TYPE_SYSLOG_SERVER] = same_text,
	[TYPE_URL] = same_text,
	[TYPE_HEADERS] = same_texts,
	[TYPE_WEBHOOK_FORMAT] = same_word,
};

static bool is_of_process(const struct option_info *info)
{
	return info->family == FAMILY_PROCESS && info->place < sizeof(struct program_config);
}

static bool option_is_same(const struct option_info *info, const void *old, const void *new)
{
	assert(same[info->type]);
	return same[info->type]((const char *)old + info->place, (const char *)new + info->place);
}

static bool is_wanted(const struct logfile_config *log)
{
	return log->kind != LOGFILE_NONE || logfile_has_others(log);
}

/* Output that nobody wanted goes to /dev/null, and a program that runs cannot get a pipe. */
static bool gains_output(const struct program_config *old, const struct program_config *new)
{
	for (int c = 0; c < CHANNEL_N; c++)
		if (is_wanted(&new->log[c]) && !is_wanted(&old->log[c]))
			return true;
	return false;
}

enum program_change program_config_compare(const struct program_config *old,
					   const struct program_config *new)
{
	enum program_change change = PROGRAM_SAME;

	for (const struct option_info *o = option_table; o < option_table + OPTION_N; o++) {
		if (!is_of_process(o) || option_is_same(o, old, new))
			continue;
		if (!(o->flags & LIVE))
			return PROGRAM_RESTART;
		change = PROGRAM_LIVE;
	}
	if (change == PROGRAM_LIVE && gains_output(old, new))
		return PROGRAM_RESTART;
	return change;
}

static bool is_auto(const struct option_info *info, const struct program_config *config)
{
	const void *field = (const char *)config + info->place;

	return info->type == TYPE_LOGFILE &&
	       ((const struct logfile_config *)field)->kind == LOGFILE_AUTO;
}

static bool program_is_same(const struct program_config *old, const struct program_config *new)
{
	for (const struct option_info *o = option_table; o < option_table + OPTION_N; o++)
		if (is_of_process(o) && !is_auto(o, new) && !option_is_same(o, old, new))
			return false;
	return true;
}

static bool pool_is_same(const struct pool_config *a, const struct pool_config *b)
{
	return a->events == b->events && a->buffer_size == b->buffer_size &&
	       a->strict == b->strict && strcmp(a->result_handler, b->result_handler) == 0;
}

static bool is_of_hook(const struct option_info *info)
{
	return (info->family == FAMILY_HOOK || info->family == FAMILY_EXEC ||
		info->family == FAMILY_WEBHOOK) && info->place < sizeof(struct hook_config);
}

static bool hook_is_same(const struct hook_config *a, const struct hook_config *b)
{
	for (const struct option_info *o = option_table; o < option_table + OPTION_N; o++)
		if (is_of_hook(o) && !option_is_same(o, a, b))
			return false;
	return a->events == b->events && same_texts(&a->programs, &b->programs) &&
	       (!a->exec || program_is_same(a->exec, b->exec));
}

bool group_config_is_same(const struct group_config *old, const struct group_config *new)
{
	if (old->kind != new->kind || old->priority != new->priority ||
	    old->n_programs != new->n_programs || strcmp(old->name, new->name) != 0)
		return false;
	if (old->socket && strcmp(old->socket->url, new->socket->url) != 0)
		return false;
	if (old->pool && !pool_is_same(old->pool, new->pool))
		return false;
	if (old->hook && !hook_is_same(old->hook, new->hook))
		return false;
	for (size_t i = 0; i < old->n_programs; i++)
		if (old->programs[i].listed != new->programs[i].listed ||
		    !program_is_same(&old->programs[i], &new->programs[i]))
			return false;
	return true;
}

bool group_config_is_remade(const struct group_config *old, const struct group_config *new)
{
	const struct socket_config *s = old->socket, *t = new->socket;

	if (old->kind != new->kind)
		return true;
	if (s && (strcmp(s->url, t->url) != 0 || s->address != t->address || s->uid != t->uid ||
		  s->gid != t->gid || s->chmod != t->chmod || s->backlog != t->backlog))
		return true;
	/* Its other options take effect while it runs: see pool_configure. */
	return old->pool && old->pool->events != new->pool->events;
}
