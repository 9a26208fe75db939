/*
 * values.c - the options of one section, and how they get into the snapshot. Every value passes
 * here, so this is the one place that says in which file and line a mistake is.
 */
#include "conf/values.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/utf8.h"
#include "conf/load.h"
#include "conf/print.h"
#include "conf/types.h"

enum { SHOWN_MAX = 100 };	/* bytes of a value in a message */

/* A value for people: in one line, and not too much of it. */
static void add_shown(struct strbuf *sb, const char *text)
{
	size_t left = strlen(text), shown = 0, n;

	for (; left > 0; text += n, left -= n, shown += n) {
		n = utf8_len(text, left);
		if (shown >= SHOWN_MAX) {
			strbuf_adds(sb, "...");
			return;
		}
		if (n == 0 || (unsigned char)*text < ' ')
			strbuf_addc(sb, *text == '\n' ? ' ' : '?');
		else
			strbuf_add(sb, text, n);
		if (n == 0)
			n = 1;
	}
}

static void flatten(struct err *err)
{
	for (char *c = err ? err->text : NULL; c && *c; c++)
		if ((unsigned char)*c < ' ')
			*c = ' ';
}

int section_error(const struct ini_section *section, int code, struct err *err, const char *fmt,
		  ...)
{
	char why[sizeof(err->text)];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	err_set(err, code, "%s:%d: [%s] %s", section->file->path, section->line, section->name,
		why);
	flatten(err);
	return code;
}

/* Where the option is set, to what, and why that is not good. false: no memory for the value. */
static bool describe(const struct values *v, enum option_id id, int code, struct err *err,
		     const char *why)
{
	const struct ini_option *option = v->set[id];
	struct strbuf value = { 0 };
	bool oom;

	if (option_table[id].flags & SECRET)
		strbuf_adds(&value, "***");
	else
		add_shown(&value, option->value);
	oom = value.oom;
	err_set(err, code, "%s:%d: [%s] %s=%s: %s", option->file->path, option->line,
		v->section->name, option->name, oom ? "" : strbuf_str(&value), why);
	flatten(err);
	strbuf_done(&value);
	return !oom;
}

int value_error(const struct values *v, enum option_id id, int code, struct err *err,
		const char *fmt, ...)
{
	char why[sizeof(err->text)];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	(void)describe(v, id, code, err, why);
	return code;
}

int value_warn(struct load *ld, const struct values *v, enum option_id id, const char *fmt, ...)
{
	struct err err;
	char why[sizeof(err.text)];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	if (!describe(v, id, -EINVAL, &err, why) ||
	    !note_add(ld, LEVEL_WARN, arena_strdup(ld->config->arena, err.text)))
		return -ENOMEM;
	return 0;
}

/* One note for all of that key; ret_note tells which it is. 1: it is a new one. */
static int count_unknown(struct load *ld, const char *key, struct unknown **ret_unknown)
{
	struct unknown *u;

	if (!key)
		return -ENOMEM;
	HASH_FIND_STR(ld->unknowns, key, u);
	if (u && !ld->check) {
		u->again++;
		return 0;
	}
	u = arena_alloc(ld->ini.arena, sizeof(*u));
	if (!u)
		return -ENOMEM;
	u->key = key;
	HASH_ADD_KEYPTR(hh, ld->unknowns, u->key, strlen(u->key), u);
	*ret_unknown = u;
	return u->hh.tbl ? 1 : -ENOMEM;
}

static int note_unknown(struct load *ld, struct unknown *u, const char *text)
{
	u->note = note_add(ld, LEVEL_WARN, text);
	return u->note ? 0 : -ENOMEM;
}

int values_unknown_section(struct load *ld, const struct ini_section *section)
{
	const char *meant = section_suggest(section->name), *colon = strchr(section->name, ':');
	size_t n = colon ? (size_t)(colon - section->name) : strlen(section->name);
	struct unknown *u;
	int r = count_unknown(ld, arena_strndup(ld->ini.arena, section->name, n), &u);

	if (r <= 0)
		return r;
	if (meant)
		return note_unknown(ld, u, arena_printf(ld->config->arena,
				"%s:%d: [%s] is an unknown section, it is ignored; did you mean "
				"[%s%s]?", section->file->path, section->line, section->name,
				meant, colon && meant[strlen(meant) - 1] == ':' ? colon + 1 : ""));
	return note_unknown(ld, u, arena_printf(ld->config->arena,
			"%s:%d: [%s] is an unknown section, it is ignored", section->file->path,
			section->line, section->name));
}

static int unknown_option(struct load *ld, const struct values *v, const struct ini_option *option)
{
	const char *meant = option_suggest(v->kind, option->name);
	struct unknown *u;
	int r = count_unknown(ld, arena_printf(ld->ini.arena, "%d:%s", v->kind, option->name), &u);

	if (r <= 0)
		return r;
	return note_unknown(ld, u, arena_printf(ld->config->arena,
			"%s:%d: [%s] %s is an unknown option, it is ignored%s%s%s",
			option->file->path, option->line, v->section->name, option->name,
			meant ? "; did you mean " : "", meant ? meant : "", meant ? "?" : ""));
}

/* A factory's own options are not ours to know. */
static bool has_free_options(enum section_kind kind)
{
	return kind == SECTION_RPCINTERFACE || kind == SECTION_CTLPLUGIN;
}

int values_read(struct load *ld, const struct ini_section *section, enum section_kind kind,
		struct values *ret_values)
{
	struct values *v = ret_values;
	const struct ini_option *option;
	enum option_id id;
	int r;

	ld->at = section;
	*v = (struct values){ .section = section, .kind = kind };
	for (option = ld->ini.defaults ? ld->ini.defaults->options : NULL; option;
	     option = option->hh.next) {
		id = option_find(kind, option->name);
		if (id < OPTION_N)
			v->set[id] = option;
	}
	for (option = section->options; option; option = option->hh.next) {
		id = option_find(kind, option->name);
		if (id < OPTION_N) {
			v->set[id] = option;
		} else if (!has_free_options(kind)) {
			r = unknown_option(ld, v, option);
			if (r < 0)
				return r;
		}
	}
	return 0;
}

int values_defaults_of(struct load *ld, enum option_family family, const bool *done, void *base,
		       struct err *err)
{
	int r;

	for (unsigned id = 0; id < OPTION_N; id++) {
		const struct option_info *info = &option_table[id];

		if (!info->fallback || info->place == NOWHERE || info->family != family ||
		    (done && done[id]))
			continue;
		r = type_set(ld, info->type, info->fallback, (char *)base + info->place, err);
		if (r < 0)
			return err_wrap(err, "the default of %s", info->name);
	}
	return 0;
}

int values_defaults(struct load *ld, enum section_kind kind, const bool *done, void *base,
		    struct err *err)
{
	int r = 0;

	for (unsigned family = 0; family < FAMILY_N && r == 0; family++)
		if (family_fits(family, kind))
			r = values_defaults_of(ld, family, done, base, err);
	return r;
}

bool values_varies(const struct values *v, enum option_id id)
{
	return v->set[id] && option_table[id].flags & EACH && strchr(v->set[id]->value, '%');
}

/* The value with its expansions done, until the next one; NULL: err says why. */
static const char *expanded(struct load *ld, const struct values *v, enum option_id id,
			    const struct expand_scope *scope, struct err *err)
{
	const struct ini_option *option = v->set[id];
	char what[256];
	int r;

	if (!strchr(option->value, '%'))
		return option->value;
	ld->file_vars[VAR_HERE].text = option->file->dir;
	strbuf_reset(&ld->text);
	r = expand(option->value, scope, "", &ld->text, NULL);
	if (r == 0)
		return strbuf_str(&ld->text);
	if (r != -EINVAL) {
		no_memory(err);
		return NULL;
	}
	/* Once more, for the message: to name the option each time costs more than the rest. */
	snprintf(what, sizeof(what), "%s.%s", v->section->name, option->name);
	r = expand(option->value, scope, what, &ld->text, err);
	if (r == -EINVAL && option_table[id].flags & SECRET)
		err_set(err, r, "it contains names which cannot be expanded, or a single %%");
	return NULL;
}

/* Nothing can be made of a section whose value is wrong here. */
static const bool is_needed[OPTION_N] = {
	[OPT_PROCESS_process_name] = true, [OPT_FCGI_socket] = true, [OPT_LISTENER_events] = true,
	[OPT_UNIX_file] = true,		   [OPT_INET_port] = true,   [OPT_INCLUDE_files] = true,
	[OPT_HOOK_events] = true,	   [OPT_WEBHOOK_url] = true,
};

/* Where the loader goes on after an error: the default, but AUTO has traps of its own. */
static int instead(struct load *ld, enum option_id id, int r, void *field, struct err *err)
{
	const struct option_info *info = &option_table[id];
	const char *text = info->type == TYPE_LOGFILE ? "NONE" : info->fallback;

	if (is_needed[id])
		return r;
	r = load_keep(ld, r, err);
	return r == 0 && text ? type_set(ld, info->type, text, field, err) : r;
}

int values_set(struct load *ld, const struct values *v, enum option_id id,
	       const struct expand_scope *scope, void *base, struct err *err)
{
	const struct option_info *info = &option_table[id];
	char *field = (char *)base + info->place;
	struct err why = { 0 };
	const char *text;
	int r;

	if (!v->set[id] || info->place == NOWHERE)
		return 0;
	text = expanded(ld, v, id, scope, &why);
	if (ld->print && text && text != v->set[id]->value && print_note(ld, v, id, text) < 0)
		return no_memory(err);
	r = text ? type_set(ld, info->type, text, field, &why) : why.code;
	if (r < 0)
		return instead(ld, id, value_error(v, id, r, err, "%s", why.text), field, err);
	return 0;
}

int values_set_of(struct load *ld, const struct values *v, enum option_family family,
		  const struct expand_scope *scope, void *base, struct err *err)
{
	int r = 0;

	for (unsigned id = 0; id < OPTION_N && r == 0; id++)
		if (option_table[id].family == family && v->set[id] && !values_varies(v, id))
			r = values_set(ld, v, id, scope, base, err);
	return r;
}

int values_set_all(struct load *ld, const struct values *v, const struct expand_scope *scope,
		   void *base, struct err *err)
{
	int r = 0;

	for (unsigned family = 0; family < FAMILY_N && r == 0; family++)
		r = values_set_of(ld, v, family, scope, base, err);
	return r;
}
