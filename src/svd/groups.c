/* groups.c - the engine's list of groups. Mirrors add_process_group and remove_process_group. */
#include "svd/groups.h"

#include <errno.h>
#include <string.h>
#include <utlist.h>

#include "svd/engine.h"
#include "svd/hook.h"
#include "svd/news.h"
#include "svd/wait.h"

const struct group_config *groups_find_config(const struct config *config, const char *name)
{
	for (size_t i = 0; i < config->n_groups; i++)
		if (strcmp(config->groups[i].name, name) == 0)
			return &config->groups[i];
	return NULL;
}

/* Supervisor sorts by priority alone, and its sort leaves equal ones as they came. */
static int by_place(const struct group *a, const struct group *b)
{
	if (a->conf->priority != b->conf->priority)
		return a->conf->priority < b->conf->priority ? -1 : 1;
	return a->added < b->added ? -1 : a->added > b->added;
}

/* From the end: a configuration brings its groups in order. */
static void place(struct engine *e, struct group *group)
{
	struct group *before = e->groups ? e->groups->prev : NULL;

	while (before && by_place(before, group) > 0)
		before = before == e->groups ? NULL : before->prev;
	DL_APPEND_ELEM(e->groups, before, group);
}

int groups_add(struct engine *e, struct config *config, const struct group_config *conf,
	       struct err *err)
{
	struct group *group = group_new(e, config, conf);

	if (!group)
		return err_set(err, -ENOMEM, "out of memory");
	group->added = e->n_groups_added++;
	place(e, group);
	status_changed(&e->status);
	news_group(e, EVENT_PROCESS_GROUP_ADDED, conf->name);
	return 0;
}

void groups_remove(struct engine *e, struct group *group)
{
	struct config *config = config_ref(group->config);
	const char *name = group->conf->name;

	for (size_t i = 0; i < group->n_processes; i++)
		wait_end(e, group->processes[i]);
	DL_DELETE(e->groups, group);
	status_changed(&e->status);
	if (!group->hook || !hook_leaves(group->hook))
		group_free(group);
	news_group(e, EVENT_PROCESS_GROUP_REMOVED, name);
	config_unref(config);
}

void groups_move(struct engine *e, struct group *group)
{
	DL_DELETE(e->groups, group);
	place(e, group);
}
