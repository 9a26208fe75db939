/*
 * web_programs.c - the page of all programs. It is whole without JavaScript; with it the rows are
 * kept up to date, and new ones are made of the same templates, which are in the page.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/human.h"
#include "httpd/answer.h"
#include "httpd/board.h"
#include "httpd/html.h"
#include "httpd/member.h"
#include "httpd/request.h"
#include "httpd/token.h"
#include "httpd/web.h"
#include "httpd/welcome.h"

/* --- one program --- */

static bool is_operable(const json_t *p)
{
	const char *role = member_text(p, "role");

	return strcmp(role, "operate") == 0 || strcmp(role, "admin") == 0;
}

/* How long ago, in words: where nothing moves a time of day would have to be compared. */
static void describe_exit(const json_t *p, char *buf, size_t size)
{
	const char *reason = member_text(p, "exit_reason");
	long at = (long)member_number(p, "exit_at");
	char ago[HUMAN_MAX];

	buf[0] = '\0';
	if (at > 0)
		snprintf(buf, size, "%s, %s ago", reason,
			 human_span(ago, (long)clock_wall() - at));
	else
		snprintf(buf, size, "%s", reason);
}

struct words {
	char uptime[HUMAN_MAX], restarts[HUMAN_MAX], exit[700], cpu[HUMAN_MAX], memory[HUMAN_MAX];
};

static void describe(const json_t *p, struct words *w)
{
	const json_t *cpu = json_object_get(p, "cpu"), *memory = json_object_get(p, "memory");
	long up = (long)(clock_wall() - member_number(p, "start"));

	*w = (struct words){ .exit = "" };
	if (member_number(p, "pid") > 0)
		human_uptime(w->uptime, up > 0 ? up : 0);
	if (member_number(p, "restarts") > 0)
		snprintf(w->restarts, sizeof(w->restarts), "%.0f", member_number(p, "restarts"));
	if (json_is_number(cpu))
		snprintf(w->cpu, sizeof(w->cpu), "%.1f%%", json_number_value(cpu));
	if (json_is_number(memory))
		human_size(w->memory, json_number_value(memory));
	describe_exit(p, w->exit, sizeof(w->exit));
}

static void add_row(struct strbuf *sb, const json_t *p)
{
	_cleanup_(strbuf_done) struct strbuf select = { 0 }, actions = { 0 }, log = { 0 };
	const struct filling name = { .key = "name", .value = member_text(p, "name") };
	bool is_well = json_is_true(json_object_get(p, "well"));
	struct words w;

	describe(p, &w);
	html_add_query(&log, member_text(p, "name"));
	strbuf_adds(&log, "&amp;limit=65536");
	if (is_operable(p)) {
		template_add(&select, "select.html", &name, 1);
		template_add(&actions, "actions.html", &name, 1);
	}
	const struct filling list[] = {
		name,
		{ .key = "process", .text = member_text(p, "process") },
		{ .key = "log", .html = strbuf_str(&log) },
		{ .key = "state", .text = member_text(p, "state") },
		{ .key = "well", .text = is_well ? "true" : "false" },
		{ .key = "health", .text = is_well ? "" : "not well" },
		{ .key = "uptime", .text = w.uptime },
		{ .key = "restarts", .text = w.restarts },
		{ .key = "exit", .text = w.exit },
		{ .key = "cpu", .text = w.cpu },
		{ .key = "memory", .text = w.memory },
		{ .key = "select", .html = strbuf_str(&select) },
		{ .key = "actions", .html = strbuf_str(&actions) },
	};

	template_add(sb, "row.html", list, ARRAY_LEN(list));
	sb->oom |= log.oom || select.oom || actions.oom;
}

/* --- all of them --- */

/* Of the group that begins at first. Returns the place of the next one. */
static size_t add_group(struct strbuf *sb, const json_t *processes, size_t first)
{
	_cleanup_(strbuf_done) struct strbuf rows = { 0 }, actions = { 0 }, log = { 0 };
	const char *group = member_text(json_array_get(processes, first), "group");
	const struct filling name = { .key = "group", .value = group };
	_cleanup_(strbuf_done) struct strbuf members = { 0 }, select = { 0 };
	struct filling all = { .key = "name" };
	bool all_operable = true, is_single;	/* of one program with its name */
	const json_t *p;
	size_t i;

	for (i = first; (p = json_array_get(processes, i)); i++) {
		if (strcmp(member_text(p, "group"), group) != 0)
			break;
		add_row(&rows, p);
		all_operable = all_operable && is_operable(p);
	}
	is_single = i == first + 1 &&
		    strcmp(member_text(json_array_get(processes, first), "process"), group) == 0;
	html_add_query(&log, group);
	strbuf_adds(&log, ":%2A");
	if (all_operable) {
		strbuf_addf(&members, "%s:*", group);
		all.value = strbuf_str(&members);
		template_add(&select, "select.html", &all, 1);
		template_add(&actions, "group-actions.html", &name, 1);
	}
	const struct filling list[] = {
		name,
		{ .key = "title", .text = group },
		{ .key = "log", .html = strbuf_str(&log) },
		{ .key = "select", .html = strbuf_str(&select) },
		{ .key = "single", .text = is_single ? "true" : "false" },
		{ .key = "rows", .html = strbuf_str(&rows) },
		{ .key = "actions", .html = strbuf_str(&actions) },
	};

	template_add(sb, "group.html", list, ARRAY_LEN(list));
	sb->oom |= rows.oom || actions.oom || log.oom || select.oom || members.oom;
	return i;
}

static void add_tools(struct strbuf *sb, const struct board *board)
{
	static const char *const signals[] = { "HUP", "USR1", "USR2", "INT", "QUIT", "TERM",
					       "KILL", "STOP", "CONT", "WINCH" };
	_cleanup_(strbuf_done) struct strbuf options = { 0 }, all = { 0 };
	bool any = false;
	const json_t *p;
	size_t i;

	json_array_foreach(board_processes(board), i, p)
		any = any || is_operable(p);
	if (!any)
		return;
	for (i = 0; i < ARRAY_LEN(signals); i++)
		strbuf_addf(&options, "<option>%s</option>", signals[i]);
	if (is_operable(board_top(board)))
		template_add(&all, "tools-all.html", NULL, 0);
	const struct filling list[] = {
		{ .key = "signals", .html = strbuf_str(&options) },
		{ .key = "tools-all", .html = strbuf_str(&all) },
	};

	template_add(sb, "tools.html", list, ARRAY_LEN(list));
	sb->oom |= options.oom || all.oom;
}

/* What a form has done comes back as one word of the query, since others can make links, too. */
static const char *notice(const struct request *r)
{
	static const struct { const char *verb, *html; } notices[] = {
		{ "start", "<p class=\"notice\" role=\"status\">Started.</p>" },
		{ "restart", "<p class=\"notice\" role=\"status\">Restarted.</p>" },
		{ "stop", "<p class=\"notice\" role=\"status\">Stopped.</p>" },
		{ "clear", "<p class=\"notice\" role=\"status\">Logs cleared.</p>" },
		{ "signal", "<p class=\"notice\" role=\"status\">Signal sent.</p>" },
	};
	const char *done = web_query(r, "done");

	for (size_t i = 0; done && i < ARRAY_LEN(notices); i++)
		if (strcmp(notices[i].verb, done) == 0)
			return notices[i].html;
	return NULL;
}

/* For JavaScript to make new rows of. */
static const struct { const char *key, *file; } templates[] = {
	{ "t-group", "group.html" }, { "t-row", "row.html" }, { "t-select", "select.html" },
	{ "t-actions", "actions.html" }, { "t-group-actions", "group-actions.html" },
};

enum { TEMPLATES = ARRAY_LEN(templates) };

static void add_templates(struct strbuf *texts, struct filling *list)
{
	for (size_t i = 0; i < TEMPLATES; i++) {
		template_add(&texts[i], templates[i].file, NULL, 0);
		list[i] = (struct filling){ .key = templates[i].key,
					    .html = strbuf_str(&texts[i]) };
	}
}

static void add_groups(struct strbuf *sb, const json_t *processes)
{
	size_t i = 0;

	while (i < json_array_size(processes))
		i = add_group(sb, processes, i);
}

/* The words of the page that are not in a group. */
struct headline {
	char token[TOKEN_LEN + 1], pid[16], summary[64], uptime[HUMAN_MAX];
};

static void write_headline(struct headline *h, const struct request *r, const json_t *top)
{
	const json_t *daemon = json_object_get(top, "daemon");

	token_make(h->token, r->server->secret, r->server->id, r->user);
	snprintf(h->pid, sizeof(h->pid), "%.0f", member_number(daemon, "pid"));
	human_uptime(h->uptime, (long)(clock_wall() - member_number(daemon, "started_at")));
	web_summary(top, h->summary, sizeof(h->summary));
}

static void add_page(struct strbuf *sb, struct request *r, const struct board *board)
{
	const json_t *top = board_top(board), *daemon = json_object_get(top, "daemon");
	const json_t *healthy = json_object_get(json_object_get(top, "health"), "healthy");
	_cleanup_(strbuf_done) struct strbuf groups = { 0 }, tools = { 0 };
	struct strbuf texts[TEMPLATES] = { { 0 } };
	char *logout = web_logout_link(r);
	struct headline h;

	write_headline(&h, r, top);
	add_groups(&groups, board_processes(board));
	add_tools(&tools, board);
	struct filling list[TEMPLATES + 11] = {
		[TEMPLATES] = { .key = "identifier", .text = member_text(daemon, "identifier") },
		{ .key = "version", .text = member_text(daemon, "version") },
		{ .key = "pid", .text = h.pid },
		{ .key = "uptime", .text = h.uptime },
		{ .key = "token", .text = h.token },
		{ .key = "summary", .text = h.summary },
		{ .key = "healthy", .text = json_is_true(healthy) ? "true" : "false" },
		{ .key = "logout", .html = logout },
		{ .key = "notice", .html = notice(r) },
		{ .key = "groups", .html = strbuf_str(&groups) },
		{ .key = "tools", .html = strbuf_str(&tools) },
	};

	add_templates(texts, list);
	template_add(sb, "page.html", list, ARRAY_LEN(list));
	sb->oom |= !logout || groups.oom || tools.oom;
	free(logout);
	for (size_t i = 0; i < TEMPLATES; i++)
		strbuf_done(&texts[i]);
}

/* --- the request --- */

struct programs {
	struct viewer   viewer;
	struct request *request;	/* borrowed */
};

static void programs_free(void *work)
{
	struct programs *programs = work;

	board_leave(&programs->viewer);
	free(programs);
}

static const struct work_type programs_type = { programs_free, NULL };

static void on_all(struct viewer *v, const struct board *board)
{
	struct request *r = container_of(v, struct programs, viewer)->request;
	struct strbuf html = { 0 };

	if (!r->suspended)
		return;
	add_page(&html, r, board);
	web_done(r, web_answer(r, MHD_HTTP_OK, &html));
}

static void on_fault(struct viewer *v, int code, const char *text)
{
	struct request *r = container_of(v, struct programs, viewer)->request;

	if (r->suspended)
		web_done(r, web_refusal(r, code, text));
}

static unsigned show(struct request *r)
{
	struct programs *programs = calloc(1, sizeof(*programs));
	int ret;

	if (!programs)
		return MHD_HTTP_INTERNAL_SERVER_ERROR;
	programs->request = r;
	programs->viewer = (struct viewer){ .on_all = on_all, .on_fault = on_fault };
	request_work(r, &programs_type, programs);
	ret = board_view(&r->server->welcome->boards, r, &programs->viewer);
	if (ret < 0)
		return answer_unsent(ret);
	request_suspend(r);
	return 0;
}

/*
 * Links of Supervisor's page, which are in bookmarks and mails. They did what they say when
 * somebody followed them, or when any page had them as an image; here they ask.
 */
static unsigned ask(struct request *r, const char *action)
{
	static const struct { const char *action, *verb, *target; } actions[] = {
		{ "start", "start", NULL }, { "stop", "stop", NULL },
		{ "restart", "restart", NULL }, { "clearlog", "clear", NULL },
		{ "stopall", "stop", "*" }, { "restartall", "restart", "*" },
	};
	const char *name = web_query(r, "processname");

	for (size_t i = 0; i < ARRAY_LEN(actions); i++) {
		const char *target = actions[i].target ? actions[i].target : name;
		json_t *targets;
		unsigned status;

		if (strcmp(action, actions[i].action) != 0 || !target)
			continue;
		targets = json_pack("[s]", target);
		status = targets ? web_confirm(r, 0, actions[i].verb, targets, false, NULL) :
				   MHD_HTTP_BAD_REQUEST;	/* it is no UTF-8 */
		json_decref(targets);
		return status;
	}
	return web_message(r, MHD_HTTP_BAD_REQUEST, 0, "Bad Request",
			   "<p role=\"alert\">There is no such action.</p>");
}

unsigned web_programs_act(struct request *r)
{
	const char *action = web_query(r, "action");

	if (action && *action && strcmp(action, "refresh") != 0)
		return ask(r, action);
	return show(r);
}
