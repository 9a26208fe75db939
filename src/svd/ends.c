/*
 * ends.c - a wait status alone does not tell an operator enough: whether the end was wanted, came
 * too early, or had to be forced. What is kept here is for those who ask, and decides nothing.
 */
#include "svd/ends.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/signame.h"
#include "conf/config.h"
#include "svd/waitstatus.h"

void ends_done(struct ends *ends)
{
	free(ends->why);
	ends->why = NULL;
}

void ends_begin(struct ends *ends, bool again)
{
	ends->restarts += again || ends->renewing;
	ends->renewing = ends->overdue = false;
}

/* Without memory for it there is just no text. */
static void set_why(struct ends *ends, const char *why)
{
	free(ends->why);
	ends->why = why ? strdup(why) : NULL;
}

void ends_note(struct ends *ends, enum ending how, int wait_status, const char *failure)
{
	ends->n++;
	ends->at = clock_wall();
	ends->last = failure && how != ENDING_STOPPED ? ENDING_FAILED : how;
	ends->wait_status = wait_status;
	ends->killed = ends->overdue;
	set_why(ends, failure);
}

void ends_note_failure(struct ends *ends, const char *why)
{
	ends->at = clock_wall();
	ends->last = ENDING_FAILED;
	ends->killed = false;
	set_why(ends, why);
}

const char *ends_signal(const struct ends *ends)
{
	if (ends->last == ENDING_NONE || ends->last == ENDING_FAILED ||
	    !WIFSIGNALED(ends->wait_status))
		return "";
	return signame(WTERMSIG(ends->wait_status));
}

/* What is usual goes without saying: it ended by the signal that it was sent. */
static void reason_stopped(const struct ends *ends, const struct program_config *conf, char *buf,
			   size_t size)
{
	int status = ends->wait_status;
	char text[64];

	wait_status_text(status, text, sizeof(text));
	if (ends->killed && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
		snprintf(buf, size, "killed; did not stop within %d s", conf->stopwaitsecs);
	else if (status == 0 || (WIFSIGNALED(status) && WTERMSIG(status) == conf->stopsignal))
		snprintf(buf, size, "stopped");
	else
		snprintf(buf, size, "stopped; %s", text);
}

/* A signal is never expected, so that is not said of it. */
static void reason_itself(const struct ends *ends, char *buf, size_t size)
{
	static const char *const judgements[] = {
		[ENDING_EXPECTED] = "; expected",
		[ENDING_UNEXPECTED] = "; not expected",
		[ENDING_EARLY] = "; exited too quickly",
	};
	const char *judgement = judgements[ends->last];
	char text[64];

	wait_status_text(ends->wait_status, text, sizeof(text));
	if (ends->last == ENDING_UNEXPECTED && WIFSIGNALED(ends->wait_status))
		judgement = "";
	snprintf(buf, size, "%s%s", text, judgement);
}

void ends_reason(const struct ends *ends, const struct program_config *conf, char *buf,
		 size_t size)
{
	if (ends->last == ENDING_NONE)
		buf[0] = '\0';
	else if (ends->last == ENDING_FAILED)
		snprintf(buf, size, "%s", ends->why ? ends->why : "could not be started");
	else if (ends->last == ENDING_STOPPED)
		reason_stopped(ends, conf, buf, size);
	else
		reason_itself(ends, buf, size);
}
