/*
 * shell.c - reading commands from a person (libedit) or a pipe (plain lines). libedit's readline
 * interface has no user pointer, hence the one static.
 */
#include "config.h"

#include "svctl/shell.h"

#include <editline/readline.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "svctl/ask.h"
#include "svctl/complete.h"
#include "svctl/ctl.h"
#include "svctl/history.h"
#include "svctl/output.h"

struct shell {
	struct ctl *ctl;		/* borrowed */
	char *prompt;			/* owned */
	const char *history_file;	/* borrowed; NULL: none */
	bool editing;			/* there is a person at a terminal */
	enum completes asked;		/* what infos are of, for this line */
	struct procinfo_list infos;	/* owned; for completion */
	struct words offers;		/* owned; of the completion that goes on */
	size_t next_offer;
};

static struct shell *shell;

/* Once a line, not once a key. */
static const struct procinfo_list *known_names(enum completes kind)
{
	if (shell->asked == kind)
		return &shell->infos;
	shell->asked = kind;
	procinfo_list_done(&shell->infos);
	complete_ask(kind, shell->ctl->client, &shell->infos);
	return &shell->infos;
}

static char *next_offer(const char *text, int state)
{
	(void)text;
	if (state == 0)
		shell->next_offer = 0;
	if (shell->next_offer == shell->offers.n)
		return NULL;
	return strdup(shell->offers.list[shell->next_offer++]);
}

/* What begins so is no name of a process, but for Supervisor nothing else either. */
static int fill_offers(const char *text, int start)
{
	bool compatible = shell->ctl->compatible;
	enum completes kind = complete_kind(rl_line_buffer, (size_t)start);

	if (strncmp(text, "--", 2) == 0 && !compatible)
		return complete_flags(rl_line_buffer, text, &shell->offers);
	return complete_words(kind, text, compatible, known_names(kind), &shell->offers);
}

static char **on_complete(const char *text, int start, int end)
{
	(void)end;
	rl_attempted_completion_over = 1;
	words_done(&shell->offers);
	if (fill_offers(text, start) < 0)
		return NULL;
	return rl_completion_matches(text, next_offer);
}

static void start_editing(void)
{
	/* "group:process", "group:*" and names with a dash are one word. */
	static char blanks[] = BLANKS;

	setlocale(LC_CTYPE, "");
	rl_readline_name = "svctl";
	using_history();
	rl_attempted_completion_function = on_complete;
	rl_completer_word_break_characters = blanks;
	if (shell->history_file)
		history_load(shell->history_file);
}

static char *next_line(void)
{
	char *line;

	shell->asked = COMPLETES_NOTHING;
	if (!shell->editing)
		return ask_line(shell->prompt);
	out_flush();
	line = readline(shell->prompt);
	if (line && *line)
		history_note(shell->history_file, line);
	else if (!line)
		out_line("%s", "");
	return line;
}

static void run_lines(void)
{
	struct ctl *ctl = shell->ctl;

	ctl_run_line(ctl, "status");
	while (!ctl->leave && !out_failed()) {
		_cleanup_(free_str) char *line = next_line();

		if (!line)
			return;
		ctl_run_line(ctl, line);
	}
}

void shell_run(struct ctl *ctl, const char *prompt, const char *history_file)
{
	struct shell sh = {
		.ctl = ctl,
		.history_file = history_file,
		.editing = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO),
	};

	if (asprintf(&sh.prompt, "%s> ", prompt) < 0) {
		ctl_oom(ctl);
		return;
	}
	shell = &sh;
	if (sh.editing)
		start_editing();
	run_lines();
	shell = NULL;
	procinfo_list_done(&sh.infos);
	words_done(&sh.offers);
	free(sh.prompt);
}
