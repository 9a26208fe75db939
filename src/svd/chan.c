/* chan.c - all that a new svd-logd has to be told about one channel, in one place. */
#include "svd/chan.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/fd.h"
#include "ipc/frame.h"
#include "svd/log.h"

enum { AUTO_MODE = 0600 };	/* as mkstemp(3) makes Supervisor's */

static const double LOSSES_SECONDS = 60;	/* between two lines about one channel */

void chan_free(struct chan *chan)
{
	close_fd(&chan->fd);
	speaker_done(&chan->speaker);
	printed_unref(chan->printed);
	config_unref(chan->config);
	free(chan->path);
	free(chan);
}

struct chan *chan_new(const char *group, const char *name, const char *path,
		      struct printed *printed, int fd)
{
	struct chan *chan = calloc(1, sizeof(*chan));

	if (!chan) {
		close_fd(&fd);
		return NULL;
	}
	*chan = (struct chan){ .fd = fd, .path = strdup(path), .printed = printed_ref(printed) };
	if (!chan->path || speaker_init(&chan->speaker, group, name) < 0) {
		chan_free(chan);
		return NULL;
	}
	return chan;
}

bool chan_has_news(const struct chan *chan)
{
	return chan->tell || chan->captures;
}

void chan_take_counts(struct chan *chan, struct counts now)
{
	counts_take(&chan->printed->sums[chan->speaker.channel], &chan->told, &now);
}

static void say_loss(struct chan *chan, uint64_t sum)
{
	unsigned long n_unsaid;
	bool is_last;

	if (burst_take(&chan->losses, 1, LOSSES_SECONDS, clock_mono(), &n_unsaid, &is_last))
		log_warn("%s %s: output came too fast for event listeners, who have missed %" PRIu64
			 " bytes so far", chan->speaker.name, channel_name(chan->speaker.channel),
			 sum);
}

void chan_take_output(struct chan *chan, const char *data, size_t n, uint64_t lost)
{
	struct counts *sum = &chan->printed->sums[chan->speaker.channel];

	if (lost && chan->speaker.log_events) {
		sum->untold += lost;
		say_loss(chan, sum->untold);
	}
	if (n)
		record_output(&chan->speaker, data, n, (long long)lost);
}

void chan_configure(struct chan *chan, struct config *config, const struct logfile_config *conf)
{
	struct config *old = chan->config;

	chan->config = config ? config_ref(config) : NULL;
	chan->conf = conf;
	config_unref(old);
}

/* --- frames --- */

/* What a file gets that nothing is said of: what open(2) would give it, here. */
static mode_t default_mode(void)
{
	mode_t mask = umask(022);

	umask(mask);
	return 0666 & ~mask;
}

static int mode_of(const struct logfile_config *conf)
{
	if (conf->mode >= 0)
		return conf->mode;
	return conf->kind == LOGFILE_AUTO ? AUTO_MODE : (int)default_mode();
}

static void set_number(json_t *head, const char *key, int64_t number, bool is_set)
{
	if (is_set)
		json_object_set_new(head, key, json_integer(number));
}

/* The first word of each table is what there is without. */
static void set_word(json_t *head, const char *key, const char *const *words, unsigned word)
{
	if (word > 0)
		json_object_set_new(head, key, json_string(words[word]));
}

static void set_flag(json_t *head, const char *key, bool is_set)
{
	if (is_set)
		json_object_set_new(head, key, json_true());
}

static void add_file(json_t *head, const struct logfile_config *conf)
{
	set_number(head, "maxbytes", conf->maxbytes, true);
	set_number(head, "backups", conf->backups, true);
	set_number(head, "mode", mode_of(conf), true);
	set_number(head, "uid", conf->uid, conf->uid != (uid_t)-1);
	set_number(head, "gid", conf->gid, conf->gid != (gid_t)-1);
	set_flag(head, "mkdir", conf->mkdir);
	set_word(head, "rotate", log_rotate_words, conf->rotate);
	set_word(head, "compress", log_compress_words, conf->compress);
	set_number(head, "maxage", conf->maxage, conf->maxage > 0);
	set_number(head, "budget", conf->budget, conf->budget > 0);
	if (!conf->also)
		return;
	json_object_set_new(head, "also", json_array());
	for (const char *const *path = conf->also; *path; path++)
		json_array_append_new(json_object_get(head, "also"), json_text(*path));
}

static void add_filters(json_t *head, const struct chan *chan)
{
	const struct logfile_config *conf = chan->conf;
	bool has_format = conf->format != FORMAT_RAW;

	set_flag(head, "strip", conf->strip_ansi);
	set_number(head, "capture", conf->capture_maxbytes, chan->captures);
	set_word(head, "format", log_format_words, conf->format);
	set_number(head, "linemax", conf->line_maxbytes, has_format);
	set_number(head, "linesecs", conf->line_secs, has_format);
	set_flag(head, "lines", conf->count_lines);
}

/* A tag is the name that syslog knows; an empty one leaves just the line. */
static json_t *syslog_of(const struct chan *chan)
{
	const struct logfile_config *conf = chan->conf;
	const char *ident = conf->syslog_tag, *tag = ident ? "" : chan->speaker.name;
	json_t *syslog = json_pack("{s:o, s:i}", "tag", json_text(tag), "facility",
				   conf->syslog_facility);

	if (ident && *ident)
		json_object_set_new(syslog, "ident", json_text(ident));
	if (conf->syslog_server)
		json_object_set_new(syslog, "server", json_string(conf->syslog_server));
	return syslog;
}

/* Supervisor sends nothing of what listeners say to syslog, and captures nothing of it. */
static void add_others(json_t *head, const struct chan *chan)
{
	set_flag(head, "tell", chan->tell);
	if (chan->conf->syslog && !chan->heard)
		json_object_set_new(head, "syslog", syslog_of(chan));
	set_flag(head, "journal", chan->conf->journal);
	set_flag(head, "echo", chan->echo);
}

/* What may change while a channel is open. */
static json_t *options_of(const char *type, const struct chan *chan)
{
	json_t *head = json_pack("{s:s, s:i}", "t", type, "ch", (int)chan->number);

	if (head) {
		add_file(head, chan->conf);
		add_filters(head, chan);
		add_others(head, chan);
	}
	return head;
}

json_t *chan_frame_open(const struct chan *chan)
{
	json_t *head = options_of("open", chan);
	const struct speaker *s = &chan->speaker;

	if (head) {
		json_object_set_new(head, "group", json_text(s->group));
		json_object_set_new(head, "name", json_text(s->name));
		json_object_set_new(head, "pid", json_integer(s->pid));
		json_object_set_new(head, "channel", json_string(chan->config ?
			channel_name(s->channel) : ""));
		json_object_set_new(head, "path", json_text(chan->path));
	}
	return head;
}

json_t *chan_frame_change(const struct chan *chan)
{
	return options_of("change", chan);
}

json_t *chan_frame_close(const struct chan *chan)
{
	return json_pack("{s:s, s:i}", "t", "close", "ch", (int)chan->number);
}
