/*
 * history.c - one command a line, as readline writes it, since supervisorctl's users keep their
 * file. libedit's own functions refuse such a file and would write over it. Each line is appended
 * when it is typed: nothing is lost at Ctrl-C, and two shells may share a file.
 */
#include "svctl/history.h"

#include <editline/readline.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/strbuf.h"

enum { HISTORY_MAX = 1000 };	/* lines in memory */

static bool is_repeated(const char *line)
{
	const HIST_ENTRY *last = history_length > 0 ? history_get(history_base + history_length - 1)
						    : NULL;

	return last && strcmp(last->line, line) == 0;
}

void history_load(const char *path)
{
	FILE *f = fopen(path, "re");
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;

	stifle_history(HISTORY_MAX);
	if (!f)
		return;
	while ((n = getline(&line, &cap, f)) > 0) {
		if (line[n - 1] == '\n')
			line[--n] = '\0';
		if (n > 0)
			add_history(line);
	}
	free(line);
	fclose(f);
}

/* A history that cannot be kept is no reason to disturb. */
static void append(const char *path, const char *line)
{
	_cleanup_(close_fd) int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	_cleanup_(strbuf_done) struct strbuf text = { 0 };

	strbuf_addf(&text, "%s\n", line);
	if (fd >= 0 && strbuf_str(&text))
		(void)fd_write_all(fd, text.s, text.len);
}

void history_note(const char *path, const char *line)
{
	if (is_repeated(line))
		return;
	add_history(line);
	if (path)
		append(path, line);
}
