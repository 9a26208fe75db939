/*
 * daemon.c - the section [supervisord], and the command line that outranks it. It is read before
 * all others: its environment gives them names, and their log files depend on its directory.
 */
#include "conf/daemon.h"

#include <errno.h>
#include <stdlib.h>

#include "base/repr.h"
#include "conf/load.h"
#include "conf/types.h"
#include "conf/values.h"

static int override(struct load *ld, const struct config_override *o, bool *done, struct err *err)
{
	enum option_id id = option_find(SECTION_SUPERVISORD, o->option);
	const struct option_info *info = &option_table[id];
	struct strbuf value = { 0 };
	struct err why = { 0 };
	int r;

	if (id == OPTION_N || info->place == NOWHERE)
		return err_set(err, -EINVAL, "%s: [supervisord] has no option %s", o->flag,
			       o->option);
	done[id] = true;
	r = type_set(ld, info->type, o->value, (char *)ld->config + info->place, &why);
	if (r < 0) {
		repr_add(&value, o->value);
		err_set(err, r, "invalid value for %s %s: %s", o->flag,
			value.oom ? "" : strbuf_str(&value), why.text);
		strbuf_done(&value);
	}
	return r;
}

/* As Python's tempfile.gettempdir() chooses. */
static int default_childlogdir(struct load *ld, struct err *err)
{
	const char *const places[] = { getenv("TMPDIR"), getenv("TEMP"), getenv("TMP"), "/tmp",
				       "/var/tmp", "/usr/tmp" };

	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		int r = places[i] ? type_set(ld, TYPE_LOG_DIRECTORY, places[i],
					     &ld->config->childlogdir, err) : -ENOENT;

		if (r == 0 || r == -ENOMEM)
			return r;
	}
	return err_set(err, -EINVAL, "no directory for AUTO log files: set childlogdir");
}

/* What [supervisord] environment= sets are names for all that follows. */
static void settle_environment(struct load *ld)
{
	static const char *const nothing[] = { NULL };

	if (!ld->config->environment)
		ld->config->environment = nothing;
	ld->daemon.vars = ld->own.vars;
	ld->daemon.n = ld->own.n;
}

int daemon_read(struct load *ld, const struct config_override_list *overrides, struct err *err)
{
	const struct ini_section *section = ini_find_section(&ld->ini, "supervisord");
	bool done[OPTION_N] = { false };
	struct values v;
	int r;

	ld->at = NULL;
	if (!section)
		return err_set(err, -EINVAL, "%s: .ini file does not include supervisord section",
			       ld->config->path);
	if (values_read(ld, section, SECTION_SUPERVISORD, &v) < 0)
		return no_memory(err);
	for (unsigned id = 0; id < OPTION_N; id++)
		done[id] = v.set[id];
	r = values_set_all(ld, &v, &ld->file, ld->config, err);
	for (size_t i = 0; r == 0 && overrides && i < overrides->n; i++)
		r = load_keep(ld, override(ld, &overrides->list[i], done, err), err);
	if (r == 0)
		r = values_defaults(ld, SECTION_SUPERVISORD, done, ld->config, err);
	if (r == 0 && !ld->config->childlogdir)
		r = default_childlogdir(ld, err);
	settle_environment(ld);
	return r;
}
