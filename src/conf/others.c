/*
 * others.c - the sections that nothing is made of: those that are for svctl, plug-ins written in
 * Python, and slips. Nothing in a file is passed over in silence, which includes a program that is
 * there twice.
 */
#include "conf/others.h"

#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "conf/ctlplugins.h"
#include "conf/load.h"
#include "conf/plugins.h"
#include "conf/values.h"

/* Supervisor makes one section of both without a word; with a program it is mostly a slip. */
static int note_twice(struct load *ld, const struct ini_section *section)
{
	if (!section->again_file)
		return 0;
	return note_add(ld, LEVEL_WARN, arena_printf(ld->config->arena,
			"%s:%d: [%s] is there already, at %s:%d; they are one program, and of an "
			"option that both set the last value counts", section->again_file->path,
			section->again_line, section->name, section->file->path,
			section->line)) ? 0 : -ENOMEM;
}

static int note_plugin(struct load *ld, const struct ini_option *factory,
		       const struct ini_section *section)
{
	return note_add(ld, LEVEL_WARN, arena_printf(ld->config->arena,
			"%s:%d: [%s] %s=%s: plug-ins in Python cannot be loaded, it is ignored",
			factory->file->path, factory->line, section->name, factory->name,
			factory->value)) ? 0 : -ENOMEM;
}

static int read_plugin(struct load *ld, const struct values *v, enum option_id factory,
		       struct err *err)
{
	int r;

	if (!v->set[factory])
		return section_error(v->section, -EINVAL, err,
				     "section [%s] does not specify a %s", v->section->name,
				     option_table[factory].name);
	if (factory == OPT_RPCINTERFACE_factory)
		r = plugin_read(ld, v, err);
	else
		r = ctlplugin_find(v->set[factory]->value) == CTLPLUGIN_NONE;
	if (r == 1)
		r = note_plugin(ld, v->set[factory], v->section) < 0 ? no_memory(err) : 0;
	return r;
}

static int read_section(struct load *ld, const struct ini_section *section, enum section_kind kind,
			struct err *err)
{
	struct values v;

	if (values_read(ld, section, kind, &v) < 0)
		return no_memory(err);
	if (kind == SECTION_RPCINTERFACE)
		return read_plugin(ld, &v, OPT_RPCINTERFACE_factory, err);
	if (kind == SECTION_CTLPLUGIN)
		return read_plugin(ld, &v, OPT_CTLPLUGIN_factory, err);
	return 0;
}

/* What begins as ours is nobody else's; and rules that are not read would protect nothing. */
static int read_unknown(struct load *ld, const struct ini_section *section, struct err *err)
{
	static const char ours[] = "svd:";
	const char *meant = section_suggest(section->name);

	if (strncmp(section->name, ours, strlen(ours)) != 0)
		return values_unknown_section(ld, section) < 0 ? no_memory(err) : 0;
	return section_error(section, -EINVAL, err, "there is no such section%s%s%s",
			     meant ? "; did you mean [" : "", meant ? meant : "",
			     meant ? "]?" : "");
}

int others_read(struct load *ld, struct err *err)
{
	int r = 0;

	for (const struct ini_section *s = ld->ini.sections; s && r == 0; s = s->hh.next) {
		switch (section_kind(s->name)) {
		case SECTION_KIND_N:
			r = load_keep(ld, read_unknown(ld, s, err), err);
			break;
		case SECTION_PROGRAM:
		case SECTION_FCGI:
		case SECTION_LISTENER:
		case SECTION_EXEC:
		case SECTION_WEBHOOK:
			if (note_twice(ld, s) < 0)
				r = no_memory(err);
			break;
		case SECTION_CLIENT:
		case SECTION_RPCINTERFACE:
		case SECTION_CTLPLUGIN:
			r = load_keep(ld, read_section(ld, s, section_kind(s->name), err), err);
			break;
		default:
			break;
		}
	}
	return r;
}
