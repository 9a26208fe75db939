/* lookup.c - RPC methods name processes in several ways and list them in two orders. */
#include "svd/lookup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "svd/engine.h"

bool lookup_name(const struct engine *e, const char *namespec, struct group **ret_group,
		 struct process **ret_process)
{
	const char *colon = strchr(namespec, ':');
	const char *name = colon ? colon + 1 : namespec;
	char *group_name = strndup(namespec, colon ? (size_t)(colon - namespec) : strlen(namespec));
	struct group *group = group_name ? engine_find_group(e, group_name) : NULL;
	struct process *p = NULL;

	free(group_name);
	if (!group)
		return false;
	if (!colon || (*name && strcmp(name, "*") != 0)) {
		p = group_find(group, name);
		if (!p)
			return false;
	}
	*ret_group = group;
	*ret_process = p;
	return true;
}

void lookup_namespec(const struct process *p, char *buf, size_t size)
{
	const char *group = p->group->conf->name;

	if (strcmp(group, p->conf->name) == 0)
		snprintf(buf, size, "%s", group);
	else
		snprintf(buf, size, "%s:%s", group, p->conf->name);
}

size_t lookup_group(const struct group *group, struct process ***ret_list)
{
	struct process **list = calloc(group->n_processes + 1, sizeof(struct process *));

	*ret_list = list;
	for (size_t i = 0; list && i < group->n_processes; i++)
		list[i] = group->processes[i];
	return list ? group->n_processes : 0;
}

size_t lookup_all(const struct engine *e, struct process ***ret_list)
{
	const struct group *group;
	struct process **list;
	size_t n = 0, i = 0;

	DL_FOREACH(e->groups, group)
		n += group->n_processes;
	list = calloc(n + 1, sizeof(struct process *));
	*ret_list = list;
	if (!list)
		return 0;
	DL_FOREACH(e->groups, group)
		for (size_t k = 0; k < group->n_processes; k++)
			list[i++] = group->processes[k];
	return n;
}

static int by_name(const void *a, const void *b)
{
	const struct process *p = *(struct process *const *)a, *q = *(struct process *const *)b;
	int order = strcmp(p->group->conf->name, q->group->conf->name);

	return order ? order : strcmp(p->conf->name, q->conf->name);
}

size_t lookup_all_by_name(const struct engine *e, struct process ***ret_list)
{
	size_t n = lookup_all(e, ret_list);

	if (n)
		qsort(*ret_list, n, sizeof(**ret_list), by_name);
	return n;
}
