/*
 * jobs.c - a job has a path, and there may be no sink for it, or one by another name. So it looks
 * at the file itself first, and then has the sink begin anew.
 */
#include "logd/jobs.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <utlist.h>

#include "logd/sink.h"
#include "logd/sink_age.h"

static struct sink *sink_of(const struct jobs *jobs, const struct job *job)
{
	struct sink *s = sinks_by_path(jobs->sinks, job->path);

	return s || !job->done ? s : sinks_by_file(jobs->sinks, &job->found.id);
}

static void free_job(struct jobs *jobs, struct job *job)
{
	DL_DELETE(jobs->list, job);
	free(job->path);
	free(job);
}

void jobs_done(struct jobs *jobs)
{
	while (jobs->list)
		free_job(jobs, jobs->list);
}

int jobs_add(struct jobs *jobs, enum job_kind kind, int64_t id, const char *path)
{
	struct job *job = calloc(1, sizeof(*job));

	if (!job)
		return -ENOMEM;
	*job = (struct job){ .kind = kind, .id = id, .path = strdup(path) };
	if (!job->path) {
		free(job);
		return -ENOMEM;
	}
	DL_APPEND(jobs->list, job);
	return 0;
}

/* --- the work on the file: this may take for ever, and touches nothing but the job --- */

/* The file, where the path is a symbolic link. What is no regular file stays. */
static int remove_file(const struct job *job)
{
	char real[PATH_MAX];

	if (job->found.kind != TARGET_FILE)
		return 0;
	if ((!realpath(job->path, real) || unlink(real) < 0) && errno != ENOENT)
		return -errno;
	return 0;
}

static void work(struct risk *r)
{
	struct job *job = container_of(r, struct job, risk);

	job->ret = target_find(&job->found, job->path);
	if (job->ret == -ENOENT)
		job->ret = 0;
	else if (job->ret == 0 && job->kind == JOB_CLEAR)
		job->ret = remove_file(job);
}

/* --- what follows from it --- */

static void apply(struct jobs *jobs, struct job *job)
{
	struct sink *s;

	job->done = true;
	s = sink_of(jobs, job);
	if (s && job->ret == 0)
		job->kind == JOB_CLEAR ? sink_want(s, TODO_OPEN) : sink_rotate_soon(s);
}

static void on_late(struct risk *r)
{
	struct job *job = container_of(r, struct job, risk);

	apply(job->jobs, job);
}

static void run(struct jobs *jobs, struct job *job, dev_t dev)
{
	struct baton *baton = jobs->sinks->baton;
	int ret = 0;

	job->jobs = jobs;
	job->risk = (struct risk){ .run = work, .on_late = on_late, .dev = dev };
	if (baton)
		ret = baton_run(baton, &job->risk);
	else
		work(&job->risk);
	if (ret == -ETIMEDOUT)
		job->ret = ret;
	if (ret != -EINPROGRESS)
		apply(jobs, job);
}

void jobs_run(struct jobs *jobs)
{
	struct job *job;

	DL_FOREACH(jobs->list, job) {
		const struct sink *s = sink_of(jobs, job);

		if (job->done || job->risk.away || (s && s->closing))
			continue;
		run(jobs, job, s ? s->dev : 0);
	}
}

/* What became of the sink: a file that cannot be rotated grows on. */
static int result_of(const struct job *job, const struct sink *s)
{
	if (job->ret < 0 || !s)
		return job->ret;
	if (sink_is_away(s))
		return -ETIMEDOUT;
	if (job->kind == JOB_ROTATE && s->rotate_at)
		return s->tally.code;
	return s->target.fd < 0 ? s->trouble.code : 0;
}

void jobs_answer(struct jobs *jobs)
{
	struct job *job, *next;

	DL_FOREACH_SAFE(jobs->list, job, next) {
		const struct sink *s = sink_of(jobs, job);

		if (!job->done || (s && s->todo && !sink_is_away(s)))
			continue;
		jobs->on_done(jobs->user, job->kind, job->id, result_of(job, s));
		free_job(jobs, job);
	}
}
