/*
 * update.c - what is still to be done with a process is written on the process itself, as its
 * renewal, so that an update that has begun ends well even when its client is gone by then.
 */
#include "svd/update.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "conf/diff.h"
#include "svd/engine.h"
#include "svd/groups.h"
#include "svd/hook.h"
#include "svd/log.h"
#include "svd/logs.h"
#include "svd/pool.h"
#include "svd/wait.h"

static const struct program_config *find_program(const struct group_config *conf, const char *name)
{
	for (size_t i = 0; i < conf->n_programs; i++)
		if (strcmp(conf->programs[i].name, name) == 0)
			return &conf->programs[i];
	return NULL;
}

static void look_again(struct engine *e)
{
	e->updating = true;
	e->again = true;
}

/* --- the group --- */

static int make_anew(struct group *group, struct config *config, const struct group_config *conf)
{
	config_unref(group->next_config);
	group->next_config = config_ref(config);
	group->next_conf = conf;
	look_again(group->engine);
	return 0;
}

static struct process *add_process(struct group *group, struct config *config,
				   const struct program_config *conf)
{
	struct process *p = proc_new(config, conf, group);

	if (p)
		p->renewal = RENEWAL_ADD;
	return p;
}

/*
 * Fills the list with the processes in the order of conf, and then those that it does not have.
 * Returns how many; fewer than conf has when there was no memory for a new one.
 */
static size_t list_processes(struct group *group, struct config *config,
			     const struct group_config *conf, struct process **list)
{
	size_t n = 0;

	for (size_t i = 0; i < conf->n_programs; i++) {
		struct process *p = group_find(group, conf->programs[i].name);

		list[n] = p ? p : add_process(group, config, &conf->programs[i]);
		if (!list[n])
			return n;
		n++;
	}
	for (size_t i = 0; i < group->n_processes; i++)
		if (!find_program(conf, group->processes[i]->conf->name))
			list[n++] = group->processes[i];
	return n;
}

static int no_memory(const struct group *group, struct process **list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (group_find(group, list[i]->conf->name) != list[i])
			proc_free(list[i]);
	free(list);
	return -ENOMEM;
}

static void stay(struct group *group)
{
	config_unref(group->next_config);
	group->next_config = NULL;
	group->next_conf = NULL;
}

int update_group(struct group *group, struct config *config, const struct group_config *conf)
{
	struct process **list;
	size_t n = 0;

	if (group_config_is_remade(group->conf, conf))
		return make_anew(group, config, conf);
	list = calloc(conf->n_programs + group->n_processes + 1, sizeof(struct process *));
	if (list)
		n = list_processes(group, config, conf, list);
	if (n < conf->n_programs || !list)
		return no_memory(group, list, n);
	stay(group);
	free(group->processes);
	group->processes = list;
	group->n_processes = n;
	config_unref(group->config);
	group->config = config_ref(config);
	group->conf = conf;
	pool_configure(group->pool);
	if (group->hook)
		hook_configure(group->hook);
	groups_move(group->engine, group);
	return 0;
}

/* --- its processes --- */

static enum updated begin_later(struct process *p, enum renewal renewal, bool autostart)
{
	if (p->state == PROC_UNKNOWN)
		return UPDATED_FAILED;
	/* What somebody else's update has stopped must come back all the same. */
	p->start_again = autostart || proc_is_running(p) || proc_comes_back(p) ||
			 (p->renewal == RENEWAL_RESTART && p->start_again);
	proc_stay(p);
	proc_feed(p, IN_STOP);
	if (p->state == PROC_UNKNOWN)
		return UPDATED_FAILED;
	p->renewal = renewal;
	look_again(p->group->engine);
	return UPDATED_LATER;
}

static enum updated begin_new(struct process *p)
{
	p->renewal = RENEWAL_NONE;
	p->start_again = p->conf->autostart;
	if (p->start_again)
		proc_feed(p, IN_START);
	return UPDATED_ADDED;
}

enum updated update_process(struct process *p)
{
	struct group *group = p->group;
	const struct group_config *target = group->next_conf ? group->next_conf : group->conf;
	const struct program_config *conf = find_program(target, p->conf->name);
	enum program_change change;

	if (p->renewal == RENEWAL_ADD)
		return begin_new(p);
	if (!conf && p->is_extra)
		return UPDATED_NOT;
	p->is_extra = false;
	if (!conf)
		return begin_later(p, RENEWAL_REMOVE, false);
	change = program_config_compare(p->conf, conf);
	if (group->next_conf || p->renewal != RENEWAL_NONE || change == PROGRAM_RESTART)
		return begin_later(p, RENEWAL_RESTART, conf->autostart);
	proc_configure(p, group->config, conf);
	logs_change(group->engine->logs, p, change == PROGRAM_LIVE);
	return change == PROGRAM_LIVE ? UPDATED_LIVE : UPDATED_NOT;
}

bool update_is_pending(const struct process *p)
{
	return p->renewal != RENEWAL_NONE;
}

bool update_brings_back(const struct process *p)
{
	const struct group_config *next = p->group->next_conf;

	return next && find_program(next, p->conf->name);
}

/* --- what has stopped --- */

static void restart(struct process *p)
{
	struct group *group = p->group;

	wait_look(group->engine, p);
	p->renewal = RENEWAL_NONE;
	p->tries = 0;
	proc_configure(p, group->config, find_program(group->conf, p->conf->name));
	if (p->start_again)
		proc_feed(p, IN_START);
}

/* Returns whether something is still to come. */
static bool step_process(struct group *group, size_t i)
{
	struct process *p = group->processes[i];

	if (p->state == PROC_UNKNOWN)	/* it does not let itself be stopped, and stays */
		p->renewal = RENEWAL_NONE;
	if (p->renewal == RENEWAL_NONE)
		return false;
	if (!proc_is_stopped(p)) {
		/* Somebody has started it again before its turn came. */
		p->start_again |= proc_is_running(p);
		proc_feed(p, IN_STOP);
		return true;
	}
	if (p->renewal == RENEWAL_REMOVE)
		group_forget(group, p);
	else
		restart(p);
	return false;
}

static void replace(struct group *group)
{
	struct engine *e = group->engine;
	struct config *config = config_ref(group->next_config);
	const struct group_config *conf = group->next_conf;
	struct err err;

	groups_remove(e, group);
	if (groups_add(e, config, conf, &err) < 0)
		log_error("%s: %s", conf->name, err.text);
	else
		group_autostart(engine_find_group(e, conf->name));
	config_unref(config);
}

/* Somebody may have started a process again while the others still stopped. */
static bool step_replacement(struct group *group)
{
	for (size_t i = 0; i < group->n_processes; i++)
		proc_feed(group->processes[i], IN_STOP);
	if (group_n_unstopped(group))
		return true;
	replace(group);
	return false;
}

static bool step_group(struct group *group)
{
	bool pending = false;

	if (group->next_conf)
		return step_replacement(group);
	for (size_t i = group->n_processes; i-- > 0;)
		pending |= step_process(group, i);
	return pending;
}

void update_step(struct engine *e)
{
	struct group *group, *next;

	if (!e->updating)
		return;
	e->updating = false;
	DL_FOREACH_SAFE(e->groups, group, next)
		e->updating |= step_group(group);
}
