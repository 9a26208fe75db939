/* jobs.h - what svd wants done to a file by its path: cleared, rotated */
#ifndef SVD_LOGD_JOBS_H
#define SVD_LOGD_JOBS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/macro.h"
#include "logd/baton.h"
#include "logd/target.h"

struct sinks;

enum job_kind { JOB_CLEAR, JOB_ROTATE };

struct job {
	struct risk   risk;
	struct jobs  *jobs;	/* borrowed */
	struct job   *prev, *next;
	enum job_kind kind;
	int64_t       id;	/* of the frame that asked for it */
	char         *path;	/* owned */
	struct target found;	/* what is at that path; only kind and id count */
	int           ret;
	bool          done;	/* the file is, not its sink yet */
};

struct jobs {
	struct job   *list;	/* owned, the oldest first */
	struct sinks *sinks;	/* borrowed */
	/* It is done; ret is 0 or -errno. */
	void (*on_done)(void *user, enum job_kind kind, int64_t id, int ret);
	void         *user;
};

void jobs_done(struct jobs *jobs);

/* 0 or -ENOMEM. */
must_check int jobs_add(struct jobs *jobs, enum job_kind kind, int64_t id, const char *path);

/*
 * In the turn: do what can be done. A job comes after the last words of channels that are to end.
 * What sinks have to do because of them stands in sinks->todo afterwards; when that has been done,
 * jobs_answer says which jobs are done.
 */
void jobs_run(struct jobs *jobs);
void jobs_answer(struct jobs *jobs);

#endif
