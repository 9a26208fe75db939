/*
 * config.c - reads a configuration file into a snapshot, section after section, and counts who
 * holds the snapshot.
 */
#include "conf/config.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <strings.h>

#include "base/arena.h"
#include "base/fd.h"
#include "base/path.h"
#include "conf/access.h"
#include "conf/daemon.h"
#include "conf/groups.h"
#include "conf/hook.h"
#include "conf/health.h"
#include "conf/include.h"
#include "conf/load.h"
#include "conf/others.h"
#include "conf/servers.h"

static int set_place(struct config *config, const char *path, struct err *err)
{
	_cleanup_(free_str) char *full = NULL, *dir = NULL;
	int r = path_normalise(path, &full, err);

	if (r < 0)
		return r;
	dir = path_dirname(full);
	if (!dir)
		return no_memory(err);
	config->path = arena_strdup(config->arena, full);
	config->here = arena_strdup(config->arena, dir);
	return config->path && config->here ? 0 : no_memory(err);
}

int config_read(struct load *ld, const char *path, const struct config_override_list *overrides,
		struct err *err)
{
	int r = set_place(ld->config, path, err);

	if (r == 0)
		r = ini_read_file(&ld->ini, path, err);
	if (r == 0)
		r = load_keep(ld, include_read(ld, err), err);
	if (r == 0)
		r = load_keep(ld, daemon_read(ld, overrides, err), err);
	if (r == 0)
		r = groups_read(ld, err);
	if (r == 0)
		r = hooks_check(ld, err);
	if (r == 0)
		r = servers_read(ld, err);
	if (r == 0)
		r = load_keep(ld, access_read(ld, err), err);
	if (r == 0)
		r = load_keep(ld, health_read(ld, err), err);
	return r == 0 ? others_read(ld, err) : r;
}

int config_load(const char *path, const struct config_override_list *overrides,
		struct config **ret_config, struct err *err)
{
	struct load ld;
	int r = load_init(&ld);

	r = r < 0 ? no_memory(err) : config_read(&ld, path, overrides, err);
	if (r == 0)
		r = load_finish(&ld, ret_config, err);
	load_done(&ld);
	return r;
}

struct config *config_ref(struct config *config)
{
	config->refs++;
	return config;
}

void config_unref(struct config *config)
{
	if (!config)
		return;
	assert(config->refs > 0);
	if (--config->refs > 0)
		return;
	config_unref(config->base);
	arena_free(config->arena);
	free(config);
}

bool logfile_has_others(const struct logfile_config *log)
{
	return log->syslog || log->journal || log->events_enabled || log->capture_maxbytes > 0 ||
	       log->also;
}

static const char *const level_names[] = {
	[LEVEL_BLATHER] = "blather", [LEVEL_TRACE] = "trace", [LEVEL_DEBUG] = "debug",
	[LEVEL_INFO] = "info",	     [LEVEL_WARN] = "warn",   [LEVEL_ERROR] = "error",
	[LEVEL_CRITICAL] = "critical",
};
_Static_assert(ARRAY_LEN(level_names) == LEVEL_N, "a level has no name");

enum log_level log_level_parse(const char *name)
{
	for (unsigned l = 0; l < LEVEL_N; l++)
		if (strcasecmp(level_names[l], name) == 0)
			return l;
	return LEVEL_N;
}
