/*
 * web_overview.c - what is not about one program: the daemon, logs that cannot be written, who is
 * told of events, and what happened last. Four questions to svd, one after the other; whoever may
 * not ask one of them sees nothing there.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/human.h"
#include "httpd/answer.h"
#include "httpd/board.h"
#include "httpd/html.h"
#include "httpd/member.h"
#include "httpd/request.h"
#include "httpd/web.h"
#include "httpd/welcome.h"

/* Asked in this order, after the board. */
enum { EVENTS, POOLS, FILES, QUESTIONS };

static const struct { const char *method; bool own; } questions[QUESTIONS] = {
	[EVENTS] = { "getRecentEvents", true },
	[POOLS] = { "svd.getPools", false },
	[FILES] = { "svd.getAllLogInfo", false },
};

struct overview {
	struct viewer   viewer;
	struct request *request;	/* borrowed */
	json_t         *top;		/* owned */
	json_t         *answers[QUESTIONS];	/* owned */
	size_t          at;		/* the question that is under way */
};

static void overview_free(void *work)
{
	struct overview *o = work;

	board_leave(&o->viewer);
	json_decref(o->top);
	for (size_t i = 0; i < QUESTIONS; i++)
		json_decref(o->answers[i]);
	free(o);
}

static const struct work_type overview_type = { overview_free, NULL };

/* --- tables --- */

static void add_cell(struct strbuf *sb, const char *text)
{
	strbuf_adds(sb, "<td><bdi>");
	html_adds(sb, text);
	strbuf_adds(sb, "</bdi></td>");
}

static void add_number(struct strbuf *sb, double n)
{
	strbuf_addf(sb, "<td class=\"number\">%.0f</td>", n);
}

static void add_time(struct strbuf *sb, double at)
{
	time_t seconds = (time_t)at;
	char text[64] = "";
	struct tm tm;

	if (at > 0 && localtime_r(&seconds, &tm))
		strftime(text, sizeof(text), "%b %d %H:%M:%S", &tm);
	add_cell(sb, text);
}

static void begin_table(struct strbuf *sb, const char *const *heads, size_t n)
{
	strbuf_adds(sb, "<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"table\">"
			"<table><thead><tr>");
	for (size_t i = 0; i < n; i++)
		strbuf_addf(sb, "<th scope=\"col\">%s</th>", heads[i]);
	strbuf_adds(sb, "</tr></thead><tbody>\n");
}

static void end_table(struct strbuf *sb)
{
	strbuf_adds(sb, "</tbody></table></div>\n");
}

/* What was in trouble and is not any more stays: somebody may wonder what is missing. */
static void add_sinks(struct strbuf *sb, const json_t *files)
{
	static const char *const heads[] = { "Log", "Trouble", "Since", "Over", "Dropped bytes" };
	const json_t *file;
	bool any = false;
	size_t i;

	json_array_foreach(files, i, file) {
		const char *error = member_text(file, "last_error");

		if (!*error)
			continue;
		if (!any)
			begin_table(sb, heads, ARRAY_LEN(heads));
		any = true;
		strbuf_adds(sb, "<tr>");
		add_cell(sb, member_text(file, "path"));
		add_cell(sb, error);
		add_time(sb, member_number(file, "last_error_at"));
		add_cell(sb, json_is_true(json_object_get(file, "last_error_over")) ? "over" :
										      "no");
		add_number(sb, member_number(file, "dropped_bytes"));
		strbuf_adds(sb, "</tr>\n");
	}
	if (any)
		end_table(sb);
	else
		strbuf_adds(sb, "<p>None.</p>");
}

static void add_listeners(struct strbuf *sb, const json_t *pool)
{
	const json_t *one;
	size_t i;

	strbuf_adds(sb, "<td>");
	json_array_foreach(json_object_get(pool, "listeners"), i, one) {
		const char *state = member_text(one, "listener_state");

		strbuf_adds(sb, i ? ", <bdi>" : "<bdi>");
		html_adds(sb, member_text(one, "name"));
		strbuf_adds(sb, "</bdi> ");
		html_adds(sb, *state ? state : member_text(one, "statename"));
	}
	strbuf_adds(sb, "</td>");
}

static void add_pool(struct strbuf *sb, const json_t *pool)
{
	const json_t *error = json_object_get(pool, "last_error");

	strbuf_adds(sb, "<tr>");
	add_cell(sb, member_text(pool, "name"));
	add_cell(sb, member_text(pool, "kind"));
	add_number(sb, member_number(pool, "queued"));
	add_number(sb, member_number(pool, "delivered"));
	add_number(sb, member_number(pool, "dropped"));
	add_cell(sb, member_text(error, "text"));
	add_listeners(sb, pool);
	strbuf_adds(sb, "</tr>\n");
}

static void add_pools(struct strbuf *sb, const json_t *pools)
{
	static const char *const heads[] = { "Pool", "Kind", "Queued", "Delivered", "Dropped",
					     "Last error", "Listeners" };
	const json_t *pool;
	size_t i;

	if (json_array_size(pools) == 0) {
		strbuf_adds(sb, "<p>None.</p>");
		return;
	}
	begin_table(sb, heads, ARRAY_LEN(heads));
	json_array_foreach(pools, i, pool)
		add_pool(sb, pool);
	end_table(sb);
}

static void add_event(struct strbuf *sb, const json_t *event)
{
	const char *group = member_text(event, "group"), *process = member_text(event, "process");
	struct strbuf name = { 0 };

	strbuf_addf(&name, "%s%s%s", group, *process ? ":" : "", process);
	strbuf_adds(sb, "<tr>");
	add_time(sb, member_number(event, "at"));
	add_cell(sb, member_text(event, "type"));
	add_cell(sb, strbuf_str(&name));
	add_cell(sb, member_text(event, "reason"));
	strbuf_adds(sb, "</tr>\n");
	sb->oom |= name.oom;
	strbuf_done(&name);
}

static void add_events(struct strbuf *sb, const json_t *events)
{
	static const char *const heads[] = { "Time", "Event", "Program", "Reason" };
	const json_t *event;
	size_t i;

	if (json_array_size(events) == 0) {
		strbuf_adds(sb, "<p>None.</p>");
		return;
	}
	begin_table(sb, heads, ARRAY_LEN(heads));
	json_array_foreach(events, i, event)
		add_event(sb, event);
	end_table(sb);
}

/* --- the page --- */

static void describe_viewer(const json_t *top, char *buf, size_t size)
{
	const char *user = member_text(top, "user"), *role = member_text(top, "role");

	snprintf(buf, size, "%s%s%s", user, *user ? ", " : "",
		 *role ? role : "not for all programs");
}

static unsigned answer_overview(const struct overview *o)
{
	_cleanup_(strbuf_done) struct strbuf sinks = { 0 }, pools = { 0 }, events = { 0 };
	const json_t *daemon = json_object_get(o->top, "daemon");
	char pid[16], uptime[HUMAN_MAX], summary[64], you[300];
	char *logout = web_logout_link(o->request);
	struct strbuf html = { 0 };

	snprintf(pid, sizeof(pid), "%.0f", member_number(daemon, "pid"));
	human_uptime(uptime, (long)(clock_wall() - member_number(daemon, "started_at")));
	web_summary(o->top, summary, sizeof(summary));
	describe_viewer(o->top, you, sizeof(you));
	add_sinks(&sinks, o->answers[FILES]);
	add_pools(&pools, o->answers[POOLS]);
	add_events(&events, o->answers[EVENTS]);
	const struct filling list[] = {
		{ .key = "identifier", .text = member_text(daemon, "identifier") },
		{ .key = "version", .text = member_text(daemon, "version") },
		{ .key = "state", .text = member_text(daemon, "state") },
		{ .key = "pid", .text = pid }, { .key = "uptime", .text = uptime },
		{ .key = "summary", .text = summary }, { .key = "you", .text = you },
		{ .key = "logout", .html = logout }, { .key = "sinks", .html = strbuf_str(&sinks) },
		{ .key = "pools", .html = strbuf_str(&pools) },
		{ .key = "events", .html = strbuf_str(&events) },
	};

	template_add(&html, "overview.html", list, ARRAY_LEN(list));
	html.oom |= !logout || sinks.oom || pools.oom || events.oom;
	free(logout);
	return web_answer(o->request, MHD_HTTP_OK, &html);
}

/* --- the request --- */

static void ask(struct overview *o);

static void on_reply(struct call *call, struct reply *reply)
{
	struct overview *o = container_of(call, struct request, call)->work;

	o->answers[o->at++] = json_incref((json_t *)reply->result);
	ask(o);
}

static void ask(struct overview *o)
{
	struct request *r = o->request;
	json_t *none;
	int ret;

	if (!r->suspended)
		return;
	if (o->at == QUESTIONS) {
		web_done(r, answer_overview(o));
		return;
	}
	none = json_array();
	r->call.own = questions[o->at].own;
	r->call.on_reply = on_reply;
	ret = rpc_start(r->server->rpc, &r->call, questions[o->at].method, none);
	json_decref(none);
	if (ret < 0)
		web_done(r, answer_unsent(ret));
}

static void on_all(struct viewer *v, const struct board *board)
{
	struct overview *o = container_of(v, struct overview, viewer);

	o->top = json_deep_copy(board_top(board));
	ask(o);
}

static void on_fault(struct viewer *v, int code, const char *text)
{
	struct request *r = container_of(v, struct overview, viewer)->request;

	if (r->suspended)
		web_done(r, web_refusal(r, code, text));
}

unsigned web_overview_act(struct request *r)
{
	struct overview *o = calloc(1, sizeof(*o));
	int ret;

	if (!o)
		return MHD_HTTP_INTERNAL_SERVER_ERROR;
	o->request = r;
	o->viewer = (struct viewer){ .on_all = on_all, .on_fault = on_fault };
	request_work(r, &overview_type, o);
	ret = board_view(&r->server->welcome->boards, r, &o->viewer);
	if (ret < 0)
		return answer_unsent(ret);
	request_suspend(r);
	return 0;
}
