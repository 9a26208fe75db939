/* news.h - what event listeners are told: the payload of each type of event */
#ifndef SVD_SVD_NEWS_H
#define SVD_SVD_NEWS_H

#include "conf/events.h"
#include "svd/procfsm.h"

struct bus;
struct engine;
struct event;
struct process;

/* A process has left the state `from` for the one that it is in now. */
void news_state(const struct process *p, enum proc_state from);

/* EVENT_PROCESS_GROUP_ADDED or _REMOVED, of the group of this name. */
void news_group(struct engine *e, enum event_type type, const char *name);

/* EVENT_SUPERVISOR_STATE_CHANGE_RUNNING or _STOPPING. */
void news_mood(struct engine *e, enum event_type type);

/* Somebody asks us to tell them, with sendRemoteCommEvent. */
void news_remote(struct bus *bus, const char *type, const char *data);

enum { SUBJECT_NAME_MAX = 1024 };

/* Whom an event is about; "": about no group, about no process. */
struct subject {
	char group[SUBJECT_NAME_MAX], process[SUBJECT_NAME_MAX];
};

/* Found in its payload, which is all that there is of an event. */
void news_subject(const struct event *event, struct subject *ret_subject);

#endif
