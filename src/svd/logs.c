/*
 * logs.c - the channels that svd-logd reads for us. svd never opens a log file and never reads a
 * program's output; it only remembers enough to tell a new svd-logd everything again.
 */
#include "svd/logs.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>
#include <utlist.h>

#include "base/clock.h"
#include "base/fd.h"
#include "ipc/frame.h"
#include "ipc/loop.h"
#include "svd/chan.h"
#include "svd/clearing.h"
#include "svd/engine.h"
#include "svd/group.h"
#include "svd/keeps.h"
#include "svd/listener.h"
#include "svd/log.h"
#include "svd/proc.h"
#include "svd/sibling.h"
#include "svd/sinkstats.h"
#include "svd/sys.h"

enum {
	BUCKETS = 256,
	CLOSING_MAX = 1000,	/* channels that svd-logd has not closed yet */
};

/* Seconds that the end of a program waits for its last words; see logs_have_told. */
static const double PATIENCE = 0.2;

/* Seconds that who wants counts waits for fresh ones. */
static const double COUNT_PATIENCE = 0.5;

static const double SOON = 0.005;	/* seconds */

struct logs {
	struct sibling logd;
	struct keeps   keeps;		/* for the next svd-logd */
	struct chan   *chans;		/* owned list */
	struct chan   *by_number[BUCKETS];
	unsigned       last_number;
	const struct config *config;	/* borrowed */
	struct loop   *loop;		/* borrowed */
	unsigned       activity;	/* the channel of svd's own log */
	unsigned       closing;		/* channels that are */
	bool           stuck_said;
	unsigned       telling;		/* channels with tell, and those that capture */
	unsigned long  sync_asked, sync_answered;	/* the latest moments, see logs_have_told */
	struct timer   patience;	/* with the answer */
	bool           impatient;	/* until it comes: nobody is waited for any more */
	struct clear_file *to_clear;	/* list of borrowed: svd-logd has not answered for them */
	unsigned       last_clear;	/* number of the last one */
	struct timer   soon;		/* for who waits until a file is written */
	struct printed *own;		/* counted: of svd's own log */
	struct sinkstats sinkstats;
	struct logfile_config own_conf;
	unsigned long  count_asked, count_answered;	/* the latest question of logs_count */
	struct timer   count_patience;	/* with the answer */
	bool           count_overdue;	/* until it comes: nobody is waited for any more */
};

static struct chan *find(struct logs *logs, unsigned number)
{
	struct chan *chan = logs->by_number[number % BUCKETS];

	while (chan && chan->number != number)
		chan = chan->next_in_bucket;
	return chan;
}

static void forget(struct logs *logs, struct chan *chan)
{
	logs->closing--;
	logs->telling -= chan_has_news(chan);
	DL_DELETE(logs->chans, chan);
	LL_DELETE2(logs->by_number[chan->number % BUCKETS], chan, next_in_bucket);
	chan_free(chan);
}

/* A svd-logd that does not take frames is of no use: its successor gets them all. */
static void check_sent(struct logs *logs, int ret)
{
	if (ret < 0 && ret != -EPIPE && !logs->logd.broken) {
		log_error("svd-logd: %s; it is started again", strerror(-ret));
		sibling_fail(&logs->logd);
	}
}

static void tell(struct logs *logs, json_t *head, int fd)
{
	if (logs->logd.link)
		check_sent(logs, link_send(logs->logd.link, head, NULL, 0, fd));
	else
		json_decref(head);
}

static void tell_open(struct logs *logs, const struct chan *chan)
{
	tell(logs, chan_frame_open(chan), chan->fd);
}

static void tell_close(struct logs *logs, const struct chan *chan)
{
	tell(logs, chan_frame_close(chan), -1);
}

/* --- what svd-logd says --- */

static void on_up(struct sibling *s)
{
	struct logs *logs = s->user;
	struct clear_file *file;
	struct chan *chan;

	link_set_lazy(s->link, true);
	logs->sync_asked = logs->sync_answered;
	logs->impatient = false;
	logs->count_answered = logs->count_asked;
	sinkstats_begin(&logs->sinkstats);
	check_sent(logs, keeps_send(&logs->keeps, s->link));
	DL_FOREACH(logs->chans, chan) {
		chan->told = (struct counts){ 0 };
		tell_open(logs, chan);
		if (chan->closing)
			tell_close(logs, chan);
	}
	tell(logs, json_pack("{s:s}", "t", "begin"), -1);
	DL_FOREACH(logs->to_clear, file)
		tell(logs, clear_frame(file), -1);
}

static void on_cleared(struct logs *logs, struct frame *frame)
{
	clear_answered(&logs->to_clear, frame->head);
}

static struct chan *chan_of(struct logs *logs, const struct frame *frame)
{
	return find(logs, (unsigned)json_integer_value(json_object_get(frame->head, "ch")));
}

static const char *text_of(const struct frame *frame, const char *key)
{
	const char *text = json_string_value(json_object_get(frame->head, key));

	return text ? text : "";
}

static json_int_t lost_of(const struct frame *frame)
{
	return json_integer_value(json_object_get(frame->head, "lost"));
}

static void on_closed(struct logs *logs, struct frame *frame)
{
	struct chan *chan = chan_of(logs, frame);

	if (!chan || !chan->closing)
		return;
	chan_take_counts(chan, counts_of_head(frame->head));
	forget(logs, chan);
}

static void on_counted(struct logs *logs, struct frame *frame)
{
	json_t *body = json_loadb(frame->body, frame->body_len, 0, NULL), *value;
	json_t *id = json_object_get(frame->head, "id");
	const char *number;

	json_object_foreach(json_object_get(body, "channels"), number, value) {
		struct chan *chan = find(logs, (unsigned)strtoul(number, NULL, 10));

		if (chan)
			chan_take_counts(chan, counts_of_array(value));
	}
	sinkstats_take(&logs->sinkstats, json_object_get(body, "sinks"));
	json_decref(body);
	if (!id)
		return;
	logs->count_answered = (unsigned long)json_integer_value(id);
	logs->count_overdue = false;
	timer_stop(&logs->count_patience);
}

static void on_output(struct logs *logs, struct frame *frame)
{
	struct chan *chan = chan_of(logs, frame);

	if (chan && chan->tell)
		chan_take_output(chan, frame->body, frame->body_len, (uint64_t)lost_of(frame));
}

static void on_captured(struct logs *logs, struct frame *frame)
{
	struct chan *chan = chan_of(logs, frame);

	if (chan && chan->captures)
		record_captured(&chan->speaker, frame->body, frame->body_len, lost_of(frame));
}

static void on_synced(struct logs *logs, struct frame *frame)
{
	logs->sync_answered =
		(unsigned long)json_integer_value(json_object_get(frame->head, "id"));
	logs->impatient = false;
}

static void on_trouble(struct logs *logs, struct frame *frame)
{
	sinkstats_news(&logs->sinkstats, frame->head);
}

/* A svd-logd whose descriptor we cannot keep must not use it: it is as good as broken. */
static void on_keep(struct logs *logs, struct frame *frame)
{
	int ret = -EMFILE;

	if (frame->fd >= 0)
		ret = keeps_put(&logs->keeps, text_of(frame, "name"), steal_fd(&frame->fd));
	check_sent(logs, ret);
}

static void on_frame(struct sibling *s, struct frame *frame)
{
	static const struct {
		const char *type;
		void      (*fn)(struct logs *logs, struct frame *frame);
	} news[] = {
		{ "keep", on_keep },
		{ "closed", on_closed },
		{ "output", on_output },
		{ "captured", on_captured },
		{ "synced", on_synced },
		{ "counted", on_counted },
		{ "trouble", on_trouble },
		{ "healed", on_trouble },
		{ "cleared", on_cleared },
		{ "rotated", on_cleared },
	};

	for (size_t i = 0; i < ARRAY_LEN(news); i++)
		if (strcmp(news[i].type, frame->type) == 0)
			news[i].fn(s->user, frame);
}

static const struct sibling_ops logd_ops = {
	.on_up = on_up,
	.on_frame = on_frame,
};

/* --- channels --- */

/* As chan_new. */
static struct chan *add(struct logs *logs, const char *group, const char *name, const char *path,
			struct printed *printed, int fd)
{
	struct chan *chan = chan_new(group, name, path, printed, fd);

	if (!chan)
		return NULL;
	chan->number = ++logs->last_number;
	DL_APPEND(logs->chans, chan);
	LL_PREPEND2(logs->by_number[chan->number % BUCKETS], chan, next_in_bucket);
	return chan;
}

/* Whoever wants to be told costs a copy of all that is printed. */
static bool want_to_be_told(const struct logs *logs, const struct logfile_config *conf)
{
	return conf->events_enabled || logs->config->loglevel <= LEVEL_DEBUG;
}

bool logs_want(const struct logs *logs, const struct process *p, enum channel channel)
{
	const struct logfile_config *conf = &p->conf->log[channel];

	return proc_logfile(p, channel) || logfile_has_others(conf) ||
	       want_to_be_told(logs, conf);
}

static void set_options(struct chan *chan, struct logs *logs, const struct process *p)
{
	const struct logfile_config *conf = &p->conf->log[chan->speaker.channel];

	chan_configure(chan, p->config, conf);
	/* Of what a listener says svd-logd gets a copy, for its file: we have heard it. */
	chan->heard = listener_reads(p, chan->speaker.channel);
	chan->speaker.bus = &p->group->engine->bus;
	chan->speaker.log_events = conf->events_enabled;
	logs->telling -= chan_has_news(chan);
	chan->tell = want_to_be_told(logs, conf) && !chan->heard;
	chan->captures = conf->capture_maxbytes > 0 && !chan->heard;
	logs->telling += chan_has_news(chan);
}

unsigned logs_open(struct logs *logs, const struct process *p, pid_t pid, enum channel channel,
		   int fd)
{
	const char *path = proc_logfile(p, channel);
	struct chan *chan = add(logs, p->group->conf->name, p->conf->name, path ? path : "",
				p->printed, fd);

	if (!chan)
		return 0;
	chan->speaker.pid = pid;
	chan->speaker.channel = channel;
	set_options(chan, logs, p);
	tell_open(logs, chan);
	return chan->number;
}

void logs_change(struct logs *logs, const struct process *p, bool is_news)
{
	for (enum channel c = 0; c < CHANNEL_N; c++) {
		struct chan *chan = find(logs, p->channels[c]);

		if (!chan)
			continue;
		set_options(chan, logs, p);
		if (is_news)
			tell(logs, chan_frame_change(chan), -1);
	}
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

static void on_impatient(struct timer *t)
{
	container_of(t, struct logs, patience)->impatient = true;
}

bool logs_have_told(struct logs *logs, unsigned long moment)
{
	if (!logs->telling || !logs->logd.link || logs->sync_answered >= moment ||
	    logs->impatient) {
		timer_stop(&logs->patience);
		return true;
	}
	if (logs->sync_asked < moment) {
		logs->sync_asked = moment;
		tell(logs, json_pack("{s:s, s:I}", "t", "sync", "id", (json_int_t)moment), -1);
		if (!timer_is_armed(&logs->patience))
			timer_start(&logs->patience, PATIENCE);
	}
	return false;
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

void logs_clear(struct logs *logs, struct clear_file *file)
{
	file->id = ++logs->last_clear;
	DL_APPEND(logs->to_clear, file);
	tell(logs, clear_frame(file), -1);
}

void logs_clear_forget(struct logs *logs, struct clear_file *file)
{
	if (file->id && !file->done)
		DL_DELETE(logs->to_clear, file);
}

static bool has_bytes(const struct chan *chan)
{
	struct pollfd ask = { .fd = chan->fd, .events = POLLIN };

	return poll(&ask, 1, 0) == 1 && ask.revents & POLLIN;
}

/*
 * A byte that is neither in the pipe nor in one of the pipes that we keep for svd-logd is in the
 * file, so there is nothing to ask svd-logd.
 */
bool logs_are_written(struct logs *logs, const char *path)
{
	bool written = !keeps_have_bytes(&logs->keeps);
	struct chan *chan;

	log_flush();
	DL_FOREACH(logs->chans, chan) {
		if (strcmp(chan->path, path) == 0 && has_bytes(chan))
			written = false;
	}
	if (!written)
		timer_start(&logs->soon, SOON);
	return written;
}

static void on_count_overdue(struct timer *t)
{
	container_of(t, struct logs, count_patience)->count_overdue = true;
}

unsigned long logs_count(struct logs *logs)
{
	if (logs->logd.link && logs->count_asked == logs->count_answered) {
		logs->count_asked++;
		logs->count_overdue = false;
		tell(logs, json_pack("{s:s, s:I}", "t", "count", "id",
				     (json_int_t)logs->count_asked), -1);
		timer_start(&logs->count_patience, COUNT_PATIENCE);
	}
	return logs->count_asked;
}

bool logs_have_counted(const struct logs *logs, unsigned long question)
{
	return !logs->logd.link || logs->count_overdue || logs->count_answered >= question;
}

const struct counts *logs_own_counts(const struct logs *logs)
{
	return &logs->own->sums[CHANNEL_STDOUT];
}

const struct sinkstat *logs_stat(const struct logs *logs, const char *path)
{
	return sinkstats_find(&logs->sinkstats, path);
}

pid_t logs_pid(const struct logs *logs)
{
	return logs->logd.pid;
}

const char *logs_activity(const struct logs *logs)
{
	return logs->config->logfile;
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

/* The turn that follows is all that is wanted. */
static void on_soon(struct timer *t)
{
	(void)t;
}

struct logs *logs_new(struct loop *loop, const struct config *config)
{
	struct logs *logs = calloc(1, sizeof(*logs));

	if (!logs)
		return NULL;
	logs->own = printed_new();
	if (!logs->own) {
		free(logs);
		return NULL;
	}
	logs->loop = loop;
	timer_init(&logs->count_patience, loop, on_count_overdue);
	timer_init(&logs->soon, loop, on_soon);
	logs->config = config;
	timer_init(&logs->patience, loop, on_impatient);
	sibling_init(&logs->logd, "svd-logd", loop, &logd_ops, logs);
	return logs;
}

/* A channel of svd's own; *ret_fd is the end that it writes to. */
static int open_own(struct logs *logs, const char *path, const struct logfile_config *conf,
		    struct printed *printed, struct chan **ret_chan, int *ret_fd)
{
	struct chan *chan;
	int fds[2];

	if (pipe2(fds, O_CLOEXEC | O_NONBLOCK) < 0)
		return -errno;
	chan = add(logs, "svd", "", path, printed, fds[0]);
	if (!chan) {
		close_fd(&fds[1]);
		return -ENOMEM;
	}
	chan_configure(chan, NULL, conf);
	*ret_chan = chan;
	*ret_fd = fds[1];
	return 0;
}

int logs_open_stdout(struct logs *logs, int *ret_fd)
{
	static const struct logfile_config conf = { .kind = LOGFILE_PATH, .mode = -1,
						    .uid = (uid_t)-1, .gid = (gid_t)-1 };
	struct printed *printed = printed_new();
	struct chan *chan;
	int ret = printed ? open_own(logs, "/dev/stdout", &conf, printed, &chan, ret_fd) : -ENOMEM;

	if (ret == 0)
		tell_open(logs, chan);
	printed_unref(printed);
	return ret;
}

static int open_activity(struct logs *logs, struct err *err)
{
	const struct config *config = logs->config;
	bool to_syslog = strcmp(config->logfile, "syslog") == 0;
	struct chan *chan;
	int fd, ret = open_own(logs, to_syslog ? "" : config->logfile, &logs->own_conf, logs->own,
			       &chan, &fd);

	if (ret < 0)
		return err_set(err, ret, "cannot have a log: %s", strerror(-ret));
	logs->own_conf = (struct logfile_config){
		.kind = to_syslog ? LOGFILE_NONE : LOGFILE_PATH,
		.path = config->logfile,
		.maxbytes = config->logfile_maxbytes,
		.backups = config->logfile_backups,
		.mode = -1, .uid = (uid_t)-1, .gid = (gid_t)-1,
		.syslog = to_syslog, .syslog_facility = LOG_USER,
	};
	chan->echo = config->nodaemon && !config->silent;
	logs->activity = chan->number;
	log_open(logs->loop, fd);
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
	timer_stop(&logs->soon);
	sibling_done(&logs->logd);
	timer_stop(&logs->patience);
	timer_stop(&logs->count_patience);
	printed_unref(logs->own);
	sinkstats_done(&logs->sinkstats);
	keeps_done(&logs->keeps);
	DL_FOREACH_SAFE(logs->chans, chan, next)
		chan_free(chan);
	free(logs);
}
