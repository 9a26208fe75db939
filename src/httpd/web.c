/*
 * web.c - what all pages have in common. They load nothing from elsewhere, run no script that is
 * not a file of ours, and may be in nobody's frame.
 */
#include "httpd/web.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "httpd/answer.h"
#include "httpd/apifault.h"
#include "httpd/assets.h"
#include "httpd/html.h"
#include "httpd/request.h"
#include "httpd/token.h"

#define POLICY "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; " \
	"img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

/* Referrer-Policy: with no-referrer browsers would send "Origin: null" with our own forms. */
static void add_headers(struct request *r)
{
	answer_header(r, "Content-Security-Policy", POLICY);
	answer_header(r, "X-Content-Type-Options", "nosniff");
	answer_header(r, "X-Frame-Options", "DENY");
	answer_header(r, "Referrer-Policy", "same-origin");
	answer_header(r, "Cross-Origin-Resource-Policy", "same-origin");
	answer_header(r, "Cross-Origin-Opener-Policy", "same-origin");
}

const char *web_query(const struct request *r, const char *key)
{
	return MHD_lookup_connection_value(r->connection, MHD_GET_ARGUMENT_KIND, key);
}

unsigned web_answer(struct request *r, unsigned status, struct strbuf *html)
{
	status = answer_text(r, status, "text/html; charset=utf-8", html);
	add_headers(r);
	answer_header(r, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
	return status;
}

unsigned web_message(struct request *r, unsigned status, int depth, const char *title,
		     const char *html)
{
	const struct filling list[] = {
		{ .key = "title", .text = title },
		{ .key = "body", .html = html },
		{ .key = "base", .html = depth ? "../" : "" },
	};
	struct strbuf page = { 0 };

	template_add(&page, "message.html", list, ARRAY_LEN(list));
	return web_answer(r, status, &page);
}

unsigned web_refusal(struct request *r, int code, const char *text)
{
	unsigned status = text ? apifault_status(code) : MHD_HTTP_SERVICE_UNAVAILABLE;
	struct strbuf html = { 0 };

	strbuf_adds(&html, "<p role=\"alert\">");
	html_adds(&html, text ? text : "svd does not answer.");
	strbuf_adds(&html, "</p>");
	status = html.oom ? MHD_HTTP_INTERNAL_SERVER_ERROR :
			    web_message(r, status, 0, MHD_get_reason_phrase_for(status), html.s);
	strbuf_done(&html);
	return status;
}

void web_done(struct request *r, unsigned status)
{
	r->status = status;
	if (r->suspended)
		request_resume(r);
}

char *web_logout_link(const struct request *r)
{
	struct strbuf html = { 0 };

	if (r->user) {
		strbuf_adds(&html, "<span class=\"user\"><bdi>");
		html_adds(&html, r->user);
		strbuf_adds(&html, "</bdi> <a href=\"logout\">log out</a></span>");
	}
	return strbuf_steal(&html);
}

void web_summary(const json_t *top, char *buf, size_t size)
{
	const json_t *health = json_object_get(top, "health");

	snprintf(buf, size, "%d of %d well",
		 (int)json_integer_value(json_object_get(health, "well")),
		 (int)json_integer_value(json_object_get(health, "total")));
}

/* --- a question before a change --- */

static void add_hidden(struct strbuf *html, const char *name, const char *value)
{
	strbuf_addf(html, "<input type=\"hidden\" name=\"%s\" value=\"", name);
	html_add_value(html, value);
	strbuf_adds(html, "\">\n");
}

static void add_target(struct strbuf *names, const char *target)
{
	strbuf_adds(names, "<li><bdi>");
	html_adds(names, strcmp(target, "*") == 0 ? "all programs" : target);
	strbuf_adds(names, "</bdi></li>\n");
}

unsigned web_confirm(struct request *r, int depth, const char *verb, const json_t *targets,
		     bool is_selection, const char *signal)
{
	_cleanup_(strbuf_done) struct strbuf names = { 0 }, fields = { 0 }, act = { 0 },
					     html = { 0 }, title = { 0 };
	char token[TOKEN_LEN + 1];
	const json_t *target;
	size_t i;

	token_make(token, r->server->secret, r->server->id, r->user);
	strbuf_adds(&act, verb);
	json_array_foreach(targets, i, target) {
		add_target(&names, json_string_value(target));
		if (is_selection)
			add_hidden(&fields, "p", json_string_value(target));
		else
			strbuf_addf(&act, " %s", json_string_value(target));
	}
	if (signal)
		add_hidden(&fields, "signal", signal);
	strbuf_addf(&title, "%c%s%s%s?", verb[0] - 'a' + 'A', verb + 1, signal ? " " : "",
		    signal ? signal : "");
	const struct filling list[] = {
		{ .key = "question", .text = "This is about to be done to:" },
		{ .key = "names", .html = strbuf_str(&names) },
		{ .key = "fields", .html = strbuf_str(&fields) },
		{ .key = "token", .text = token },
		{ .key = "do", .value = strbuf_str(&act) },
		{ .key = "label", .text = verb },
		{ .key = "base", .html = depth ? "../" : "" },
	};

	template_add(&html, "confirm.html", list, ARRAY_LEN(list));
	if (html.oom || names.oom || fields.oom || act.oom || title.oom)
		return MHD_HTTP_INTERNAL_SERVER_ERROR;
	return web_message(r, MHD_HTTP_OK, depth, title.s, html.s);
}

/* --- small ones --- */

unsigned web_ok_act(struct request *r)
{
	struct strbuf text = { 0 };

	strbuf_adds(&text, "OK");
	return answer_text(r, MHD_HTTP_OK, "text/plain", &text);
}

/* Whoever has one of the same contents is told so. */
unsigned web_asset_act(struct request *r)
{
	static const struct { const char *ending, *type; } types[] = {
		{ ".css", "text/css; charset=utf-8" },
		{ ".js", "text/javascript; charset=utf-8" },
	};
	const struct asset *asset = asset_find(r->url + strlen("/web/"));
	const char *ending = asset ? strrchr(asset->name, '.') : "", *type = NULL, *known;
	bool is_known;

	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (strcmp(ending, types[i].ending) == 0)
			type = types[i].type;
	if (!type)
		return MHD_HTTP_NOT_FOUND;
	known = MHD_lookup_connection_value(r->connection, MHD_HEADER_KIND,
					    MHD_HTTP_HEADER_IF_NONE_MATCH);
	is_known = known && strcmp(known, asset->etag) == 0;
	r->response = MHD_create_response_from_buffer(is_known ? 0 : asset->n,
						      (void *)(uintptr_t)asset->data,
						      MHD_RESPMEM_PERSISTENT);
	answer_header(r, MHD_HTTP_HEADER_CONTENT_TYPE, type);
	answer_header(r, MHD_HTTP_HEADER_ETAG, asset->etag);
	answer_header(r, MHD_HTTP_HEADER_CACHE_CONTROL, "no-cache");
	add_headers(r);
	return is_known ? MHD_HTTP_NOT_MODIFIED : MHD_HTTP_OK;
}

unsigned web_go_to(struct request *r, const char *location)
{
	struct strbuf nothing = { 0 };
	unsigned status;

	strbuf_adds(&nothing, "\n");
	status = answer_text(r, MHD_HTTP_SEE_OTHER, "text/plain", &nothing);
	answer_header(r, MHD_HTTP_HEADER_LOCATION, location);
	answer_header(r, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
	return status;
}

/*
 * A browser forgets a login when it is refused. Then it asks for another one, for the same
 * address, which has to lead somewhere: so the refusal is for a few seconds only, less than it
 * takes to type.
 */
unsigned web_logout_act(struct request *r)
{
	enum { SECONDS = 3 };
	const char *until = web_query(r, "until");
	double now = clock_wall();
	char again[64];
	unsigned status;

	if (!until) {
		snprintf(again, sizeof(again), "logout?until=%.0f", now + SECONDS);
		return web_go_to(r, again);
	}
	if (now > strtod(until, NULL))
		return web_go_to(r, "./");
	status = web_message(r, MHD_HTTP_UNAUTHORIZED, 0, "Logged out",
			     "<p>The browser has been told to forget your password.</p>");
	answer_header(r, MHD_HTTP_HEADER_WWW_AUTHENTICATE, ANSWER_CHALLENGE);
	return status;
}
