/*
 * outlet.c - output comes in pieces, syslog and the journal want lines. Whoever gets them has an
 * outbox, so nobody waits for anybody in here.
 */
#include "logd/outlet.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "base/clock.h"
#include "base/strbuf.h"
#include "logd/spec.h"

static const double LINE_SECONDS = 1;	/* an unfinished line waits so long for its end */
static const double DRAIN_TICK = 0.005;	/* seconds */

/* What is wanted. */
struct wishes {
	bool           syslog, journal;
	char          *tag;	/* owned */
	char          *ident;	/* owned; NULL: the usual */
	int            facility;
	struct remote *remote;	/* counted; NULL: /dev/log */
};

struct outlet {
	struct outlets *all;	/* borrowed */
	struct speaker_spec speaker;	/* its texts are borrowed */
	struct wishes  wishes;
	struct strbuf  line;	/* the beginning of one */
	struct timer   late;	/* sends it as it is */
};

/* --- the receivers --- */

void outlets_init(struct outlets *all, struct loop *loop, const char *devlog_path,
		  struct helpers *helpers, const struct sink_news *news, void *user)
{
	all->loop = loop;
	devlog_init(&all->devlog, loop, devlog_path, news, user);
	remotes_init(&all->remotes, loop, news, user);
	journal_init(&all->journal, loop, helpers, news, user);
}

void outlets_done(struct outlets *all)
{
	devlog_done(&all->devlog);
	remotes_done(&all->remotes);
	journal_done(&all->journal);
}

static bool are_empty(const struct outlets *all)
{
	return !all->devlog.out.queue && !all->journal.out.queue &&
	       remotes_are_empty(&all->remotes);
}

static void on_tick(struct timer *t)
{
	loop_stop(t->loop);
}

void outlets_drain(struct outlets *all, double seconds)
{
	double end = clock_mono() + seconds;
	struct timer tick;

	timer_init(&tick, all->loop, on_tick);
	while (!are_empty(all) && clock_mono() < end) {
		timer_start(&tick, DRAIN_TICK);
		loop_run(all->loop);
	}
	timer_stop(&tick);
}

/* --- lines --- */

/* Most programs use their standard error for what is no error. */
static int severity_of(const struct outlet *o)
{
	return strcmp(o->speaker.channel, "stderr") == 0 ? LOG_WARNING : LOG_INFO;
}

static void to_devlog(struct outlet *o, const char *line, size_t n)
{
	/* Without an ident all of it is as with Supervisor, who has one severity for all. */
	struct syslog_head head = { .priority = o->wishes.facility | LOG_INFO,
				    .ident = "supervisord", .who = o->wishes.tag };

	if (o->wishes.ident) {
		head.ident = o->wishes.ident;
		head.who = "";
	}
	devlog_send(&o->all->devlog, &head, line, n);
}

static const char *app_name(const struct outlet *o)
{
	if (o->wishes.ident)
		return o->wishes.ident;
	return *o->wishes.tag ? o->wishes.tag : "supervisord";
}

static void to_remote(struct outlet *o, const char *line, size_t n)
{
	struct remote_head head = { .priority = o->wishes.facility | severity_of(o),
				    .app = app_name(o), .pid = o->speaker.pid,
				    .channel = o->speaker.channel };

	remote_send(o->wishes.remote, &head, line, n);
}

static void to_journal(struct outlet *o, const char *line, size_t n)
{
	const char *ident = o->wishes.ident ? o->wishes.ident : o->speaker.name;

	journal_send(&o->all->journal, severity_of(o), ident, &o->speaker, line, n);
}

static void send_line(struct outlet *o, const char *line, size_t n)
{
	if (o->wishes.syslog && o->wishes.remote)
		to_remote(o, line, n);
	else if (o->wishes.syslog)
		to_devlog(o, line, n);
	if (o->wishes.journal)
		to_journal(o, line, n);
}

static void send_kept(struct outlet *o)
{
	timer_stop(&o->late);
	if (o->line.len)
		send_line(o, o->line.s, o->line.len);
	if (o->line.cap > 4096)
		strbuf_done(&o->line);
	strbuf_reset(&o->line);
}

static void on_late(struct timer *timer)
{
	send_kept(container_of(timer, struct outlet, late));
}

/* A piece without a newline in it; without memory the line goes in parts. */
static void keep(struct outlet *o, const char *p, size_t n)
{
	while (n > 0) {
		size_t room = SYSLOG_LINE_MAX - o->line.len, part = n < room ? n : room;

		strbuf_add(&o->line, p, part);
		if (o->line.oom)
			send_kept(o);
		p += part;
		n -= part;
		if (o->line.len == SYSLOG_LINE_MAX && n > 0)
			send_kept(o);
	}
	if (o->line.len && !timer_is_armed(&o->late))
		timer_start(&o->late, LINE_SECONDS);
}

void outlet_take(struct outlet *o, const char *p, size_t n)
{
	const char *newline;

	while (n > 0 && (newline = memchr(p, '\n', n))) {
		size_t line = (size_t)(newline - p);

		if (o->line.len || line > SYSLOG_LINE_MAX) {
			keep(o, p, line);
			send_kept(o);
		} else {
			send_line(o, p, line);
		}
		p += line + 1;
		n -= line + 1;
	}
	keep(o, p, n);
}

/* --- what is wanted --- */

static void wishes_done(struct wishes *w)
{
	free(w->tag);
	free(w->ident);
	remote_unref(w->remote);
}

/* svd has checked it; a url that is none all the same costs the lines, not the channel. */
static int find_server(struct wishes *w, struct remotes *all, const char *url)
{
	int ret = remote_get(all, url, &w->remote);

	if (ret != -EINVAL)
		return ret;
	w->syslog = false;
	(void)all->news->on_trouble(all->user, url, "that is no syslog server", 0);
	return 0;
}

static int wishes_init(struct wishes *w, struct outlets *all, const struct tap_spec *tap)
{
	int ret = 0;

	*w = (struct wishes){ .syslog = tap->syslog, .journal = tap->journal,
			      .facility = tap->facility ? tap->facility : LOG_USER };
	w->tag = strdup(tap->tag ? tap->tag : "");
	w->ident = tap->ident ? strdup(tap->ident) : NULL;
	if (!w->tag || (tap->ident && !w->ident))
		ret = -ENOMEM;
	if (ret == 0 && tap->syslog && tap->server)
		ret = find_server(w, &all->remotes, tap->server);
	if (ret < 0)
		wishes_done(w);
	return ret;
}

static struct outlet *make(struct outlets *all)
{
	struct outlet *o = calloc(1, sizeof(*o));

	if (!o)
		return NULL;
	o->all = all;
	timer_init(&o->late, all->loop, on_late);
	return o;
}

int outlet_set(struct outlet **outlet, struct outlets *all, const struct channel_spec *spec)
{
	struct wishes wishes;
	int ret;

	if (!spec->tap.syslog && !spec->tap.journal) {
		outlet_free(*outlet);
		*outlet = NULL;
		return 0;
	}
	ret = wishes_init(&wishes, all, &spec->tap);
	if (ret < 0)
		return ret;
	if (!*outlet)
		*outlet = make(all);
	if (!*outlet) {
		wishes_done(&wishes);
		return -ENOMEM;
	}
	send_kept(*outlet);
	wishes_done(&(*outlet)->wishes);
	(*outlet)->wishes = wishes;
	(*outlet)->speaker = spec->speaker;
	return 0;
}

void outlet_free(struct outlet *o)
{
	if (!o)
		return;
	send_kept(o);
	wishes_done(&o->wishes);
	strbuf_done(&o->line);
	free(o);
}
