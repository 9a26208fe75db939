/*
 * rpc_twiddler.c - what supervisor_twiddler does: groups change without a file that says so. What
 * was added here is left alone by reread and update, until its group goes or svd ends.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <utlist.h>

#include "conf/extra.h"
#include "ipc/frame.h"
#include "svd/engine.h"
#include "svd/log.h"
#include "svd/notes.h"
#include "svd/permit.h"
#include "svd/plugins.h"

enum { PROCESSES_MAX = 10000 };		/* in a group */

void rpc_twiddler_get_api_version(struct engine *e, struct call *call)
{
	(void)e;
	call_result(call, json_string("0.3"));
}

/* As a whole, or something in it. */
static bool sees(const struct engine *e, const struct call *call, const struct group *group)
{
	if (access_allows(e->config, &call->who, ROLE_READ, group->conf->name, NULL))
		return true;
	for (size_t i = 0; i < group->n_processes; i++)
		if (permit_sees(e, call, group->processes[i]))
			return true;
	return false;
}

void rpc_twiddler_get_group_names(struct engine *e, struct call *call)
{
	json_t *names = json_array();
	const struct group *group;

	DL_FOREACH(e->groups, group)
		if (sees(e, call, group))
			json_array_append_new(names, json_text(group->conf->name));
	call_result(call, names);
}

/* --- log --- */

static const struct {
	const char *name;
	int         number;
} levels[] = {
	[LEVEL_BLATHER] = { "BLAT", 3 }, [LEVEL_TRACE] = { "TRAC", 5 },
	[LEVEL_DEBUG] = { "DEBG", 10 },	 [LEVEL_INFO] = { "INFO", 20 },
	[LEVEL_WARN] = { "WARN", 30 },	 [LEVEL_ERROR] = { "ERRO", 40 },
	[LEVEL_CRITICAL] = { "CRIT", 50 },
};
_Static_assert(ARRAY_LEN(levels) == LEVEL_N, "a level has no name");

/* LEVEL_N: there is no such level. */
static unsigned wanted_level(const json_t *value)
{
	const char *name = json_string_value(value);
	unsigned l;

	if (!value)
		return LEVEL_INFO;
	for (l = 0; l < LEVEL_N; l++)
		if (name ? strcasecmp(levels[l].name, name) == 0 :
			   levels[l].number == (int)json_number_value(value))
			break;
	return l;
}

void rpc_twiddler_log(struct engine *e, struct call *call)
{
	unsigned level = wanted_level(json_array_get(call->params, 1));

	(void)e;
	if (level == LEVEL_N) {
		call_fault(call, FAULT_INCORRECT_PARAMETERS, NULL);
		return;
	}
	log_msg((enum log_level)level, "%s", call_string(call, 0));
	call_result(call, json_true());
}

/* --- add --- */

/* Of the first parameter; NULL: the call is answered. */
static struct group *wanted_group(const struct engine *e, struct call *call)
{
	const char *name = call_string(call, 0);
	struct group *group = engine_find_group(e, name);

	if (!group)
		call_fault(call, FAULT_BAD_NAME, "group: %s", name);
	return group;
}

/* As it would stand in a file, the caller's to free; NULL: it cannot. */
static char *option_text(const json_t *value)
{
	const char *s = json_string_value(value);

	if (s)
		return strlen(s) == json_string_length(value) ? strdup(s) : NULL;
	if (json_is_integer(value) || json_is_boolean(value))
		return json_dumps(value, JSON_ENCODE_ANY);
	return NULL;
}

/* Returns how many; with a value that is no text, or without memory, it is fewer than there are. */
static size_t read_options(json_t *object, struct extra_option *list)
{
	const char *key;
	json_t *value;
	size_t n = 0;

	json_object_foreach(object, key, value) {
		list[n] = (struct extra_option){ .name = key, .value = option_text(value) };
		if (!list[n].value)
			break;
		n++;
	}
	return n;
}

static int load_program(struct engine *e, struct call *call, const struct group *group,
			struct config **ret_config, struct err *err)
{
	json_t *object = json_array_get(call->params, 2);
	size_t n_given = json_object_size(object), n;
	struct extra_option *list = calloc(n_given + 1, sizeof(*list));
	int ret;

	if (!list)
		return err_set(err, -ENOMEM, "out of memory");
	n = read_options(object, list);
	if (n == n_given)
		ret = extra_load(e->config, group->conf, call_string(call, 1), list, n,
				 ret_config, err);
	else
		ret = err_set(err, -EINVAL, "%s is no text", list[n].name);
	for (size_t i = 0; i < n; i++)
		free((char *)list[i].value);
	free(list);
	return ret;
}

/* Is there room for all of them? If not, the call is answered. */
static bool has_room(struct call *call, const struct group *group, const struct group_config *conf)
{
	for (size_t i = 0; i < conf->n_programs; i++) {
		if (group_find(group, conf->programs[i].name)) {
			call_fault(call, FAULT_BAD_NAME, "%s", conf->programs[i].name);
			return false;
		}
	}
	if (group->n_processes + conf->n_programs <= PROCESSES_MAX)
		return true;
	call_fault(call, FAULT_FAILED, "more than %d processes in %s", PROCESSES_MAX,
		   group->conf->name);
	return false;
}

static void add_processes(struct call *call, struct group *group, struct config *config)
{
	const struct group_config *conf = &config->groups[0];

	if (!has_room(call, group, conf))
		return;
	notes_log(config, NULL);
	for (size_t i = 0; i < conf->n_programs; i++) {
		struct process *p = group_add_extra(group, config, &conf->programs[i]);

		if (!p) {
			call_fault(call, FAULT_FAILED, "out of memory");
			return;
		}
		if (p->conf->autostart)
			proc_feed(p, IN_START);
	}
	call_result(call, json_true());
}

void rpc_twiddler_add_program(struct engine *e, struct call *call)
{
	struct group *group = wanted_group(e, call);
	struct config *config;
	struct err err;
	int ret;

	if (!group)
		return;
	if (group->conf->kind != GROUP_PROGRAMS) {
		call_fault(call, FAULT_INCORRECT_PARAMETERS, "%s is no group of programs",
			   group->conf->name);
		return;
	}
	ret = load_program(e, call, group, &config, &err);
	if (ret < 0) {
		call_fault(call, ret == -ENOMEM ? FAULT_FAILED : FAULT_INCORRECT_PARAMETERS, "%s",
			   err.text);
		return;
	}
	add_processes(call, group, config);
	config_unref(config);
}

/* --- remove --- */

void rpc_twiddler_remove_process(struct engine *e, struct call *call)
{
	struct group *group = wanted_group(e, call);
	const char *name = call_string(call, 1);
	struct process *p;

	if (!group)
		return;
	p = group_find(group, name);
	if (!p) {
		call_fault(call, FAULT_BAD_NAME, "%s", name);
	} else if (!proc_is_stopped(p) || p->pid) {
		call_fault(call, FAULT_STILL_RUNNING, "%s", name);
	} else {
		group_forget(group, p);
		call_result(call, json_true());
	}
}
