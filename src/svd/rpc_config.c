/*
 * rpc_config.c - RPC methods about the configuration: read it again, and add, update and remove
 * groups by it. Mirrors supervisor.rpcinterface; svd.updateGroup goes beyond.
 */
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "conf/diff.h"
#include "ipc/frame.h"
#include "svd/call.h"
#include "svd/engine.h"
#include "svd/groups.h"
#include "svd/record.h"

/* --- what is new --- */

static int by_age(const void *a, const void *b)
{
	const struct group *g = *(struct group *const *)a, *h = *(struct group *const *)b;

	return g->added < h->added ? -1 : g->added > h->added;
}

static json_t *removed_names(const struct engine *e)
{
	struct group **list, *group;
	json_t *names;
	size_t n = 0;

	DL_COUNT(e->groups, group, n);
	list = calloc(n + 1, sizeof(struct group *));
	if (!list)
		return NULL;
	n = 0;
	DL_FOREACH(e->groups, group)
		if (!groups_find_config(e->config, group->conf->name))
			list[n++] = group;
	qsort(list, n, sizeof(*list), by_age);
	names = json_array();
	for (size_t i = 0; i < n; i++)
		json_array_append_new(names, json_text(list[i]->conf->name));
	free(list);
	return names;
}

/* Mirrors diff_to_active: against what runs, not against what was read before. */
static json_t *differences(const struct engine *e)
{
	json_t *added = json_array(), *changed = json_array();

	for (size_t i = 0; i < e->config->n_groups; i++) {
		const struct group_config *conf = &e->config->groups[i];
		const struct group *group = engine_find_group(e, conf->name);

		if (!group)
			json_array_append_new(added, json_text(conf->name));
		else if (!group_config_is_same(group->conf, conf))
			json_array_append_new(changed, json_text(conf->name));
	}
	/* The outer array is Supervisor's: XML-RPC had one value to return. */
	return json_pack("[[o, o, o]]", added, changed, removed_names(e));
}

void rpc_reload_config(struct engine *e, struct call *call)
{
	struct err err;

	if (engine_reread(e, &err) < 0)
		call_fault(call, FAULT_CANT_REREAD, "%s", err.text);
	else
		call_result(call, differences(e));
}

/* --- groups --- */

void rpc_add_process_group(struct engine *e, struct call *call)
{
	const char *name = call_string(call, 0);
	const struct group_config *conf = groups_find_config(e->config, name);
	struct err err;

	if (!conf) {
		call_fault(call, FAULT_BAD_NAME, "%s", name);
	} else if (engine_find_group(e, name)) {
		call_fault(call, FAULT_ALREADY_ADDED, "%s", name);
	} else if (groups_add(e, e->config, conf, &err) < 0) {
		call_fault(call, FAULT_FAILED, "%s", err.text);
	} else {
		group_autostart(engine_find_group(e, name));
		call_result(call, json_true());
	}
}

void rpc_remove_process_group(struct engine *e, struct call *call)
{
	const char *name = call_string(call, 0);
	struct group *group = engine_find_group(e, name);

	if (!group) {
		call_fault(call, FAULT_BAD_NAME, "%s", name);
	} else if (group_n_unstopped(group)) {
		call_fault(call, FAULT_STILL_RUNNING, "%s", name);
	} else {
		groups_remove(e, group);
		call_result(call, json_true());
	}
}

/* --- all options --- */

/* XML-RPC's integers end here. */
static json_t *integer(int64_t value)
{
	return json_integer(value > INT_MAX ? INT_MAX : value);
}

static json_t *text_or_none(const char *s)
{
	return json_text(s ? s : "none");
}

/* As it is written in the file, where XML-RPC has a type for it. */
static json_t *restart_rule(enum autorestart when)
{
	return when == AUTORESTART_UNEXPECTED ? json_string("unexpected") :
						json_boolean(when == AUTORESTART_ALWAYS);
}

static json_t *exit_codes(const struct program_config *conf)
{
	json_t *codes = json_array();

	for (size_t i = 0; i < conf->n_exitcodes; i++)
		json_array_append_new(codes, json_integer(conf->exitcodes[i]));
	return codes;
}

/* Supervisor writes the name that was made up into the very configuration of what runs. */
static const char *logfile_name(const struct program_config *conf, enum channel channel,
				const struct process *p)
{
	if (channel == CHANNEL_STDERR && conf->redirect_stderr)
		return NULL;
	if (conf->log[channel].kind == LOGFILE_AUTO)
		return p && p->conf == conf ? proc_logfile(p, channel) : "auto";
	return conf->log[channel].path;
}

static void set_channel(json_t *info, const char *option, const char *channel, json_t *value)
{
	char key[64];

	snprintf(key, sizeof(key), "%s_%s", channel, option);
	json_object_set_new(info, key, value);
}

static void set_log(json_t *info, const struct program_config *conf, enum channel channel,
		    const struct process *p)
{
	const struct logfile_config *log = &conf->log[channel];
	const char *name = channel_name(channel);

	set_channel(info, "capture_maxbytes", name, integer(log->capture_maxbytes));
	set_channel(info, "events_enabled", name, json_boolean(log->events_enabled));
	set_channel(info, "logfile", name, text_or_none(logfile_name(conf, channel, p)));
	set_channel(info, "logfile_backups", name, json_integer(log->backups));
	set_channel(info, "logfile_maxbytes", name, integer(log->maxbytes));
	set_channel(info, "syslog", name, json_boolean(log->syslog));
}

static json_t *config_info(const struct engine *e, const struct program_config *conf)
{
	const struct group *group = engine_find_group(e, conf->group->name);
	const struct process *p = group ? group_find(group, conf->name) : NULL;
	json_t *info = json_object();

	json_object_set_new(info, "name", json_text(conf->name));
	json_object_set_new(info, "group", json_text(conf->group->name));
	json_object_set_new(info, "group_prio", json_integer(conf->group->priority));
	json_object_set_new(info, "process_prio", json_integer(conf->priority));
	json_object_set_new(info, "inuse", json_boolean(group));
	json_object_set_new(info, "command", json_text(conf->command));
	json_object_set_new(info, "directory", text_or_none(conf->directory));
	json_object_set_new(info, "uid", conf->user ? integer(conf->user->uid) :
						      json_string("none"));
	json_object_set_new(info, "serverurl", text_or_none(conf->serverurl));
	json_object_set_new(info, "autostart", json_boolean(conf->autostart));
	json_object_set_new(info, "autorestart", restart_rule(conf->autorestart));
	json_object_set_new(info, "exitcodes", exit_codes(conf));
	json_object_set_new(info, "startsecs", json_integer(conf->startsecs));
	json_object_set_new(info, "startretries", json_integer(conf->startretries));
	json_object_set_new(info, "stopsignal", json_integer(conf->stopsignal));
	json_object_set_new(info, "stopwaitsecs", json_integer(conf->stopwaitsecs));
	json_object_set_new(info, "killasgroup", json_boolean(conf->killasgroup));
	json_object_set_new(info, "redirect_stderr", json_boolean(conf->redirect_stderr));
	for (enum channel c = 0; c < CHANNEL_N; c++)
		set_log(info, conf, c, p);
	return info;
}

/* By name; of one name as they are in the snapshot, which is in one array of each group. */
static int by_name(const void *a, const void *b)
{
	const struct program_config *x = *(const struct program_config *const *)a;
	const struct program_config *y = *(const struct program_config *const *)b;
	int order = strcmp(x->name, y->name);

	if (order)
		return order;
	return x->group < y->group ? -1 : x->group > y->group;
}

/* There are not more of them: those of the snapshot, and those that no file has. */
static size_t n_programs(const struct engine *e)
{
	const struct group *group;
	size_t n = 0;

	for (size_t i = 0; i < e->config->n_groups; i++)
		n += e->config->groups[i].n_programs;
	DL_FOREACH(e->groups, group)
		n += group->n_processes;
	return n;
}

static size_t list_programs(const struct engine *e, const struct program_config **list)
{
	const struct config *config = e->config;
	const struct group *group;
	size_t n = 0;

	for (size_t i = 0; i < config->n_groups; i++)
		for (size_t k = 0; k < config->groups[i].n_programs; k++)
			list[n++] = &config->groups[i].programs[k];
	DL_FOREACH(e->groups, group)
		for (size_t i = 0; i < group->n_processes; i++)
			if (group->processes[i]->is_extra)
				list[n++] = group->processes[i]->conf;
	return n;
}

void rpc_get_all_config_info(struct engine *e, struct call *call)
{
	const struct config *config = e->config;
	const struct program_config **list = calloc(n_programs(e) + 1, sizeof(*list));
	json_t *infos = list ? json_array() : NULL;
	size_t n = list ? list_programs(e, list) : 0;

	if (n)
		qsort(list, n, sizeof(*list), by_name);
	for (size_t i = 0; i < n; i++)
		if (access_allows(config, &call->who, ROLE_READ, list[i]->group->name,
				  list[i]->name))
			json_array_append_new(infos, config_info(e, list[i]));
	free(list);
	call_result(call, infos);
}
