/* engine.h - the supervisor as a whole: groups, mood, and the turn in which all things happen */
#ifndef SVD_SVD_ENGINE_H
#define SVD_SVD_ENGINE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/burst.h"
#include "base/macro.h"
#include "svd/bus.h"
#include "svd/followers.h"
#include "svd/group.h"
#include "svd/printer.h"
#include "svd/recent.h"
#include "svd/status.h"
#include "svd/sys.h"
#include "svd/ticks.h"

/* Supervisor's numbers (supervisor.states.SupervisorStates). */
enum mood { MOOD_SHUTDOWN = -1, MOOD_RESTARTING = 0, MOOD_RUNNING = 1 };

enum { PID_BUCKETS = 256, ENGINE_SIGNALS = 6 };

struct call;
struct logs;
struct gate;
struct hook;
struct plugin;
struct poster;
struct pool;

/* Reads the configuration as it is now; on success *ret_config is the caller's to unref. */
typedef int engine_read_fn(void *arg, struct config **ret_config, struct err *err);

struct signal_watch {
	struct sigwatch watch;
	struct engine  *engine;		/* borrowed */
};

struct engine {
	struct loop   *loop;		/* owned */
	struct config *config;		/* counted: the newest snapshot; what groups are made of */
	struct config *began;		/* counted: that of this life: its servers, its log */
	enum mood      mood;
	struct group  *groups;		/* owned list, by priority, then as they came: groups.h */
	unsigned long  n_groups_added;	/* since the beginning */
	struct process *by_pid[PID_BUCKETS];	/* lists of borrowed; no allocation, ever */
	struct process *posted;		/* list of borrowed: those with inputs to feed */
	struct call   *calls;		/* owned list: waiting for their answers, oldest first */
	struct logs   *logs;		/* owned */
	struct printer printer;
	struct gate   *gate;		/* owned */
	struct poster *poster;		/* owned */
	struct plugin *plugins;		/* owned list; of `began` */
	struct bus     bus;
	struct followers followers;
	struct recent  recent;
	struct ticks   ticks;
	struct status  status;
	struct pool   *pools;		/* list of borrowed: of the groups of listeners */
	struct hook   *hooks;		/* list of borrowed: of the groups that are one */
	uint64_t       n_tries;		/* that hooks have begun */
	double         started_at;	/* wall clock */
	bool           autostarted;
	bool           stopping;	/* the ordered stop has begun */
	bool           ended;		/* ... and is done: no turn comes after this one */
	bool           reap_wanted;	/* SIGCHLD came */
	bool           updating;	/* some process has a renewal, see update.h */
	bool           again;		/* something changed: another round of this turn */
	unsigned long  signals;		/* came and not yet handled: bit n is signal n */
	unsigned long  n_quits;		/* times that SIGCHLD came */
	struct signal_watch watches[ENGINE_SIGNALS];
	struct burst   refusals;	/* told in the log, see svd/permit.c */
	struct timer   report;		/* armed while something is waited for */
	bool           report_due;	/* ... and it has fired */
	engine_read_fn *read;		/* set by who makes the engine */
	void          *read_arg;	/* borrowed */
	const struct saved_limit *limits;	/* borrowed: what programs get back */
	int            n_limits;
	bool           is_protected;	/* from the OOM killer, as programs are not to be */
	int            null_fd;		/* owned: /dev/null, for channels that are not kept */
	int            reports[2];	/* owned: a pipe of struct spawn_report, see sys_spawn */
};

/* The engine and its groups; config is counted up. NULL: no memory or descriptors. */
must_check struct engine *engine_new(struct config *config);
void engine_free(struct engine *e);

/* Take signals and run until shutdown is complete. */
void engine_run(struct engine *e);

/* One turn; the loop calls it, and unit tests. */
void engine_turn(struct engine *e);

/* Leave MOOD_RUNNING: everything is stopped in order, then the loop ends. */
void engine_set_mood(struct engine *e, enum mood mood);

/*
 * Stop everything and begin anew. When the configuration is not in order by now nothing happens,
 * unlike in Supervisor: 0, or -errno with err. When it is, engine->config is what was read.
 */
int engine_restart(struct engine *e, struct err *err);

/*
 * Read the configuration again. Nothing that runs changes; engine->config is what groups are added
 * and updated from afterwards. Its news for the operator are logged. 0, or -errno with err, and
 * then nothing has changed.
 */
int engine_reread(struct engine *e, struct err *err);

/* Supervisor's name of a mood: "RUNNING". */
const char *mood_name(enum mood mood);

struct group *engine_find_group(const struct engine *e, const char *name);	/* or NULL */

/* The table by which a dead child's pid finds its process. */
void engine_note_pid(struct engine *e, struct process *p);
void engine_forget_pid(struct engine *e, struct process *p);

#endif
