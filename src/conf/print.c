/*
 * print.c - the configuration that is in effect, as a file. What is printed is what was written,
 * not what was understood, so that readers find their own words; the loader tells what they mean.
 */
#include "conf/print.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/utf8.h"
#include "conf/ini_write.h"
#include "conf/listener.h"
#include "conf/load.h"
#include "conf/program.h"
#include "conf/values.h"
#include "conf/webhook.h"

/* What a value with expansions comes to. */
struct meaning {
	const struct ini_section *section;	/* options of [DEFAULT] are in several */
	const char *who;			/* "group:process"; NULL: all */
	const char *text;
	struct meaning *next, *next_unclaimed;
};

/* All that one option's value comes to. */
struct meanings {
	const struct ini_option *option;
	struct meaning *first, *last;
	UT_hash_handle hh;
};

struct print {
	struct load *ld;
	struct strbuf *out;
	const struct config_override_list *overrides;
	bool show_secrets;
	struct meanings *meanings;	/* hash by option; the rows are in ini.arena */
	struct meaning *unclaimed;
};

/* --- what the loader tells --- */

static struct meanings *meanings_of(struct load *ld, const struct ini_option *option)
{
	struct meanings *all;

	HASH_FIND_PTR(ld->print->meanings, &option, all);
	if (all)
		return all;
	all = arena_alloc(ld->ini.arena, sizeof(*all));
	if (!all)
		return NULL;
	all->option = option;
	HASH_ADD_PTR(ld->print->meanings, option, all);
	return all->hh.tbl ? all : NULL;
}

int print_note(struct load *ld, const struct values *v, enum option_id id, const char *text)
{
	struct meanings *all = meanings_of(ld, v->set[id]);
	struct meaning *m = arena_alloc(ld->ini.arena, sizeof(*m));

	if (!all || !m)
		return -ENOMEM;
	*m = (struct meaning){ .section = v->section, .next_unclaimed = ld->print->unclaimed };
	m->text = arena_strdup(ld->ini.arena, text);
	ld->print->unclaimed = m;
	if (all->last)
		all->last->next = m;
	else
		all->first = m;
	all->last = m;
	return m->text ? 0 : -ENOMEM;
}

int print_claim(struct load *ld, const char *group, const char *process)
{
	const char *who = NULL;

	if (process) {
		who = arena_printf(ld->ini.arena, "%s:%s", group, process);
		if (!who)
			return -ENOMEM;
	}
	for (struct meaning *m = ld->print->unclaimed; m; m = m->next_unclaimed)
		m->who = who;
	ld->print->unclaimed = NULL;
	return 0;
}

/* --- writing --- */

/* A text in comment lines. It may be a variable's, which need not be what a file can have. */
static void add_comment(struct strbuf *out, const char *who, const char *text)
{
	size_t n;

	strbuf_addf(out, ";   %s%s", who ? who : "", who ? ": " : "");
	for (; *text; text += n) {
		n = utf8_len(text, strnlen(text, 4));
		if (*text == '\n' || *text == '\r')
			strbuf_adds(out, "\n;    ");
		else
			strbuf_addf(out, "%.*s", n ? (int)n : -1, n ? text : UTF8_REPLACEMENT);
		n = n ? n : 1;
	}
	strbuf_addc(out, '\n');
}

/* Once when it is the same for all. */
static void add_meanings(struct print *p, const struct ini_section *section,
			 const struct ini_option *option)
{
	const struct meaning *first = NULL, *m;
	struct meanings *all;
	bool differs = false;

	HASH_FIND_PTR(p->meanings, &option, all);
	for (m = all ? all->first : NULL; m; m = m->next) {
		if (m->section != section)
			continue;
		differs |= first && strcmp(first->text, m->text) != 0;
		first = first ? first : m;
	}
	if (first && !differs)
		add_comment(p->out, NULL, first->text);
	for (m = differs ? first : NULL; m; m = m->next)
		if (m->section == section)
			add_comment(p->out, m->who, m->text);
}

static void add_option(struct print *p, const char *name, const char *value, const char *origin)
{
	size_t before = p->out->len;

	if (ini_write_option(p->out, name, value, origin) || p->out->oom)
		return;
	p->out->len = before;
	strbuf_addf(p->out, "; %s of %s is what no file can say:\n", name, origin);
	add_comment(p->out, NULL, value);
}

/* --- what is in effect --- */

/* %(here)s is another place in another file, and flags are not expanded at all. */
static const char *portable(struct print *p, const char *value, const char *here)
{
	static const char name[] = "%(here)s";
	struct strbuf sb = { 0 };
	const char *copy = NULL;

	while (*value) {
		size_t n = strncmp(value, "%%", 2) == 0 ? 2 : 1;

		if (here && strncmp(value, name, strlen(name)) == 0) {
			for (const char *c = here; *c; c++)
				strbuf_adds(&sb, *c == '%' ? "%%" : (char[]){ *c, '\0' });
			value += strlen(name);
			continue;
		}
		if (!here && *value == '%') {
			strbuf_addc(&sb, '%');
			n = 1;
		}
		strbuf_add(&sb, value, n);
		value += n;
	}
	if (strbuf_str(&sb))
		copy = arena_strdup(p->ld->ini.arena, strbuf_str(&sb));
	strbuf_done(&sb);
	p->out->oom |= !copy;
	return copy ? copy : "";
}

static const struct config_override *find_override(const struct print *p, enum section_kind kind,
						   const char *name)
{
	for (size_t i = 0; p->overrides && kind == SECTION_SUPERVISORD && i < p->overrides->n; i++)
		if (strcmp(p->overrides->list[i].option, name) == 0)
			return &p->overrides->list[i];
	return NULL;
}

static void print_override(struct print *p, const struct config_override *o)
{
	add_option(p, o->option, portable(p, o->value, NULL), o->flag);
	if (strchr(o->value, '%'))
		add_comment(p->out, NULL, o->value);
}

/* In place of a secret: what can be read again. */
static const char *hidden(struct print *p, enum option_type type, const char *value)
{
	const char *shown;

	if (type == TYPE_HEADERS)
		return "***: ***";
	if (type != TYPE_URL)
		return "***";
	shown = webhook_shown(p->ld->ini.arena, value);
	p->out->oom |= !shown;
	return shown ? shown : "";
}

/* As written, in a file that may be elsewhere. */
static void print_set(struct print *p, const struct ini_section *section,
		      const struct ini_option *o, enum option_type type, bool is_secret)
{
	const char *origin = arena_printf(p->ld->ini.arena, "%s:%d", o->file->path, o->line);
	const char *value = is_secret ? hidden(p, type, o->value) :
					portable(p, o->value, o->file->dir);

	p->out->oom |= !origin;
	add_option(p, o->name, value, origin ? origin : "");
	if (strchr(value, '%'))
		add_meanings(p, section, o);
}

/* What %(program_name)s is. */
static const char *program_of(struct print *p, const struct ini_section *section)
{
	const char *name = "";

	p->out->oom |= program_name(p->ld, section, &name, NULL) == -ENOMEM;
	return name;
}

/*
 * What is so by default; where that depends on another option, what it is here. Two defaults are
 * more than what their options can set.
 */
static void print_default(struct print *p, const struct values *v, enum option_id id)
{
	const struct option_info *info = &option_table[id];
	const struct ini_option *group = v->set[OPT_PROCESS_stopasgroup];

	if (id == OPT_PROCESS_killasgroup && group) {
		add_option(p, info->name, portable(p, group->value, group->file->dir),
			   "default, as stopasgroup");
	} else if (id == OPT_PROCESS_priority && v->kind == SECTION_LISTENER) {
		/* Of the group; its processes have that of all programs. */
		strbuf_addf(p->out, ";%s=%d ; default of listeners\n", info->name,
			    LISTENER_PRIORITY);
	} else if (id == OPT_PROCESS_process_name) {
		add_option(p, info->name, info->fallback, "default");
		add_comment(p->out, NULL, program_of(p, v->section));
	} else if (id == OPT_FCGI_socket_mode) {
		strbuf_addf(p->out, ";%s=%s ; default of unix sockets\n", info->name,
			    info->fallback);
	} else if (id == OPT_PROCESS_stdout_strip_ansi || id == OPT_PROCESS_stderr_strip_ansi) {
		add_option(p, info->name, p->ld->config->strip_ansi ? "true" : "false",
			   "default, as [supervisord]");
	} else if (info->fallback) {
		add_option(p, info->name, info->fallback, "default");
	} else {
		strbuf_addf(p->out, ";%s= ; not set\n", info->name);
	}
}

static void print_known(struct print *p, const struct values *v)
{
	for (unsigned id = 0; id < OPTION_N; id++) {
		const struct option_info *info = &option_table[id];
		const struct config_override *o = find_override(p, v->kind, info->name);

		if (!option_fits(id, v->kind))
			continue;
		if (o)
			print_override(p, o);
		else if (v->set[id])
			print_set(p, v->section, v->set[id], info->type,
				  info->flags & SECRET && !p->show_secrets);
		else
			print_default(p, v, id);
	}
}

/* What other programs read there, and slips. */
static void print_others(struct print *p, const struct ini_section *section,
			 enum section_kind kind)
{
	for (const struct ini_option *o = section->options; o; o = o->hh.next)
		if (kind == SECTION_KIND_N || option_find(kind, o->name) == OPTION_N)
			print_set(p, section, o, TYPE_TEXT, false);
}

static int print_section(struct print *p, const struct ini_section *section)
{
	const char *origin = arena_printf(p->ld->ini.arena, "%s:%d", section->file->path,
					  section->line);
	enum section_kind kind = section_kind(section->name);
	struct values v;

	if (!origin)
		return -ENOMEM;
	strbuf_addc(p->out, '\n');
	if (kind == SECTION_INCLUDE) {
		strbuf_addf(p->out, "; [include] of %s: what it includes is here\n", origin);
		return 0;
	}
	if (!ini_write_section(p->out, section->name, origin))
		return -ENOMEM;
	if (kind < SECTION_KIND_N && values_read(p->ld, section, kind, &v) < 0)
		return -ENOMEM;
	if (kind < SECTION_KIND_N)
		print_known(p, &v);
	print_others(p, section, kind);
	return 0;
}

static int print_all(struct print *p, struct err *err)
{
	int r = 0;

	strbuf_addf(p->out, "; What is in effect of %s\n", p->ld->config->path);
	for (const struct ini_section *s = p->ld->ini.sections; s && r == 0; s = s->hh.next)
		r = print_section(p, s);
	return r < 0 || p->out->oom ? no_memory(err) : 0;
}

int config_print(const char *path, const struct config_override_list *overrides,
		 bool show_secrets, struct strbuf *out, struct err *err)
{
	struct load ld;
	struct print print = { &ld, out, overrides, show_secrets, NULL, NULL };
	int r = load_init(&ld);

	ld.print = &print;
	r = r < 0 ? no_memory(err) : config_read(&ld, path, overrides, err);
	if (r == 0)
		r = print_all(&print, err);
	HASH_CLEAR(hh, print.meanings);
	load_done(&ld);
	return r;
}
