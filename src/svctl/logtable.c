/*
 * logtable.c - what an operator wants to know when a disk was full: what is missing, and whether it
 * is over. The error comes last, since it is as long as it is.
 */
#include "svctl/logtable.h"

#include <string.h>
#include <time.h>

#include "base/strbuf.h"
#include "rpc/faults.h"
#include "svctl/ctl.h"
#include "svctl/grid.h"
#include "base/human.h"
#include "svctl/tame.h"
#include "svctl/words.h"

enum column { FILE_PATH, SIZE, PRINTED, DROPPED, ROTATED, LAST_ERROR, COLUMNS };

static const struct grid_column columns[COLUMNS] = {
	[FILE_PATH] = { "FILE", false },
	[SIZE] = { "SIZE", true },
	[PRINTED] = { "PRINTED", true },
	[DROPPED] = { "DROPPED", true },
	[ROTATED] = { "ROTATED", true },
	[LAST_ERROR] = { "LAST ERROR", false },
};

/* Of the server's object. */
static const struct {
	const char *name;
	bool is_size;
} members[COLUMNS] = {
	[FILE_PATH] = { "path", false },
	[SIZE] = { "size", true },
	[PRINTED] = { "bytes", true },
	[DROPPED] = { "dropped", true },
	[ROTATED] = { "rotations", false },
	[LAST_ERROR] = { "last_error", false },
};

static void add_text(struct strbuf *sb, const json_t *value)
{
	tame_add(sb, json_string_value(value), json_string_length(value), 0);
}

/* "5m ago: cannot write: No space left on device (over)" */
static void add_error(struct strbuf *sb, const json_t *file)
{
	const json_t *error = json_object_get(file, "last_error");
	json_int_t at = json_integer_value(json_object_get(file, "last_error_at"));
	long ago = (long)(time(NULL) - at);
	char buf[HUMAN_MAX];

	if (!json_string_length(error))
		return;
	strbuf_addf(sb, "%s ago: ", human_span(buf, ago > 0 ? ago : 0));
	add_text(sb, error);
	if (json_is_true(json_object_get(file, "last_error_over")))
		strbuf_adds(sb, " (over)");
}

static void add_cell(struct strbuf *sb, enum column column, const json_t *file)
{
	const json_t *value = json_object_get(file, members[column].name);
	char buf[HUMAN_MAX];

	if (column == LAST_ERROR)
		add_error(sb, file);
	else if (column == FILE_PATH)
		add_text(sb, value);
	else if (members[column].is_size)
		strbuf_adds(sb, human_size(buf, json_number_value(value)));
	else
		strbuf_addf(sb, "%.0f", json_number_value(value));
}

static void show_table(struct ctl *ctl, const json_t *files)
{
	struct grid g = { .columns = columns, .n_columns = COLUMNS };
	json_t *file;
	size_t i;

	json_array_foreach(files, i, file) {
		for (enum column c = 0; c < COLUMNS; c++) {
			struct strbuf sb = { 0 };

			add_cell(&sb, c, file);
			grid_add(&g, &sb, "");
		}
	}
	if (g.oom)
		ctl_oom(ctl);
	grid_show(&g);
	grid_done(&g);
}

/* --- the server's answer --- */

/* name NULL: all. Appends to files. false: it failed, which was said. */
static bool ask(struct ctl *ctl, const char *name, json_t *files)
{
	struct answer a;
	bool go_on = true;

	ctl_call(ctl, name ? "svd.getLogInfo" : "svd.getAllLogInfo",
		 name ? ctl_one_param(name, strlen(name)) : NULL, &a);
	if (a.kind == ANSWER_RESULT && json_is_array(a.result)) {
		if (json_array_extend(files, a.result) < 0)
			ctl_oom(ctl);
	} else if (a.kind == ANSWER_RESULT) {
		ctl_misunderstood(ctl, "no array");
	} else if (a.kind == ANSWER_FAULT && a.fault == FAULT_UNKNOWN_METHOD) {
		ctl_tell(ctl, "Error: only svd tells of log files, and this server is none");
		ctl->status = EXIT_UNIMPLEMENTED;
		go_on = false;
	} else if (a.kind == ANSWER_FAULT && name) {
		report_failure(ctl, name, a.fault == FAULT_BAD_NAME ? "no such process" :
			       a.fault_text, a.fault);
		ctl->status = EXIT_GENERIC;
	} else {
		ctl_complain(ctl, &a);
		go_on = false;
	}
	answer_done(&a);
	return go_on;
}

static bool ask_for(struct ctl *ctl, const struct words *names, json_t *files)
{
	bool go_on = true;

	if (names->n == 0 || words_have(names, "all"))
		return ask(ctl, NULL, files);
	for (size_t i = 0; i < names->n && go_on; i++)
		go_on = ask(ctl, names->list[i], files);
	return go_on;
}

void logtable_show(struct ctl *ctl, const struct words *names)
{
	json_t *files = json_array(), *file;
	size_t i;

	if (!files) {
		ctl_oom(ctl);
		return;
	}
	if (report_is_wanted(ctl))
		report_result(ctl, json_array());
	if (ask_for(ctl, names, files)) {
		json_array_foreach(files, i, file)
			if (report_is_wanted(ctl))
				report_row(ctl, json_incref(file));
		if (!report_is_wanted(ctl) && json_array_size(files) > 0)
			show_table(ctl, files);
	}
	json_decref(files);
}
