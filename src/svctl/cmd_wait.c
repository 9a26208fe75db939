/* cmd_wait.c - wait: for scripts that must not go on before something runs, or has ended */
#include <errno.h>
#include <string.h>

#include "base/strbuf.h"
#include "svctl/cmd.h"
#include "svctl/ctl.h"
#include "svctl/globs.h"
#include "svctl/goal.h"
#include "svctl/namespec.h"
#include "svctl/progress.h"
#include "svctl/screen.h"
#include "svctl/watch.h"

static bool on_verdict(struct ctl *ctl, void *arg, const char *name, enum verdict verdict,
		       const struct procinfo *info)
{
	const struct goal *goal = arg;

	if (verdict == REACHED) {
		report_success(ctl, name, goal->word);
		return true;
	}
	report_failure(ctl, name, info ? info->statename : "no such process", 0);
	ctl->status = EXIT_NOT_RUNNING;
	return false;
}

static int add(struct watch *w, const struct procinfo *info)
{
	struct strbuf name = { 0 };
	int r = -ENOMEM;

	namespec_add(&name, info->group, info->name);
	if (strbuf_str(&name))
		r = watch_add(w, strbuf_str(&name), info);
	strbuf_done(&name);
	return r;
}

/* false: there are some that mean nobody, which was said, or no memory. */
static bool choose(struct ctl *ctl, const struct words *names, const struct procinfo_list *infos,
		   struct watch *w)
{
	bool good = true;

	for (size_t i = 0; i < names->n; i++) {
		const char *word = names->list[i];

		if (glob_means_any(word, infos) || strcmp(word, "all") == 0)
			continue;
		report_unknown(ctl, word);
		ctl->status = EXIT_STATUS_UNKNOWN;
		good = false;
	}
	for (size_t i = 0; i < infos->n && good; i++) {
		if (!globs_mean(names, 0, &infos->list[i]) || add(w, &infos->list[i]) == 0)
			continue;
		ctl_oom(ctl);
		good = false;
	}
	return good;
}

static void wait_for(struct ctl *ctl, const struct words *names, struct goal *goal)
{
	struct watch w = { .goal = goal, .on_verdict = on_verdict, .arg = goal };
	struct procinfo_list infos;
	bool good;

	if (!procinfo_list_get(ctl, &infos))
		return;
	screen_use_utf8();
	good = choose(ctl, names, &infos, &w);
	procinfo_list_done(&infos);
	progress_begin(ctl, names, goal);
	if (good)
		(void)watch_run(&w, ctl);
	progress_end(ctl);
	watch_done(&w);
}

void cmd_wait(struct ctl *ctl, const char *arg)
{
	const char *word = flags_word(&ctl->flags, FLAG_FOR, "running");
	struct words names;
	struct goal goal;

	if (!goal_find(word, &goal)) {
		ctl_misused(ctl, "wait", "Error: --for: there is no such state: %s", word);
		ctl->status = EXIT_BAD_ARGS;
		return;
	}
	if (ctl_upcheck(ctl) <= 0 || !ctl_split(ctl, arg, &names))
		return;
	if (names.n > 0) {
		wait_for(ctl, &names, &goal);
	} else {
		ctl_misused(ctl, "wait", "Error: wait requires a process name");
		ctl->status = EXIT_BAD_ARGS;
	}
	words_done(&names);
}
