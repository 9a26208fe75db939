/*
 * watch.c - looking again and again. A call that waits would do for svd, but not for many processes
 * at once on Supervisor, which waits for one after the other.
 */
#include "svctl/watch.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/strbuf.h"
#include "svctl/ctl.h"
#include "svctl/interrupt.h"
#include "svctl/namespec.h"
#include "svctl/output.h"
#include "svctl/progress.h"

/* Between two looks, in seconds. */
#define PAUSE_FIRST 0.05
#define PAUSE_LAST 0.5

struct watched {
	char *name;		/* owned */
	struct sight first;
	bool seen;		/* first is known */
	enum verdict verdict;
};

int watch_add(struct watch *w, const char *name, const struct procinfo *info)
{
	struct watched *one;

	if (w->n == w->cap) {
		size_t cap = w->cap ? 2 * w->cap : 8;
		struct watched *list = reallocarray(w->list, cap, sizeof(*list));

		if (!list)
			return -ENOMEM;
		w->list = list;
		w->cap = cap;
	}
	one = &w->list[w->n];
	*one = (struct watched){ .name = strdup(name), .first = goal_look(info), .seen = info };
	if (!one->name)
		return -ENOMEM;
	w->n++;
	return 0;
}

void watch_done(struct watch *w)
{
	for (size_t i = 0; i < w->n; i++)
		free(w->list[i].name);
	free(w->list);
	w->list = NULL;
	w->n = w->cap = 0;
}

bool watch_is_late(const struct watch *w)
{
	for (size_t i = 0; i < w->n; i++) {
		if (w->list[i].verdict == NOT_YET)
			return true;
	}
	return false;
}

static const struct procinfo *find(const struct procinfo_list *infos, const char *name)
{
	struct namespec ns = namespec_split(name);

	for (size_t i = 0; i < infos->n; i++) {
		if (namespec_matches(&ns, infos->list[i].group, infos->list[i].name))
			return &infos->list[i];
	}
	return NULL;
}

/* false: the waiting is over before all are. */
static bool judge(struct watch *w, struct ctl *ctl, struct watched *one,
		  const struct procinfo *info)
{
	if (!one->seen) {
		one->first = goal_look(info);
		one->seen = true;
	}
	one->verdict = w->goal->judge(w->goal, &one->first, info);
	if (one->verdict == NOT_YET)
		return true;
	progress_erase(ctl);
	return w->on_verdict(ctl, w->arg, one->name, one->verdict, info);
}

static bool look(struct watch *w, struct ctl *ctl, const struct procinfo_list *infos,
		 struct progress_news *news)
{
	*news = (struct progress_news){ .all = w->n, .goal = w->goal->word };
	for (size_t i = 0; i < w->n; i++) {
		struct watched *one = &w->list[i];
		const struct procinfo *info;

		if (one->verdict != NOT_YET) {
			news->there += one->verdict == REACHED;
			continue;
		}
		info = find(infos, one->name);
		if (!judge(w, ctl, one, info))
			return false;
		news->there += one->verdict == REACHED;
		if (one->verdict == NOT_YET && !news->late)
			news->late = info;
	}
	return true;
}

void watch_tell_late(struct ctl *ctl, const struct procinfo *info)
{
	struct strbuf name = { 0 }, why = { 0 };

	namespec_add(&name, info->group, info->name);
	strbuf_addf(&why, "timeout: %s", info->statename);
	if (strbuf_str(&name) && strbuf_str(&why))
		report_failure(ctl, name.s, why.s, 0);
	strbuf_done(&name);
	strbuf_done(&why);
}

static void tell_late(struct watch *w, struct ctl *ctl, const struct procinfo_list *infos)
{
	for (size_t i = 0; i < w->n; i++) {
		const struct procinfo *info = find(infos, w->list[i].name);

		if (w->list[i].verdict == NOT_YET && info)
			watch_tell_late(ctl, info);
	}
	ctl->status = EXIT_GENERIC;
}

static void rest(double seconds)
{
	struct pollfd interrupt = { .fd = interrupt_fd(), .events = POLLIN };

	out_flush();
	(void)poll(&interrupt, 1, (int)(seconds * 1000) + 1);
}

/* One look. 1: there is to be another, 0: there is not, -1: it failed, which was said. */
static int watch_once(struct watch *w, struct ctl *ctl)
{
	struct procinfo_list infos;
	struct progress_news news;
	bool go_on;

	if (!procinfo_list_get(ctl, &infos))
		return -1;
	go_on = look(w, ctl, &infos, &news) && news.late;
	if (go_on && clock_mono() >= ctl->deadline_mono) {
		progress_erase(ctl);
		tell_late(w, ctl, &infos);
		go_on = false;
	}
	if (go_on)
		progress_draw(ctl, &news);
	procinfo_list_done(&infos);
	return go_on;
}

static int watch_until(struct watch *w, struct ctl *ctl)
{
	double pause = PAUSE_FIRST;
	int r;

	while ((r = watch_once(w, ctl)) > 0 && !interrupt_seen()) {
		double left = ctl->deadline_mono - clock_mono();

		rest(pause < left ? pause : left > 0 ? left : 0);
		pause = 2 * pause < PAUSE_LAST ? 2 * pause : PAUSE_LAST;
	}
	return r;
}

/* Where a person typed the command, Ctrl-C leads back to the prompt. */
bool watch_run(struct watch *w, struct ctl *ctl)
{
	int r;

	if (w->n == 0)
		return true;
	if (ctl->interactive)
		interrupt_catch();
	r = watch_until(w, ctl);
	progress_erase(ctl);
	if (r > 0)
		ctl_tell(ctl, "%s", "");
	if (ctl->interactive)
		interrupt_release();
	return r == 0;
}
