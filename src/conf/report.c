/*
 * report.c - the notes of a load as lines for a person or an editor, in the order of the files.
 */
#include "conf/report.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "conf/load.h"

struct problem {
	size_t      file;	/* its number, in the order of reading */
	int         line;
	size_t      number;	/* as it was found */
	enum log_level level;
	const char *path, *text;
};

struct report {
	const struct load *ld;
	struct problem *list;	/* owned array */
	size_t n, room;
};

/* The text's own "FILE:LINE: ", which it then begins behind; false: it has none. */
static bool take_place(const struct load *ld, struct problem *p)
{
	size_t number = 0;

	for (const struct ini_file *f = ld->ini.files; f; f = f->next, number++) {
		size_t n = strlen(f->path);
		char *end;
		long line;

		if (strncmp(p->text, f->path, n) != 0 || p->text[n] != ':')
			continue;
		line = strtol(p->text + n + 1, &end, 10);
		if (end == p->text + n + 1 || strncmp(end, ": ", 2) != 0 || line > INT_MAX)
			continue;
		p->file = number;
		p->path = f->path;
		p->line = (int)line;
		p->text = end + 2;
		return true;
	}
	return false;
}

/* The words of Supervisor name a section only; those about no section are about the main file. */
static void give_place(const struct load *ld, const struct ini_section *at, struct problem *p)
{
	size_t n = strlen(ld->config->path);

	if (strncmp(p->text, ld->config->path, n) == 0 && strncmp(p->text + n, ": ", 2) == 0)
		p->text += n + 2;
	p->path = ld->ini.files ? ld->ini.files->path : ld->config->path;
	if (!at)
		return;
	for (const struct ini_file *f = ld->ini.files; f != at->file; f = f->next)
		p->file++;
	p->path = at->file->path;
	p->line = at->line;
}

static int collect(void *arg, const struct config_note *note, const struct ini_section *at)
{
	struct report *report = arg;
	struct problem p = { .number = report->n, .level = note->level, .text = note->text };

	if (note->level < LEVEL_WARN)
		return 0;
	if (report->n == report->room) {
		size_t room = report->room ? report->room * 2 : 64;
		struct problem *more = realloc(report->list, room * sizeof(*more));

		if (!more)
			return -ENOMEM;
		report->list = more;
		report->room = room;
	}
	if (!take_place(report->ld, &p))
		give_place(report->ld, at, &p);
	report->list[report->n++] = p;
	return 0;
}

static int by_place(const void *a, const void *b)
{
	const struct problem *p = a, *q = b;

	if (p->file != q->file)
		return p->file < q->file ? -1 : 1;
	if (p->line != q->line)
		return p->line < q->line ? -1 : 1;
	return p->number < q->number ? -1 : p->number > q->number;
}

/* The processes of one program have the same problems. */
static bool is_told(const struct problem *list, size_t i)
{
	for (size_t j = i; j > 0 && list[j - 1].file == list[i].file &&
			   list[j - 1].line == list[i].line; j--)
		if (strcmp(list[j - 1].text, list[i].text) == 0)
			return true;
	return false;
}

/* Values may have several lines. */
static void add_line(struct strbuf *out, const char *text)
{
	for (; *text; text++)
		strbuf_addc(out, (unsigned char)*text < ' ' ? ' ' : *text);
	strbuf_addc(out, '\n');
}

static enum check_result tell(struct report *r, struct strbuf *out)
{
	size_t errors = 0, warnings = 0;

	if (r->n > 0)
		qsort(r->list, r->n, sizeof(*r->list), by_place);
	for (size_t i = 0; i < r->n; i++) {
		const struct problem *p = &r->list[i];
		bool is_error = p->level > LEVEL_WARN;

		if (is_told(r->list, i))
			continue;
		errors += is_error;
		warnings += !is_error;
		strbuf_adds(out, p->path);
		if (p->line > 0)
			strbuf_addf(out, ":%d", p->line);
		strbuf_addf(out, ": %s: ", is_error ? "error" : "warning");
		add_line(out, p->text);
	}
	strbuf_addf(out, "%s: %zu error%s, %zu warning%s; nothing is started, nothing is changed\n",
		    r->ld->config->path, errors, errors == 1 ? "" : "s", warnings,
		    warnings == 1 ? "" : "s");
	return errors > 0 ? CHECK_ERRORS : warnings > 0 ? CHECK_WARNINGS : CHECK_FINE;
}

int report_notes(const struct load *ld, struct strbuf *out, struct err *err)
{
	struct report report = { .ld = ld };
	int r = load_each_note(ld, collect, &report);

	if (r == 0)
		r = (int)tell(&report, out);
	if (r < 0 || out->oom)
		r = no_memory(err);
	free(report.list);
	return r;
}
