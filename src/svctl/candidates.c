/*
 * candidates.c - `svctl --complete WORD...`, for contrib/completions. Who presses Tab wants no
 * error message and no question, and not to wait.
 */
#include "svctl/candidates.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/strbuf.h"
#include "conf/events.h"
#include "svctl/client.h"
#include "svctl/complete.h"
#include "svctl/flags.h"
#include "svctl/options.h"
#include "svctl/output.h"

static const double ANSWER_SECONDS = 2;

static void offer(const char *prefix, const char *word, const char *text)
{
	struct strbuf sb = { 0 };

	strbuf_addf(&sb, "%s%s", prefix, word);
	if (strbuf_str(&sb) && strncmp(sb.s, text, strlen(text)) == 0)
		out_line("%s", sb.s);
	strbuf_done(&sb);
}

/* Of several types the last is the one to complete. */
static void offer_types(const char *text)
{
	const char *comma = strrchr(text, ',');
	struct strbuf before = { 0 };

	strbuf_add(&before, text, comma ? (size_t)(comma + 1 - text) : 0);
	for (int i = 0; i < EVENT_N && strbuf_str(&before); i++)
		offer(strbuf_str(&before), event_name((enum event_type)i), text);
	strbuf_done(&before);
}

static void offer_each(const char *const *words, const char *text)
{
	for (; *words; words++)
		offer("", *words, text);
}

/* The word before may be a flag that wants a value. */
static bool offer_values(const struct verb *verb, const char *before, const char *text)
{
	static const char *const orders[] = { "cpu", "mem", "name", "uptime", "restarts", NULL };
	static const char *const goals[] = { "running", "stopped", "exited", "fatal", NULL };

	if ((verb->flags & WITH(TYPES)) && strcmp(before, "--types") == 0)
		offer_types(text);
	else if ((verb->flags & WITH(SORT)) && strcmp(before, "--sort") == 0)
		offer_each(orders, text);
	else if ((verb->flags & WITH(FOR)) && strcmp(before, "--for") == 0)
		offer_each(goals, text);
	else
		return false;
	return true;
}

static void ask(const struct options *opt, enum completes kind, struct procinfo_list *ret_infos)
{
	struct client *client = client_new(opt->serverurl, opt->username, opt->password);

	if (!client)
		return;
	client_set_deadline(client, clock_mono() + ANSWER_SECONDS);
	complete_ask(kind, client, ret_infos);
	client_free(client);
}

static void offer_words(const struct options *opt, const char *text)
{
	const char *line = opt->line ? opt->line : "";
	enum completes kind = complete_kind(line, strlen(line));
	struct procinfo_list infos = { 0 };
	struct words words = { 0 };
	int r;

	if (*text != '-')
		ask(opt, kind, &infos);
	r = *text == '-' ? complete_flags(line, text, &words)
			 : complete_words(kind, text, opt->compatible, &infos, &words);
	if (r == 0) {
		for (size_t i = 0; i < words.n; i++)
			out_line("%s", words.list[i]);
	}
	words_done(&words);
	procinfo_list_done(&infos);
}

/* Whatever is wrong with the line so far is said to nobody. */
static void be_quiet(void)
{
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	if (null >= 0)
		(void)dup2(null, STDERR_FILENO);
	close_fd(&null);
}

void candidates_print(int argc, char **argv)
{
	const char *text = argc > 1 ? argv[argc - 1] : "", *before, *arg;
	const struct verb *verb;
	struct options opt;
	int status;

	be_quiet();
	argv[argc > 1 ? argc - 1 : argc] = NULL;
	argc -= argc > 1;
	/* What it may have printed, help for one, is no candidate. */
	if (!options_parse(argc, argv, &opt, &status))
		_exit(EXIT_SUCCESS);
	before = argv[argc - 1];
	verb = opt.line ? verb_of_line(opt.line, &arg) : NULL;
	if (!verb || !offer_values(verb, before, text))
		offer_words(&opt, text);
	options_done(&opt);
}
