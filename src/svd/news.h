/* news.h - what event listeners are told: the payload of each type of event */
#ifndef SVD_SVD_NEWS_H
#define SVD_SVD_NEWS_H

#include "conf/events.h"
#include "svd/procfsm.h"

struct bus;
struct process;

/* A process has left the state `from` for the one that it is in now. */
void news_state(const struct process *p, enum proc_state from);

/* EVENT_PROCESS_GROUP_ADDED or _REMOVED, of the group of this name. */
void news_group(struct bus *bus, enum event_type type, const char *name);

/* EVENT_SUPERVISOR_STATE_CHANGE_RUNNING or _STOPPING. */
void news_mood(struct bus *bus, enum event_type type);

/* Somebody asks us to tell them, with sendRemoteCommEvent. */
void news_remote(struct bus *bus, const char *type, const char *data);

#endif
