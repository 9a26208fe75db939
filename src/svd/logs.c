/*
 * logs.c - the channels that svd-logd reads for us. svd never opens a log file and never reads a
 * program's output; it only remembers enough to tell a new svd-logd everything again.
 */
#include "svd/logs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <utlist.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/strbuf.h"
#include "ipc/frame.h"
#include "ipc/loop.h"
#include "svd/group.h"
#include "svd/log.h"
#include "svd/proc.h"
#include "svd/sibling.h"
#include "svd/sys.h"

enum {
	BUCKETS = 256,
	FILE_MODE = 0644,
	AUTO_MODE = 0600,	/* as mkstemp(3) makes Supervisor's */
	CLOSING_MAX = 1000,	/* channels that svd-logd has not closed yet */
};

struct chan {
	struct chan *prev, *next;	/* of all, in the order of opening */
	struct chan *next_in_bucket;
	unsigned     number;
	int          fd;		/* owned; the read end */
	char        *who;		/* owned; "group:process stdout" */
	char        *path;		/* owned */
	int64_t      maxbytes;
	int          backups;
	int          mode;
	bool         echo;
	bool         closing;		/* `close` was asked for; `closed` has not come yet */
};

struct logs {
	struct sibling logd;
	struct chan   *chans;		/* owned list */
	struct chan   *by_number[BUCKETS];
	unsigned       last_number;
	const struct config *config;	/* borrowed */
	struct loop   *loop;		/* borrowed */
	unsigned       activity;	/* the channel of svd's own log */
	unsigned       closing;		/* channels that are */
	bool           stuck_said;
};

static struct chan *find(struct logs *logs, unsigned number)
{
	struct chan *chan = logs->by_number[number % BUCKETS];

	while (chan && chan->number != number)
		chan = chan->next_in_bucket;
	return chan;
}

static void chan_free(struct chan *chan)
{
	close_fd(&chan->fd);
	free(chan->who);
	free(chan->path);
	free(chan);
}

static void forget(struct logs *logs, struct chan *chan)
{
	logs->closing--;
	DL_DELETE(logs->chans, chan);
	LL_DELETE2(logs->by_number[chan->number % BUCKETS], chan, next_in_bucket);
	chan_free(chan);
}

/* A svd-logd that does not take frames is of no use: its successor gets them all. */
static void tell(struct logs *logs, json_t *head, int fd)
{
	int ret;

	if (!logs->logd.link) {
		json_decref(head);
		return;
	}
	ret = link_send(logs->logd.link, head, NULL, 0, fd);
	if (ret < 0 && ret != -EPIPE && !logs->logd.broken) {
		log_error("svd-logd: %s; it is started again", strerror(-ret));
		sibling_fail(&logs->logd);
	}
}

static void tell_open(struct logs *logs, const struct chan *chan)
{
	json_t *head = json_pack("{s:s, s:i, s:o, s:o, s:I, s:i, s:i}", "t", "open", "ch",
				 (int)chan->number, "who", json_text(chan->who), "path",
				 json_text(chan->path), "maxbytes", (json_int_t)chan->maxbytes,
				 "backups", chan->backups, "mode", chan->mode);

	if (head && chan->echo)
		json_object_set_new(head, "echo", json_true());
	tell(logs, head, chan->fd);
}

static void tell_close(struct logs *logs, const struct chan *chan)
{
	tell(logs, json_pack("{s:s, s:i}", "t", "close", "ch", (int)chan->number), -1);
}

/* --- what svd-logd says --- */

static void on_up(struct sibling *s)
{
	struct logs *logs = s->user;
	struct chan *chan;

	link_set_lazy(s->link, true);
	DL_FOREACH(logs->chans, chan) {
		tell_open(logs, chan);
		if (chan->closing)
			tell_close(logs, chan);
	}
}

static void on_frame(struct sibling *s, struct frame *frame)
{
	struct logs *logs = s->user;
	const char *path = json_string_value(json_object_get(frame->head, "path"));
	const char *text = json_string_value(json_object_get(frame->head, "text"));
	json_int_t lost = json_integer_value(json_object_get(frame->head, "lost"));
	struct chan *chan;

	if (strcmp(frame->type, "closed") == 0) {
		chan = find(logs, (unsigned)json_integer_value(json_object_get(frame->head, "ch")));
		if (chan && chan->closing)
			forget(logs, chan);
	} else if (strcmp(frame->type, "trouble") == 0 && path && text) {
		log_error("cannot write to log file %s: %s; %" JSON_INTEGER_FORMAT
			  " bytes were dropped since this was said last", path, text, lost);
	} else if (strcmp(frame->type, "healed") == 0 && path) {
		log_warn("log file %s can be written to again; %" JSON_INTEGER_FORMAT
			 " bytes were dropped", path, lost);
	}
}

static const struct sibling_ops logd_ops = {
	.on_up = on_up,
	.on_frame = on_frame,
};

/* --- channels --- */

static struct chan *add(struct logs *logs, char *who, const char *path, int fd)
{
	struct chan *chan = calloc(1, sizeof(*chan));
	char *copy = strdup(path);

	if (!chan || !copy || !who) {
		close_fd(&fd);
		free(chan);
		free(copy);
		free(who);
		return NULL;
	}
	*chan = (struct chan){ .number = ++logs->last_number, .fd = fd, .who = who, .path = copy,
			       .mode = FILE_MODE };
	DL_APPEND(logs->chans, chan);
	LL_PREPEND2(logs->by_number[chan->number % BUCKETS], chan, next_in_bucket);
	return chan;
}

static char *who_is(const struct process *p, enum channel channel)
{
	struct strbuf sb = { 0 };

	strbuf_addf(&sb, "%s:%s %s", p->group->conf->name, p->conf->name,
		    channel == CHANNEL_STDOUT ? "stdout" : "stderr");
	return strbuf_steal(&sb);
}

unsigned logs_open(struct logs *logs, const struct process *p, enum channel channel, int fd)
{
	const struct logfile_config *conf = &p->conf->log[channel];
	struct chan *chan = add(logs, who_is(p, channel), proc_logfile(p, channel), fd);

	if (!chan)
		return 0;
	chan->maxbytes = conf->maxbytes;
	chan->backups = conf->backups;
	if (conf->kind == LOGFILE_AUTO)
		chan->mode = AUTO_MODE;
	tell_open(logs, chan);
	return chan->number;
}

void logs_close(struct logs *logs, unsigned number)
{
	struct chan *chan = find(logs, number);

	if (!chan || chan->closing)
		return;
	chan->closing = true;
	logs->closing++;
	tell_close(logs, chan);
}

/*
 * A svd-logd that hangs in a disk closes nothing. Each restart of a program would then cost svd two
 * descriptors, until nothing could be started any more; its output has nowhere to go anyway.
 */
bool logs_are_stuck(struct logs *logs)
{
	bool stuck = logs->closing >= CLOSING_MAX;

	if (stuck && !logs->stuck_said)
		log_error("svd-logd does not come on; what is started now is not logged");
	logs->stuck_said = stuck;
	return stuck;
}

void logs_reopen(struct logs *logs)
{
	tell(logs, json_pack("{s:s}", "t", "reopen"), -1);
}

void logs_flush(struct logs *logs)
{
	log_flush();
	link_flush(logs->logd.link);
}

bool logs_reaped(struct logs *logs, pid_t pid, int wait_status)
{
	return sibling_reaped(&logs->logd, pid, wait_status);
}

/* --- life --- */

struct logs *logs_new(struct loop *loop, const struct config *config)
{
	struct logs *logs = calloc(1, sizeof(*logs));

	if (!logs)
		return NULL;
	logs->loop = loop;
	logs->config = config;
	sibling_init(&logs->logd, "svd-logd", loop, &logd_ops, logs);
	return logs;
}

static int open_activity(struct logs *logs, struct err *err)
{
	const struct config *config = logs->config;
	bool to_syslog = strcmp(config->logfile, "syslog") == 0;
	struct chan *chan;
	int fds[2];

	if (pipe2(fds, O_CLOEXEC | O_NONBLOCK) < 0)
		return err_set(err, -errno, "cannot make a pipe: %s", strerror(errno));
	chan = add(logs, strdup("svd"), to_syslog ? "" : config->logfile, fds[0]);
	if (!chan) {
		close_fd(&fds[1]);
		return err_set(err, -ENOMEM, "out of memory");
	}
	chan->maxbytes = config->logfile_maxbytes;
	chan->backups = config->logfile_backups;
	chan->echo = config->nodaemon && !config->silent;
	logs->activity = chan->number;
	log_open(logs->loop, fds[1]);
	return 0;
}

int logs_start(struct logs *logs, struct err *err)
{
	int ret = open_activity(logs, err);

	return ret < 0 ? ret : sibling_start(&logs->logd, err);
}

void logs_stop(struct logs *logs, double seconds)
{
	double end = clock_mono() + seconds;

	while (log_has_backlog() && clock_mono() < end) {
		log_flush();
		link_drain(logs->logd.link, 1);
	}
	log_close();
	logs_close(logs, logs->activity);
	sibling_stop(&logs->logd);
	(void)sibling_wait(&logs->logd, end - clock_mono());
}

void logs_free(struct logs *logs)
{
	struct chan *chan, *next;

	if (!logs)
		return;
	sibling_done(&logs->logd);
	DL_FOREACH_SAFE(logs->chans, chan, next)
		chan_free(chan);
	free(logs);
}
