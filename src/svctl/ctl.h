/* ctl.h - what the commands share: the connection, the exit status, the ways to complain */
#ifndef SVD_SVCTL_CTL_H
#define SVD_SVCTL_CTL_H

#include <jansson.h>
#include <stdbool.h>

#include "base/macro.h"
#include "svctl/client.h"
#include "svctl/flags.h"
#include "svctl/progress.h"
#include "svctl/report.h"
#include "svctl/words.h"

/* Exit statuses of actions, as the LSB has them for init scripts (and Supervisor's client). */
enum {
	EXIT_GENERIC = 1,
	EXIT_BAD_ARGS = 2,
	EXIT_UNIMPLEMENTED = 3,
	EXIT_NO_PRIVILEGE = 4,
	EXIT_NOT_INSTALLED = 5,
	EXIT_NOT_RUNNING = 7,
	/* ... and those of `status`. */
	EXIT_STATUS_NOT_RUNNING = 3,
	EXIT_STATUS_UNKNOWN = 4,
};

struct ctl {
	struct client *client;	/* owned */
	bool interactive;	/* there is somebody to ask */
	bool compatible;	/* we were called supervisorctl: look like it */
	bool at_once;		/* what has several names is done to all of them at once */
	bool match_group;	/* the wildcards of mstart and the others match "group:process" */
	bool whole_groups;	/* update restarts all of a changed group, as Supervisor does */
	bool leave;		/* a command ended the shell */
	bool wants_login;	/* the server asked who we are: ask, then run the line again */
	int  status;		/* the exit status so far; a command that goes well leaves it */
	struct flags flags;	/* owned: of the command that runs */
	double deadline_mono;	/* of the command that runs; INFINITY: none */
	struct progress progress;	/* embedded: of what takes long */
	struct report report;	/* owned: what it says if that is to be JSON */
};

/*
 * Runs one line as if typed into the shell. All that goes wrong has been said when it returns,
 * and is in ctl->status.
 */
void ctl_run_line(struct ctl *ctl, const char *line);

/*
 * Is the server there, and does it speak our version of the interface? 1: yes. 0: no, and it was
 * said. -1: the question itself failed, and it was said.
 */
int ctl_upcheck(struct ctl *ctl);

/* Says that there is no server at the other end, if that is what the answer means. */
bool ctl_tell_absent(struct ctl *ctl, const struct answer *a, const char *prefix,
		     const char *suffix);

/* client_call, after what is already known has been shown. */
enum answer_kind ctl_call(struct ctl *ctl, const char *method, json_t *params,
			  struct answer *ret_answer);

/*
 * The same for a call that waits until something is done: it fails at the deadline, where others
 * have a moment more, to find out what has become of things.
 */
enum answer_kind ctl_call_in_time(struct ctl *ctl, const char *method, json_t *params,
				  struct answer *ret_answer);

/* Calls; NULL when it failed or faulted, which was said. The result is the caller's. */
json_t *ctl_ask(struct ctl *ctl, const char *method, json_t *params);

/* Says what went wrong with a call that nobody has words for, and sets the status. */
void ctl_complain(struct ctl *ctl, const struct answer *a);
void ctl_error(struct ctl *ctl, const char *fmt, ...) printf_like(2, 3);
void ctl_oom(struct ctl *ctl);

/*
 * A line about what is wrong with the whole command; with --json it is the report's error. The
 * status stays.
 */
void ctl_say(struct ctl *ctl, const char *fmt, ...) printf_like(2, 3);

/* The same. Status EXIT_GENERIC. */
void ctl_tell(struct ctl *ctl, const char *fmt, ...) printf_like(2, 3);

/* Says what is wrong with a command line, and how the verb is used. Status EXIT_GENERIC. */
void ctl_misused(struct ctl *ctl, const char *verb, const char *fmt, ...) printf_like(3, 4);

/* false, having said so, when there are arguments. */
bool ctl_takes_nothing(struct ctl *ctl, const char *verb, const char *arg);

/* An answer that is no answer to what was asked. */
void ctl_misunderstood(struct ctl *ctl, const char *why);

/* Splits; false when there is no memory, which was said. */
bool ctl_split(struct ctl *ctl, const char *arg, struct words *ret_words);

/*
 * The same for who asks for states. When nobody answers it is false, and the exit status says that
 * the states are not known.
 */
bool ctl_split_upcheck(struct ctl *ctl, const char *arg, struct words *ret_words);

/* The parameter list of a method that takes one name; NULL (no memory) is fine for ctl_call. */
json_t *ctl_one_param(const char *name, size_t n);

#endif
