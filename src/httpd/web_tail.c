/*
 * web_tail.c - a part of a log as a page, and a whole one to download. Without JavaScript the links
 * lead to older and newer parts; with it the page follows, see web_follow.c.
 */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "httpd/answer.h"
#include "httpd/filetail.h"
#include "httpd/html.h"
#include "httpd/logtail.h"
#include "httpd/request.h"
#include "httpd/web.h"
#include "rpc/faults.h"

enum { LIMIT = 1024 };			/* bytes, as Supervisor has it, */
enum { LIMIT_MAX = 1024 * 1024 };	/* ... and what a page can bear */

struct part {
	struct filetail file;
	struct request *request;	/* borrowed */
	const char *name, *channel;	/* borrowed */
	int64_t limit, end;		/* bytes; end < 0: that of the file */
};

static void part_free(void *work)
{
	struct part *part = work;

	filetail_done(&part->file);
	free(part);
}

static const struct work_type part_type = { part_free, NULL };

static int64_t number(const struct request *r, const char *key, int64_t otherwise)
{
	const char *text = web_query(r, key);
	char *end;
	long long n;

	if (!text || !isdigit((unsigned char)*text))
		return otherwise;
	errno = 0;
	n = strtoll(text, &end, 10);
	return *end || errno ? otherwise : n;
}

/* --- the page --- */

static void add_link(struct strbuf *sb, const struct part *part, const char *channel,
		     int64_t end, const char *label, bool is_current)
{
	strbuf_adds(sb, "<a href=\"tail.html?processname=");
	html_add_query(sb, part->name);
	strbuf_addf(sb, "&amp;channel=%s&amp;limit=%" PRId64, channel, part->limit);
	if (end >= 0)
		strbuf_addf(sb, "&amp;end=%" PRId64, end);
	strbuf_addf(sb, "\"%s>%s</a>\n", is_current ? " aria-current=\"page\"" : "", label);
}

static void add_channels(struct strbuf *sb, const struct part *part, bool is_group)
{
	static const char *const channels[] = { "stdout", "stderr", "both" };

	for (size_t i = 0; i < ARRAY_LEN(channels); i++)
		add_link(sb, part, channels[i], -1, channels[i],
			 strcmp(channels[i], part->channel) == 0);
	if (is_group)
		return;
	strbuf_adds(sb, "<a download href=\"web/download?processname=");
	html_add_query(sb, part->name);
	strbuf_addf(sb, "&amp;channel=%s\">download</a>\n", part->channel);
}

static void add_parts(struct strbuf *sb, const struct part *part, int64_t from, int64_t end,
		      int64_t size)
{
	if (from > 0)
		add_link(sb, part, part->channel, from, "older", false);
	if (end < size && end + part->limit < size)
		add_link(sb, part, part->channel, end + part->limit, "newer", false);
	if (end < size)
		add_link(sb, part, part->channel, -1, "newest", false);
}

/* text is HTML; size < 0: there is no file. */
static unsigned answer_page(const struct part *part, const char *text, const char *parts,
			    int64_t size, bool is_group)
{
	struct request *r = part->request;
	_cleanup_(strbuf_done) struct strbuf channels = { 0 };
	char *logout = web_logout_link(r), size_text[32];
	struct strbuf html = { 0 };

	add_channels(&channels, part, is_group);
	snprintf(size_text, sizeof(size_text), "%" PRId64, size > 0 ? size : 0);
	const struct filling list[] = {
		{ .key = "name", .text = part->name }, { .key = "value", .value = part->name },
		{ .key = "channel", .text = part->channel },
		{ .key = "size", .text = size_text }, { .key = "text", .html = text },
		{ .key = "channels", .html = strbuf_str(&channels) },
		{ .key = "parts", .html = parts }, { .key = "logout", .html = logout },
	};

	template_add(&html, "tail.html", list, ARRAY_LEN(list));
	html.oom |= !logout || channels.oom;
	free(logout);
	return web_answer(r, MHD_HTTP_OK, &html);
}

static unsigned answer_words(const struct part *part, const char *what, const char *words)
{
	_cleanup_(strbuf_done) struct strbuf html = { 0 };

	html_adds(&html, what);
	html_adds(&html, words);
	return answer_page(part, strbuf_str(&html), "", -1, false);
}

/* In the words of Supervisor, with its status. */
static unsigned answer_fault_page(const struct part *part, const struct reply *reply)
{
	char words[600];

	if (!reply->text)
		return MHD_HTTP_SERVICE_UNAVAILABLE;
	if (reply->code == FAULT_NO_FILE || reply->code == FAULT_FAILED)
		return answer_words(part, "No file for ", part->name);
	if (reply->code == FAULT_NOT_PERMITTED)
		return web_refusal(part->request, reply->code, reply->text);
	snprintf(words, sizeof(words), "[%d] %s", reply->code, reply->text);
	return answer_words(part, "ERROR: unexpected rpc fault ", words);
}

static unsigned answer_part(const struct part *part)
{
	int64_t size = filetail_size(&part->file), end = part->end, from;
	_cleanup_(strbuf_done) struct strbuf raw = { 0 }, html = { 0 }, parts = { 0 };
	ssize_t n = 0;

	if (end < 0 || end > size)
		end = size > 0 ? size : 0;
	from = end > part->limit ? end - part->limit : 0;
	if (!strbuf_reserve(&raw, (size_t)(end - from)))
		return MHD_HTTP_INTERNAL_SERVER_ERROR;
	if (end > from)
		n = pread(part->file.fd, raw.s, (size_t)(end - from), from);
	html_add(&html, raw.s, n > 0 ? (size_t)n : 0);
	add_parts(&parts, part, from, end, size);
	if (html.oom || parts.oom)
		return MHD_HTTP_INTERNAL_SERVER_ERROR;
	return answer_page(part, strbuf_str(&html), strbuf_str(&parts), size, false);
}

static void on_shown(struct filetail *file, const struct reply *reply)
{
	struct part *part = container_of(file, struct part, file);

	if (part->request->suspended)
		web_done(part->request, file->fd >= 0 ? answer_part(part) :
							answer_fault_page(part, reply));
}

/* --- the download --- */

/* Names of files that every system can have. */
static void add_file_name(struct strbuf *sb, const struct part *part)
{
	for (const char *c = part->name; *c; c++)
		strbuf_addc(sb, isalnum((unsigned char)*c) || strchr("-_.", *c) ? *c : '-');
	strbuf_addf(sb, ".%s.log", part->channel);
}

static unsigned answer_file(struct part *part)
{
	_cleanup_(strbuf_done) struct strbuf header = { 0 };
	struct request *r = part->request;
	off_t size = filetail_size(&part->file);

	strbuf_adds(&header, "attachment; filename=\"");
	add_file_name(&header, part);
	strbuf_addc(&header, '"');
	if (header.oom || size < 0)
		return MHD_HTTP_INTERNAL_SERVER_ERROR;
	r->response = MHD_create_response_from_fd64((uint64_t)size, part->file.fd);
	if (!r->response)
		return MHD_HTTP_INTERNAL_SERVER_ERROR;
	(void)steal_fd(&part->file.fd);		/* libmicrohttpd closes it */
	answer_header(r, MHD_HTTP_HEADER_CONTENT_DISPOSITION, header.s);
	answer_header(r, MHD_HTTP_HEADER_CONTENT_TYPE, "application/octet-stream");
	answer_header(r, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
	answer_header(r, "X-Content-Type-Options", "nosniff");
	return MHD_HTTP_OK;
}

static void on_download(struct filetail *file, const struct reply *reply)
{
	struct part *part = container_of(file, struct part, file);

	if (part->request->suspended)
		web_done(part->request, file->fd >= 0 ? answer_file(part) :
							logtail_refusal(reply));
}

/* --- the requests --- */

static struct part *part_new(struct request *r)
{
	struct part *part = calloc(1, sizeof(*part));
	const char *channel = web_query(r, "channel");
	int64_t limit;

	if (!part)
		return NULL;
	part->request = r;
	part->name = web_query(r, "processname");
	part->channel = channel && strcmp(channel, "stderr") == 0 ? "stderr" :
			channel && strcmp(channel, "both") == 0 ? "both" : "stdout";
	limit = number(r, "limit", LIMIT);
	part->limit = limit > 0 && limit < LIMIT_MAX ? limit : limit ? LIMIT_MAX : LIMIT;
	part->end = number(r, "end", -1);
	filetail_init(&part->file, r, "openProcessLog",
		      json_pack("[o, s]", json_text(part->name ? part->name : ""),
				part->channel));
	request_work(r, &part_type, part);
	return part;
}

static unsigned open_part(struct part *part,
			  void (*on_open)(struct filetail *file, const struct reply *reply))
{
	int ret;

	part->file.on_open = on_open;
	ret = filetail_open(&part->file);
	if (ret < 0)
		return answer_unsent(ret);
	request_suspend(part->request);
	return 0;
}

unsigned web_tail_act(struct request *r)
{
	struct part *part = part_new(r);
	size_t n = part && part->name ? strlen(part->name) : 0;

	if (!part)
		return MHD_HTTP_INTERNAL_SERVER_ERROR;
	if (n == 0) {
		part->name = "";
		return answer_words(part, "No process name found", "");
	}
	if (strcmp(part->name + n - 1, "*") == 0 || strcmp(part->channel, "both") == 0)
		return answer_page(part, "", "<noscript>Several logs are shown together with "
				   "JavaScript only.</noscript>", -1, true);
	return open_part(part, on_shown);
}

unsigned web_download_act(struct request *r)
{
	struct part *part = part_new(r);

	if (!part)
		return MHD_HTTP_INTERNAL_SERVER_ERROR;
	return part->name ? open_part(part, on_download) : MHD_HTTP_NOT_FOUND;
}
