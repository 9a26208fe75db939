/* group.c - groups. Mirrors ProcessGroupBase. */
#include "svd/group.h"

#include <stdlib.h>
#include <string.h>

#include "svd/hook.h"
#include "svd/pool.h"
#include "svd/wait.h"

static bool make_processes(struct group *group)
{
	if (group->conf->kind == GROUP_LISTENERS) {
		group->pool = pool_new(group);
		if (!group->pool)
			return false;
	}
	if (group->conf->hook) {
		group->hook = hook_new(group);
		if (!group->hook)
			return false;
	}
	for (size_t i = 0; i < group->conf->n_programs; i++) {
		struct process *p = proc_new(group->config, &group->conf->programs[i],
					     group);

		if (!p)
			return false;
		group->processes[group->n_processes++] = p;
	}
	return true;
}

struct group *group_new(struct engine *engine, struct config *config,
			const struct group_config *conf)
{
	struct group *group = calloc(1, sizeof(*group));

	if (!group)
		return NULL;
	group->engine = engine;
	group->config = config_ref(config);
	group->conf = conf;
	group->processes = calloc(conf->n_programs + 1, sizeof(struct process *));
	if (!group->processes || !make_processes(group)) {
		group_free(group);
		return NULL;
	}
	return group;
}

void group_free(struct group *group)
{
	for (size_t i = 0; i < group->n_processes; i++)
		proc_free(group->processes[i]);
	free(group->processes);
	pool_free(group->pool);
	hook_free(group->hook);
	config_unref(group->next_config);
	config_unref(group->config);
	free(group);
}

struct process *group_find(const struct group *group, const char *name)
{
	for (size_t i = 0; i < group->n_processes; i++)
		if (strcmp(group->processes[i]->conf->name, name) == 0)
			return group->processes[i];
	return NULL;
}

static void insert(struct group *group, struct process *p)
{
	size_t i = group->n_processes++;

	for (; i > 0 && group->processes[i - 1]->conf->priority > p->conf->priority; i--)
		group->processes[i] = group->processes[i - 1];
	group->processes[i] = p;
}

struct process *group_add_extra(struct group *group, struct config *config,
				const struct program_config *conf)
{
	struct process **more = realloc(group->processes,
					(group->n_processes + 2) * sizeof(*more));
	struct process *p;

	if (!more)
		return NULL;
	group->processes = more;
	p = proc_new(config, conf, group);
	if (!p)
		return NULL;
	p->is_extra = true;
	insert(group, p);
	return p;
}

void group_forget(struct group *group, struct process *p)
{
	size_t i = 0;

	wait_end(group->engine, p);
	while (group->processes[i] != p)
		i++;
	group->n_processes--;
	memmove(&group->processes[i], &group->processes[i + 1],
		(group->n_processes - i) * sizeof(p));
	proc_free(p);
}

void group_autostart(struct group *group)
{
	for (size_t i = 0; i < group->n_processes; i++)
		if (group->processes[i]->conf->autostart)
			proc_feed(group->processes[i], IN_START);
}

void group_stop(struct group *group)
{
	for (size_t i = group->n_processes; i-- > 0;) {
		struct process *p = group->processes[i];

		proc_feed(p, p->state == PROC_BACKOFF ? IN_GIVE_UP : IN_STOP);
	}
}

size_t group_n_unstopped(const struct group *group)
{
	size_t n = 0;

	for (size_t i = 0; i < group->n_processes; i++)
		n += !proc_is_stopped(group->processes[i]);
	return n;
}
