/* proc.h - one supervised process: what is known about it, and what happens to it */
#ifndef SVD_SVD_PROC_H
#define SVD_SVD_PROC_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/macro.h"
#include "conf/config.h"
#include "ipc/loop.h"
#include "svd/ends.h"
#include "svd/input.h"
#include "svd/procfsm.h"

struct delivery;
struct group;
struct listener;
struct printed;

/* See update.h. */
enum renewal { RENEWAL_NONE, RENEWAL_ADD, RENEWAL_RESTART, RENEWAL_REMOVE };

/*
 * The table in procfsm.c decides, proc.c does. Callbacks of the loop only post inputs; they are
 * fed to the table in the engine's turn. One function, in proc.c, writes `state`.
 */
struct process {
	struct config *config;			/* counted: the snapshot of conf */
	const struct program_config *conf;	/* borrowed from config */
	struct group *group;			/* borrowed */

	/* Plain data: what a new life of the daemon would have to know. */
	enum proc_state state;
	pid_t    pid;			/* 0: none */
	unsigned tries;			/* failed starts in a row */
	int      exitstatus;		/* of the last life; -1: by a signal */
	double   started_at, stopped_at;	/* wall clock; 0: never */
	double   started_mono;
	char    *spawnerr;		/* owned; why the last start failed; NULL: it did not */
	char    *autolog[CHANNEL_N];	/* owned; the name made up for an AUTO log file */
	struct ends ends;
	struct printed *printed;	/* counted; how much it has printed */

	/* Run time. */
	int      wait_status;		/* of the exit that is being handled */
	struct timer timer;		/* the one clock that matters in this state */
	enum renewal renewal;		/* what svd.updateGroup has still to do with it */
	bool     start_again;		/* ... and whether it is to run afterwards */
	bool     leaving;		/* it is about to be freed */
	bool     is_extra;		/* no file has it: see group_add_extra */
	unsigned inputs;		/* posted and not yet fed: bit n is input n */
	struct process *prev_posted, *next_posted;	/* NULL: not in the engine's list */
	struct input input;		/* its standard input, unless it has the ... */
	bool     has_socket;		/* ... socket of its group: see fcgi.h */
	struct listener *listener;	/* owned; NULL: it is a program */
	struct delivery *delivery;	/* borrowed: of an eventexec, see hook_exec.c; else NULL */
	unsigned channels[CHANNEL_N];	/* of svd-logd; 0: none */
	struct process *next_by_pid;	/* in its bucket of the engine's table */
};

/* conf is in config, which is counted up; group is borrowed. NULL: no memory. */
must_check struct process *proc_new(struct config *config, const struct program_config *conf,
				    struct group *group);
void proc_free(struct process *p);

/*
 * One more process of the configuration of `model`, into the same log files and the same counts.
 * NULL: no memory.
 */
must_check struct process *proc_new_like(const struct process *model);

/*
 * From now on it has conf, of its name, in config, which is counted up. What runs and is written
 * to logs is not touched.
 */
void proc_configure(struct process *p, struct config *config, const struct program_config *conf);

/* Ask for an input in the coming turn. */
void proc_post(struct process *p, enum proc_input input);

/* Feed an input now; only from within the turn. */
void proc_feed(struct process *p, enum proc_input input);

/* Feed all that was posted. */
void proc_feed_posted(struct process *p);

/*
 * Send a signal that is not meant to end it; it is alive. 0, also when it has just gone; or -errno
 * with err, which is not NULL.
 */
int proc_signal(struct process *p, int signo, struct err *err);

/* Its child could not become the program; the exit comes later. */
void proc_failed_to_become(struct process *p, const char *why);

/* The process was reaped with this wait status. */
void proc_exited(struct process *p, int wait_status);

bool proc_is_running(const struct process *p);	/* STARTING, RUNNING, BACKOFF: Supervisor's word */
bool proc_is_stopped(const struct process *p);	/* STOPPED, EXITED, FATAL, UNKNOWN */

/* svd itself will start it again, in a moment or as soon as it has stopped; see listener.h. */
bool proc_comes_back(const struct process *p);

/* It will not, for somebody has other plans with it. */
void proc_stay(struct process *p);

bool proc_is_expected(const struct process *p);	/* is its last exit status in exitcodes? */

const char *proc_state_name(enum proc_state state);	/* "RUNNING" */
int proc_state_code(enum proc_state state);		/* 20: Supervisor's number */

/* The file that a channel is written to, NULL: none. */
const char *proc_logfile(const struct process *p, enum channel channel);

#endif
