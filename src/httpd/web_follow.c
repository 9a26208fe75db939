/*
 * web_follow.c - several logs in one stream: browsers have only six connections to a server, and a
 * group has many logs. Each file is read when the client has taken what came before, so a
 * client that does not read costs no memory.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/jsonout.h"
#include "httpd/answer.h"
#include "httpd/apifault.h"
#include "httpd/filetail.h"
#include "httpd/logtail.h"
#include "httpd/request.h"
#include "httpd/stream.h"
#include "httpd/web.h"
#include "httpd/welcome.h"

enum { FILES_MAX = 32 };	/* in one stream */
enum { BLOCK = 16 * 1024 };	/* bytes that are read of a file in its turn */
enum { LINES = 200, LINES_MAX = 5000 };	/* of each file first */

struct follow;

struct source {
	struct filetail file;
	struct follow  *follow;	/* borrowed */
	size_t          i;
};

struct follow {
	struct stream   stream;
	struct request *request;	/* borrowed */
	json_t         *files;		/* owned; as the client is told */
	struct source  *sources;	/* owned */
	size_t          n, n_waiting;	/* sources; those that svd has not answered */
	unsigned long   lines;
};

static void follow_free(void *work)
{
	struct follow *f = work;

	for (size_t i = 0; i < f->n; i++)
		filetail_done(&f->sources[i].file);
	f->request->server->welcome->n_followed -= (unsigned)f->n;
	stream_done(&f->stream);
	json_decref(f->files);
	free(f->sources);
	free(f);
}

static void follow_end(void *work)
{
	struct follow *f = work;

	stream_end(&f->stream);
}

static const struct work_type follow_type = { follow_free, follow_end };

/* --- what is told --- */

static void add_text(struct follow *f, size_t i, const char *s, size_t n)
{
	struct strbuf json = { 0 };

	strbuf_addc(&json, '{');
	json_out_member_int(&json, "f", (int64_t)i);
	json_out_key(&json, "t");
	json_out_bytes(&json, s, n);
	strbuf_addc(&json, '}');
	if (!json.oom)
		stream_add(&f->stream, "text", json.s, json.len);
	strbuf_done(&json);
}

static void add_cut(struct follow *f, size_t i)
{
	char json[32];
	int n = snprintf(json, sizeof(json), "{\"f\":%zu}", i);

	stream_add(&f->stream, "cut", json, (size_t)n);
}

/* A turn of one file. What has no more is looked at until it has. */
static void read_source(struct source *s)
{
	char buf[BLOCK];
	ssize_t n;

	if (s->file.fd < 0)
		return;
	filetail_stop(&s->file);
	n = filetail_read(&s->file, buf, sizeof(buf));
	if (n > 0)
		add_text(s->follow, s->i, buf, (size_t)n);
	else if (n == -ESTALE)
		add_cut(s->follow, s->i);
	else
		filetail_wait(&s->file);
}

static void on_drained(struct stream *stream)
{
	struct follow *f = container_of(stream, struct follow, stream);

	for (size_t i = 0; i < f->n; i++)
		read_source(&f->sources[i]);
}

static void on_more(struct filetail *file)
{
	stream_go_on(&container_of(file, struct source, file)->follow->stream);
}

/* --- the beginning --- */

static void begin(struct follow *f)
{
	struct request *r = f->request;
	char *files = json_dumps(f->files, JSON_COMPACT);

	if (!r->suspended) {
		free(files);
		return;
	}
	r->status = MHD_HTTP_INTERNAL_SERVER_ERROR;
	if (files)
		r->status = stream_begin(&f->stream);
	if (files)
		stream_add(&f->stream, "files", files, strlen(files));
	free(files);
	request_resume(r);
}

/* One that cannot be read says nothing; where it is the only one that is the answer. */
static void on_open(struct filetail *file, const struct reply *reply)
{
	struct source *s = container_of(file, struct source, file);
	struct follow *f = s->follow;

	if (file->fd >= 0)
		filetail_from_lines(file, f->lines);
	if (--f->n_waiting > 0)
		return;
	if (f->n == 1 && file->fd < 0)
		web_done(f->request, logtail_refusal(reply));
	else
		begin(f);
}

static void open_source(struct follow *f, const json_t *file)
{
	const char *channel = json_string_value(json_object_get(file, "channel"));
	const json_t *user = json_array_get(json_object_get(file, "users"), 0);
	struct source *s = &f->sources[f->n];

	s->follow = f;
	s->i = f->n++;
	filetail_init(&s->file, f->request, "openProcessLog",
		      json_pack("[O, s]", user, channel));
	s->file.on_open = on_open;
	s->file.on_more = on_more;
	if (filetail_open(&s->file) == 0)
		f->n_waiting++;
}

/* --- which files --- */

/* Those of the channel (NULL: either) who write there. */
static json_t *users_of(const json_t *info, const char *channel, const char **ret_channel)
{
	json_t *users = json_array();
	const json_t *one;
	size_t i;

	json_array_foreach(json_object_get(info, "channels"), i, one) {
		const char *its = json_string_value(json_object_get(one, "channel"));
		const char *group = json_string_value(json_object_get(one, "group"));
		const char *name = json_string_value(json_object_get(one, "name"));

		if (!its || !group || !name || (channel && strcmp(its, channel) != 0))
			continue;
		if (json_array_size(users) == 0)
			*ret_channel = its;
		json_array_append_new(users, json_sprintf("%s:%s", group, name));
	}
	return users;
}

/* Mostly they are of one group. */
static json_t *label_of(const json_t *users)
{
	const char *first = json_string_value(json_array_get(users, 0));
	size_t n = json_array_size(users);

	const char *colon = first ? strchr(first, ':') : NULL;

	if (n > 1 && colon)
		return json_sprintf("%.*s (%d programs)", (int)(colon - first), first, (int)n);
	return json_string(first);
}

static json_t *files_of(const json_t *infos, const char *channel)
{
	json_t *files = json_array();
	const json_t *info;
	size_t i;

	json_array_foreach(infos, i, info) {
		const char *path = json_string_value(json_object_get(info, "path")), *its = NULL;
		json_t *users = users_of(info, channel, &its);

		if (path && *path == '/' && json_array_size(users) > 0)
			json_array_append_new(files, json_pack(
				"{s:o, s:O, s:s, s:s, s:O}", "label", label_of(users), "users",
				users, "channel", its, "path", path, "size",
				json_object_get(info, "size")));
		json_decref(users);
	}
	return files;
}

static unsigned open_all(struct follow *f)
{
	struct welcome *w = f->request->server->welcome;
	size_t n = json_array_size(f->files);
	const json_t *file;
	size_t i;

	if (n == 0)
		return MHD_HTTP_NOT_FOUND;
	if (n > FILES_MAX || w->n_followed + n > w->followed_max)
		return MHD_HTTP_SERVICE_UNAVAILABLE;
	f->sources = calloc(n, sizeof(f->sources[0]));
	if (!f->sources)
		return MHD_HTTP_INTERNAL_SERVER_ERROR;
	w->n_followed += (unsigned)n;
	json_array_foreach(f->files, i, file)
		open_source(f, file);
	return f->n_waiting > 0 ? 0 : MHD_HTTP_SERVICE_UNAVAILABLE;
}

static void on_infos(struct call *call, struct reply *reply)
{
	struct request *r = container_of(call, struct request, call);
	struct follow *f = r->work;
	const char *channel = web_query(r, "channel");
	unsigned status;

	if (reply->result) {
		f->files = files_of(reply->result, channel && strcmp(channel, "both") == 0 ?
				    NULL : channel ? channel : "stdout");
		status = open_all(f);
	} else if (reply->text) {
		status = answer_fault(r, apifault_status(reply->code), reply->code, reply->text);
	} else {
		status = MHD_HTTP_SERVICE_UNAVAILABLE;
	}
	if (status)
		web_done(r, status);
}

static unsigned long lines_wanted(const struct request *r)
{
	const char *text = web_query(r, "lines");
	unsigned long n = text && isdigit((unsigned char)*text) ? strtoul(text, NULL, 10) : LINES;

	return n < LINES_MAX ? n : LINES_MAX;
}

unsigned web_follow_act(struct request *r)
{
	const char *name = web_query(r, "processname");
	struct follow *f = calloc(1, sizeof(*f));
	json_t *params;
	int ret;

	if (!f)
		return MHD_HTTP_INTERNAL_SERVER_ERROR;
	f->request = r;
	f->lines = lines_wanted(r);
	stream_init(&f->stream, r, on_drained);
	request_work(r, &follow_type, f);
	params = json_pack("[o]", json_text(name ? name : ""));
	r->call.on_reply = on_infos;
	r->call.safe = true;
	ret = rpc_start(r->server->rpc, &r->call, "svd.getLogInfo", params);
	json_decref(params);
	if (ret < 0)
		return answer_unsent(ret);
	request_suspend(r);
	return 0;
}
