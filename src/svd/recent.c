/*
 * recent.c - not a subscriber of the bus: Supervisor counts the events that somebody wanted, so one
 * who wants all of them would change the numbers that listeners see.
 */
#include "svd/recent.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "svd/group.h"
#include "svd/proc.h"

static char *append(char *to, const char *text)
{
	return stpcpy(to, text) + 1;
}

void recent_add(struct recent *recent, enum event_type type, const char *group,
		const char *process, const char *reason)
{
	char *texts = malloc(strlen(group) + strlen(process) + strlen(reason) + 3);
	struct recent_row *row = &recent->rows[recent->n % RECENT_MAX];

	if (!texts)
		return;
	free(row->group);
	*row = (struct recent_row){ .at = clock_wall(), .type = type, .group = texts };
	row->process = append(texts, group);
	row->reason = append((char *)row->process, process);
	append((char *)row->reason, reason);
	recent->n++;
}

static bool has_ended(const struct process *p)
{
	return proc_is_stopped(p) || p->state == PROC_BACKOFF;
}

void recent_state(struct recent *recent, enum event_type type, const struct process *p)
{
	char reason[512] = "";

	if (has_ended(p))
		ends_reason(&p->ends, p->conf, reason, sizeof(reason));
	recent_add(recent, type, p->group->conf->name, p->conf->name, reason);
}

const struct recent_row *recent_at(const struct recent *recent, size_t i)
{
	if (i >= recent->n || i >= RECENT_MAX)
		return NULL;
	return &recent->rows[(recent->n - 1 - i) % RECENT_MAX];
}

void recent_done(struct recent *recent)
{
	for (size_t i = 0; i < RECENT_MAX; i++)
		free(recent->rows[i].group);
}
