/* progress.c - for people who wait: who has to look elsewhere to see what hangs interrupts us */
#include "svctl/progress.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/strbuf.h"
#include "svctl/client.h"
#include "svctl/ctl.h"
#include "svctl/globs.h"
#include "svctl/goal.h"
#include "svctl/namespec.h"
#include "svctl/procinfo.h"
#include "svctl/screen.h"
#include "svctl/tame.h"

#define QUIET_SECONDS 1.0
#define PAUSE_SECONDS 0.5	/* libcurl comes oftener when there is something to read */
#define LOOK_SECONDS 2.0	/* a server that takes longer is not asked for fun */

static const char erase[] = "\r\033[K";

/* Not for scripts, and not for who called us supervisorctl. */
static bool is_due(const struct ctl *ctl)
{
	return ctl->progress.since_mono > 0 && !ctl->compatible && !report_is_wanted(ctl) &&
	       clock_mono() - ctl->progress.since_mono >= QUIET_SECONDS &&
	       screen_is_behind_errors();
}

static void add_late(struct strbuf *sb, const struct procinfo *late)
{
	strbuf_adds(sb, ", waiting for ");
	namespec_add_tame(sb, late->group, late->name);
	strbuf_adds(sb, " (");
	tame_add(sb, late->statename, strlen(late->statename), 0);
	strbuf_adds(sb, ")");
}

/* The last column stays free: some terminals begin a new line there. */
void progress_draw(struct ctl *ctl, const struct progress_news *news)
{
	struct strbuf sb = { 0 };

	if (!is_due(ctl))
		return;
	strbuf_addf(&sb, "%zu of %zu %s", news->there, news->all, news->goal);
	if (news->late)
		add_late(&sb, news->late);
	if (strbuf_str(&sb)) {
		screen_use_utf8();
		fprintf(stderr, "%s%.*s", erase,
			(int)tame_cut(sb.s, screen_width(STDERR_FILENO) - 1), sb.s);
		fflush(stderr);
		ctl->progress.drawn = true;
	}
	strbuf_done(&sb);
}

void progress_erase(struct ctl *ctl)
{
	if (!ctl->progress.drawn)
		return;
	fputs(erase, stderr);
	fflush(stderr);
	ctl->progress.drawn = false;
}

static void count(const struct progress *p, const struct procinfo_list *infos,
		  struct progress_news *news)
{
	static const struct sight none;

	*news = (struct progress_news){ .goal = p->goal->word };
	for (size_t i = 0; i < infos->n; i++) {
		const struct procinfo *info = &infos->list[i];
		enum verdict verdict;

		if (p->names->n > 0 && !globs_mean(p->names, 0, info))
			continue;
		verdict = p->goal->judge(p->goal, &none, info);
		news->all++;
		news->there += verdict == REACHED;
		if (verdict == NOT_YET && !news->late)
			news->late = info;
	}
}

/* What goes wrong here is no concern of the operation. */
static void look(struct ctl *ctl)
{
	struct progress *p = &ctl->progress;
	struct procinfo_list infos = { 0 };
	struct progress_news news;
	struct answer a;
	struct err err;

	client_set_deadline(p->second, clock_mono() + LOOK_SECONDS);
	if (client_call(p->second, "supervisor.getAllProcessInfo", NULL, &a) == ANSWER_RESULT &&
	    procinfo_list_read(a.result, &infos, &err) == 0) {
		count(p, &infos, &news);
		if (news.late)
			progress_draw(ctl, &news);
		else
			progress_erase(ctl);
		procinfo_list_done(&infos);
	}
	answer_done(&a);
}

static void on_waiting(void *arg)
{
	struct ctl *ctl = arg;

	if (!is_due(ctl) || clock_mono() - ctl->progress.looked_mono < PAUSE_SECONDS)
		return;
	if (!ctl->progress.second)
		ctl->progress.second = client_clone(ctl->client);
	if (ctl->progress.second)
		look(ctl);
	ctl->progress.looked_mono = clock_mono();
}

void progress_begin(struct ctl *ctl, const struct words *names, const struct goal *goal)
{
	progress_end(ctl);
	ctl->progress = (struct progress){
		.since_mono = clock_mono(), .names = names, .goal = goal,
	};
	client_on_waiting(ctl->client, on_waiting, ctl);
}

void progress_end(struct ctl *ctl)
{
	progress_erase(ctl);
	client_on_waiting(ctl->client, NULL, NULL);
	client_free(ctl->progress.second);
	ctl->progress = (struct progress){ 0 };
}
