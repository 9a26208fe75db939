/*
 * cmd_listeners.c - who is told of events, and whether anything is in the way. A pool has a line,
 * and below it each of its listeners.
 */
#include <string.h>
#include <time.h>

#include "base/strbuf.h"
#include "rpc/faults.h"
#include "svctl/cmd.h"
#include "svctl/colour.h"
#include "svctl/ctl.h"
#include "svctl/globs.h"
#include "svctl/grid.h"
#include "base/human.h"
#include "svctl/screen.h"
#include "svctl/tame.h"

enum column { NAME, STATE, QUEUED, DELIVERED, REJECTED, DROPPED, RESTARTS, LAST, COLUMNS };

static const struct grid_column columns[COLUMNS] = {
	[NAME] = { "NAME", false },
	[STATE] = { "STATE", false },
	[QUEUED] = { "QUEUED", true },
	[DELIVERED] = { "DELIVERED", true },
	[REJECTED] = { "REJECTED", true },
	[DROPPED] = { "DROPPED", true },
	[RESTARTS] = { "RESTARTS", true },
	[LAST] = { "LAST", false },
};

/* Members of the server's objects whose numbers are shown as they are; NULL: none. */
static const char *const of_pool[COLUMNS] = {
	[DELIVERED] = "delivered", [REJECTED] = "rejected", [DROPPED] = "dropped",
};
static const char *const of_hook[COLUMNS] = {
	[DELIVERED] = "delivered", [REJECTED] = "failed", [DROPPED] = "dropped",
};
static const char *const of_listener[COLUMNS] = {
	[DELIVERED] = "answered", [REJECTED] = "rejected", [RESTARTS] = "restarts",
};

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

static double number_of(const json_t *object, const char *key)
{
	return json_number_value(json_object_get(object, key));
}

static void add_tame(struct strbuf *sb, const char *text)
{
	tame_add(sb, text, strlen(text), 0);
}

static void add_number(struct strbuf *sb, const json_t *object, const char *member)
{
	const json_t *value = member ? json_object_get(object, member) : NULL;

	if (json_is_number(value))
		strbuf_addf(sb, "%.0f", json_number_value(value));
}

/* --- a pool --- */

/* "5s ago: TICK_5"; nothing when it is null. */
static void add_ago(struct strbuf *sb, const json_t *what, const char *member)
{
	long ago = (long)(time(NULL) - (time_t)number_of(what, "at"));
	char buf[HUMAN_MAX];

	if (!json_is_object(what))
		return;
	strbuf_addf(sb, "%s%s ago: ", sb->len ? "; " : "", human_span(buf, ago > 0 ? ago : 0));
	add_tame(sb, text_of(what, member));
}

static void add_pool_cell(struct strbuf *sb, enum column column, const json_t *pool)
{
	if (column == NAME) {
		add_tame(sb, text_of(pool, "name"));
	} else if (column == STATE) {
		add_tame(sb, text_of(pool, "kind"));
	} else if (column == QUEUED) {
		strbuf_addf(sb, "%.0f/%.0f", number_of(pool, "queued"), number_of(pool, "room"));
	} else if (column == LAST) {
		add_ago(sb, json_object_get(pool, "last_event"), "type");
		add_ago(sb, json_object_get(pool, "last_error"), "text");
	} else {
		add_number(sb, pool, (json_object_get(pool, "failed") ? of_hook : of_pool)[column]);
	}
}

/* --- a listener --- */

static bool has_state(const json_t *listener, const char *dialog)
{
	return strcmp(text_of(listener, "listener_state"), dialog) == 0;
}

static bool is_running(const json_t *listener)
{
	return (int)number_of(listener, "state") == STATE_CODE_RUNNING;
}

/* The dialog matters once the process runs, and as soon as nothing can come of it. */
static const char *state_of(const json_t *listener)
{
	return text_of(listener, is_running(listener) || has_state(listener, "UNKNOWN") ?
		       "listener_state" : "statename");
}

/* The state code that means as much. */
static int mood_of(const json_t *listener)
{
	if (has_state(listener, "UNKNOWN"))
		return STATE_CODE_UNKNOWN;
	if (is_running(listener) && has_state(listener, "ACKNOWLEDGED"))
		return STATE_CODE_STARTING;
	return (int)number_of(listener, "state");
}

static bool is_well(const json_t *listener)
{
	const struct procinfo info = { .state = mood_of(listener) };

	return !procinfo_is_stopped(&info);
}

static void add_plans(struct strbuf *sb, const json_t *listener)
{
	long wait = (long)number_of(listener, "backoff_until") - (long)time(NULL);
	char buf[HUMAN_MAX];

	if (json_is_number(json_object_get(listener, "holds")))
		strbuf_addf(sb, "works on event %.0f", number_of(listener, "holds"));
	else if (json_is_number(json_object_get(listener, "backoff_until")))
		strbuf_addf(sb, "again in %s", human_span(buf, wait > 0 ? wait : 0));
}

static void add_listener_cell(struct strbuf *sb, enum column column, const json_t *listener)
{
	if (column == NAME) {
		strbuf_adds(sb, "  ");
		add_tame(sb, text_of(listener, "name"));
	} else if (column == STATE) {
		add_tame(sb, state_of(listener));
	} else if (column == LAST) {
		add_plans(sb, listener);
	} else {
		add_number(sb, listener, of_listener[column]);
	}
}

/* --- all --- */

static void add_row(struct grid *g, const json_t *object, const char *colour,
		    void (*add)(struct strbuf *sb, enum column column, const json_t *object))
{
	for (enum column c = 0; c < COLUMNS; c++) {
		struct strbuf sb = { 0 };

		add(&sb, c, object);
		grid_add(g, &sb, c == STATE ? colour : "");
	}
}

static void add_rows(struct grid *g, const json_t *pool)
{
	bool coloured = colour_wanted();
	json_t *listener;
	size_t i;

	add_row(g, pool, "", add_pool_cell);
	json_array_foreach(json_object_get(pool, "listeners"), i, listener)
		add_row(g, listener, coloured ? colour_of_state(mood_of(listener)) : "",
			add_listener_cell);
}

static void judge(struct ctl *ctl, const json_t *pool)
{
	json_t *listener;
	size_t i;

	json_array_foreach(json_object_get(pool, "listeners"), i, listener)
		if (!is_well(listener))
			ctl->status = EXIT_STATUS_NOT_RUNNING;
}

/* A pool is called like its group, which it is. */
static bool means(const char *word, const json_t *pool)
{
	const char *name = text_of(pool, "name");
	const struct procinfo info = { .group = name, .name = name };

	return glob_means(word, &info);
}

static bool is_wanted(const struct words *names, const json_t *pool)
{
	for (size_t i = 0; i < names->n; i++)
		if (means(names->list[i], pool))
			return true;
	return names->n == 0;
}

static void complain_of_unknown(struct ctl *ctl, const struct words *names, const json_t *pools)
{
	json_t *pool;
	size_t k;

	for (size_t i = 0; i < names->n; i++) {
		bool found = strcmp(names->list[i], "all") == 0;

		json_array_foreach(pools, k, pool)
			found |= means(names->list[i], pool);
		if (found)
			continue;
		report_failure(ctl, names->list[i], "no such pool", FAULT_BAD_NAME);
		ctl->status = EXIT_STATUS_UNKNOWN;
	}
}

static void show(struct ctl *ctl, const struct words *names, const json_t *pools)
{
	struct grid g = { .columns = columns, .n_columns = COLUMNS };
	json_t *pool;
	size_t i;

	complain_of_unknown(ctl, names, pools);
	json_array_foreach(pools, i, pool) {
		if (!is_wanted(names, pool))
			continue;
		judge(ctl, pool);
		if (report_is_wanted(ctl))
			report_row(ctl, json_incref(pool));
		else
			add_rows(&g, pool);
	}
	if (g.oom)
		ctl_oom(ctl);
	if (g.n > 0)
		grid_show(&g);
	grid_done(&g);
}

static void ask(struct ctl *ctl, const struct words *names)
{
	struct answer a;

	ctl_call(ctl, "svd.getPools", NULL, &a);
	if (a.kind == ANSWER_RESULT && json_is_array(a.result)) {
		if (report_is_wanted(ctl))
			report_result(ctl, json_array());
		show(ctl, names, a.result);
	} else if (a.kind == ANSWER_RESULT) {
		ctl_misunderstood(ctl, "no array");
	} else if (a.kind == ANSWER_FAULT && a.fault == FAULT_UNKNOWN_METHOD) {
		ctl_tell(ctl, "Error: only svd tells of its listeners, and this server is none");
		ctl->status = EXIT_UNIMPLEMENTED;
	} else {
		ctl_complain(ctl, &a);
	}
	answer_done(&a);
}

void cmd_listeners(struct ctl *ctl, const char *arg)
{
	struct words names;

	if (!ctl_split_upcheck(ctl, arg, &names))
		return;
	screen_use_utf8();
	ask(ctl, &names);
	words_done(&names);
}
