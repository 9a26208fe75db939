/*
 * cmd_logs.c - the logs of several programs at once, a line a time. What a log ends with comes from
 * the methods that read logs, or with -f over the stream itself, so that nothing is lost between.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "svctl/cmd.h"
#include "svctl/colour.h"
#include "svctl/ctl.h"
#include "svctl/follow.h"
#include "svctl/globs.h"
#include "svctl/interrupt.h"
#include "svctl/lines.h"
#include "svctl/logfiles.h"
#include "svctl/logtable.h"
#include "svctl/output.h"
#include "svctl/tame.h"

enum { LINES_SHOWN = 10 };
enum { HEAD = 1024 };			/* bytes that Supervisor begins a stream with */
enum { READ_FIRST = 16 * 1024, READ_MAX = 4 * 1024 * 1024, READ_GROWS = 16 };	/* bytes */

/* How and what to show. */
struct view {
	struct ctl *ctl;	/* borrowed */
	const char *channel;
	unsigned n_lines;	/* of each first */
	bool follow, json, terminal, coloured;
	size_t label_width;
	struct strbuf out;	/* what is to be written next */
};

/* One log. */
struct source {
	struct view *view;		/* borrowed */
	const struct logfile *file;	/* borrowed */
	const char *colour;
	struct lines lines;
	bool begun;		/* the first piece has come */
	bool cut;		/* the server has cut the first piece to lines */
};

/* --- a line --- */

static void add_prefix(struct source *s)
{
	struct view *v = s->view;
	size_t from = v->out.len, width;

	if (v->coloured)
		strbuf_adds(&v->out, s->colour);
	from = v->out.len;
	tame_add(&v->out, s->file->label, strlen(s->file->label), 0);
	if (v->out.oom)
		return;
	width = tame_width(v->out.s + from, v->out.len - from);
	for (; width < v->label_width; width++)
		strbuf_addc(&v->out, ' ');
	strbuf_adds(&v->out, " | ");
	if (v->coloured)
		strbuf_adds(&v->out, COLOUR_RESET);
}

static void add_json(struct source *s, const char *line, size_t n)
{
	struct strbuf text = { 0 };
	json_t *object;
	char *dump;

	tame_add(&text, line, n, TAME_CONTROLS);
	object = json_pack("{s:s, s:O, s:s, s:s#}", "name", s->file->label, "processes",
			   s->file->users, "channel", s->view->channel, "line",
			   strbuf_str(&text) ? strbuf_str(&text) : "", (int)text.len);
	dump = report_dump(object, JSON_COMPACT);
	strbuf_adds(&s->view->out, dump ? dump : "{}");
	free(dump);
	json_decref(object);
	strbuf_done(&text);
}

static void on_line(void *arg, const char *line, size_t n)
{
	struct source *s = arg;
	struct view *v = s->view;
	unsigned flags = TAME_TABS | (v->coloured ? TAME_COLOURS : 0u);

	if (v->json) {
		add_json(s, line, n);
	} else {
		add_prefix(s);
		if (v->terminal)
			tame_add(&v->out, line, n > 0 && line[n - 1] == '\r' ? n - 1 : n, flags);
		else
			strbuf_add(&v->out, line, n);
	}
	strbuf_addc(&v->out, '\n');
}

/* false: nobody takes it, or no memory. */
static bool flush_lines(struct view *v)
{
	const char *text = strbuf_str(&v->out);
	bool good = text && out_bytes(text, v->out.len);

	strbuf_reset(&v->out);
	return good;
}

/* A terminal is to survive what others call their programs, and their errors. */
static void tell(struct ctl *ctl, const char *who, const char *what)
{
	struct strbuf sb = { 0 };

	tame_add(&sb, who, strlen(who), 0);
	strbuf_adds(&sb, ": ");
	tame_add(&sb, what, strlen(what), 0);
	fprintf(stderr, "%s\n", strbuf_str(&sb) ? strbuf_str(&sb) : strerror(ENOMEM));
	strbuf_done(&sb);
	ctl->status = EXIT_GENERIC;
}

/* --- following --- */

static void on_header(void *arg, const char *line, size_t n)
{
	static const char name[] = "X-Log-Lines:";
	struct source *s = arg;

	if (n >= sizeof(name) - 1 && strncasecmp(line, name, sizeof(name) - 1) == 0)
		s->cut = true;
}

static bool on_piece(void *arg, const char *data, size_t n)
{
	struct source *s = arg;
	const char *begin = data;

	if (!s->begun && !s->cut)
		begin = lines_last(data, n, s->view->n_lines, n >= HEAD);
	s->begun = true;
	if (lines_feed(&s->lines, begin, n - (size_t)(begin - data)) < 0)
		return false;
	return flush_lines(s->view);
}

static void on_end(void *arg, long http_status, const char *why)
{
	struct source *s = arg;
	struct view *v = s->view;
	char text[128];

	lines_end(&s->lines);
	(void)flush_lines(v);
	if (http_status == 200)
		return;
	if (http_status == 0)
		snprintf(text, sizeof(text), "cannot connect: %s", why);
	else
		snprintf(text, sizeof(text), "cannot read, status code %ld", http_status);
	tell(v->ctl, s->file->label, http_status == 404 ? "no log file" : text);
}

static int follow_one(struct follow *f, struct source *s, struct err *err)
{
	const struct follow_reader reader = { on_piece, on_header, on_end, s };
	struct strbuf path = { 0 }, query = { 0 };
	int r;

	strbuf_addf(&path, "/logtail/%s/%s", s->file->full_name, s->view->channel);
	strbuf_addf(&query, "lines=%u", s->view->n_lines);
	if (strbuf_str(&path) && strbuf_str(&query))
		r = follow_add(f, path.s, query.s, &reader, err);
	else
		r = err_set(err, -ENOMEM, "%s", strerror(ENOMEM));
	strbuf_done(&path);
	strbuf_done(&query);
	return r;
}

static void follow_all(struct view *v, struct source *sources, size_t n)
{
	struct follow *f = follow_new(v->ctl->client);
	struct err err;
	int r = f ? 0 : err_set(&err, -ENOMEM, "%s", strerror(ENOMEM));

	interrupt_catch();
	for (size_t i = 0; i < n && r >= 0; i++)
		r = follow_one(f, &sources[i], &err);
	if (r < 0)
		ctl_error(v->ctl, "%s", err.text);
	else
		(void)follow_wait(f, -1);
	if (interrupt_seen() && v->terminal)
		out_line("%s", "");
	interrupt_release();
	follow_free(f);
}

/* --- the end of a log --- */

static json_t *read_params(const char *name, long bytes)
{
	json_t *params = ctl_one_param(name, strlen(name));

	if (json_array_append_new(params, json_integer(-bytes)) == 0 &&
	    json_array_append_new(params, json_integer(0)) == 0)
		return params;
	json_decref(params);
	return NULL;
}

/* Are the last lines in the text whole, or is nothing more to be had? */
static bool is_enough(const char *text, size_t n, long asked, unsigned n_lines)
{
	return n < (size_t)asked || asked >= READ_MAX ||
	       lines_last(text, n, n_lines + 1, true) < lines_last(text, n, n_lines, true);
}

/* Of a log that was just read. false: more of it must be. */
static bool show_text(struct source *s, const json_t *result, long asked)
{
	const char *text = json_string_value(result), *begin;
	size_t n = json_string_length(result);

	if (!text)
		return true;
	if (!is_enough(text, n, asked, s->view->n_lines))
		return false;
	begin = lines_last(text, n, s->view->n_lines, n >= (size_t)asked);
	if (lines_feed(&s->lines, begin, n - (size_t)(begin - text)) < 0)
		return true;
	lines_end(&s->lines);
	return true;
}

/*
 * Is it this log's trouble only? Supervisor's answer is no XML where the program has printed what
 * XML cannot carry.
 */
static bool is_its_own(const struct answer *a)
{
	return a->kind == ANSWER_FAULT || (a->err.code != -EIO && a->http_status == 0);
}

static void tell_fault(struct source *s, const struct answer *a)
{
	if (is_its_own(a))
		tell(s->view->ctl, s->file->label,
		     a->kind == ANSWER_FAULT ? a->fault_text : a->err.text);
	else
		ctl_complain(s->view->ctl, a);
}

/* false: the server fails. */
static bool read_one(struct source *s)
{
	const char *method = strcmp(s->view->channel, "stdout") == 0 ?
		"supervisor.readProcessStdoutLog" : "supervisor.readProcessStderrLog";
	bool good = true, done = false;

	for (long bytes = READ_FIRST; !done; bytes *= READ_GROWS) {
		struct answer a;

		ctl_call(s->view->ctl, method, read_params(s->file->full_name, bytes), &a);
		done = a.kind != ANSWER_RESULT || show_text(s, a.result, bytes);
		if (a.kind != ANSWER_RESULT) {
			tell_fault(s, &a);
			good = is_its_own(&a);
		}
		answer_done(&a);
	}
	return good && flush_lines(s->view);
}

/* --- all --- */

static struct source *make_sources(struct view *v, const struct logfiles *files)
{
	struct source *sources = calloc(files->n + 1, sizeof(*sources));

	for (size_t i = 0; sources && i < files->n; i++) {
		const struct logfile *file = &files->list[i];
		size_t width = tame_width(file->label, strlen(file->label));

		sources[i] = (struct source){ .view = v, .file = file,
					      .colour = colour_of_number(i),
					      .lines = { .take = on_line, .arg = &sources[i] } };
		v->label_width = width > v->label_width ? width : v->label_width;
	}
	return sources;
}

static void show_files(struct view *v, const struct logfiles *files)
{
	struct source *sources = make_sources(v, files);

	if (!sources)
		ctl_oom(v->ctl);
	else if (v->follow)
		follow_all(v, sources, files->n);
	else
		for (size_t i = 0; i < files->n && read_one(&sources[i]); i++)
			;
	for (size_t i = 0; sources && i < files->n; i++)
		strbuf_done(&sources[i].lines.rest);
	free(sources);
	strbuf_done(&v->out);
}

static void tell_each(struct ctl *ctl, const struct words *names, const char *what)
{
	for (size_t i = 0; i < names->n; i++)
		tell(ctl, names->list[i], what);
}

static void logs(struct view *v, const struct words *names)
{
	struct procinfo_list infos;
	struct logfiles files;
	struct words unknown = { 0 }, none = { 0 };

	if (!procinfo_list_get(v->ctl, &infos))
		return;
	if (logfiles_find(&infos, names, v->channel, &files, &unknown, &none) < 0) {
		ctl_oom(v->ctl);
	} else {
		tell_each(v->ctl, &unknown, "no such process");
		tell_each(v->ctl, &none, "no log file");
		if (files.n > 0)
			show_files(v, &files);
		logfiles_done(&files);
	}
	words_done(&unknown);
	words_done(&none);
	procinfo_list_done(&infos);
}

/* The last word may be the channel; then it is taken away. */
static const char *take_channel(struct words *names)
{
	static const char *const channels[] = { "stdout", "stderr" };

	for (size_t i = 0; i < ARRAY_LEN(channels) && names->n > 1; i++) {
		if (strcasecmp(names->list[names->n - 1], channels[i]) == 0) {
			free(names->list[--names->n]);
			return channels[i];
		}
	}
	return channels[0];
}

static void show_table(struct ctl *ctl, struct words *names)
{
	if (flags_have(&ctl->flags, FLAG_FOLLOW))
		ctl_misused(ctl, "logs", "Error: --files and -f exclude each other");
	else if (globs_resolve(ctl, names, 0))
		logtable_show(ctl, names);
}

void cmd_logs(struct ctl *ctl, const char *arg)
{
	bool terminal = isatty(STDOUT_FILENO);
	struct view v = {
		.ctl = ctl,
		.n_lines = flags_number(&ctl->flags, FLAG_LINES, LINES_SHOWN),
		.follow = flags_have(&ctl->flags, FLAG_FOLLOW),
		.json = flags_have(&ctl->flags, FLAG_JSON),
		.terminal = terminal,
		.coloured = colour_wanted(),
	};
	struct words names;

	if (ctl_upcheck(ctl) <= 0 || !ctl_split(ctl, arg, &names))
		return;
	if (flags_have(&ctl->flags, FLAG_FILES)) {
		show_table(ctl, &names);
	} else if (names.n == 0) {
		ctl_misused(ctl, "logs", "Error: logs requires a process name");
	} else {
		v.channel = take_channel(&names);
		logs(&v, &names);
	}
	words_done(&names);
}
