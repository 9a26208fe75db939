/*
 * logtail.c - what supervisorctl tail -f follows: the end of a file as the text of an answer. How
 * much of it comes first mirrors supervisor.http's tail_f_producer.
 */
#include "httpd/logtail.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "httpd/filetail.h"
#include "httpd/request.h"
#include "rpc/faults.h"

enum { HEAD = 1024, BLOCK = 4096 };	/* bytes */

static const char truncated[] = "==> File truncated <==\n";

struct logtail {
	struct filetail file;
	struct request *request;	/* borrowed */
};

static void logtail_free(void *work)
{
	struct logtail *tail = work;

	filetail_done(&tail->file);
	free(tail);
}

static void logtail_end(void *work)
{
	struct logtail *tail = work;

	if (tail->request->response && tail->request->suspended)
		request_resume(tail->request);
}

static const struct work_type logtail_type = { logtail_free, logtail_end };

/* --- the stream --- */

/* libmicrohttpd has room for more. */
static ssize_t on_room(void *cls, uint64_t pos, char *buf, size_t max)
{
	struct logtail *tail = cls;
	struct request *r = tail->request;
	ssize_t n;

	(void)pos;
	filetail_stop(&tail->file);
	if (r->aborted || max < strlen(truncated))
		return MHD_CONTENT_READER_END_WITH_ERROR;
	n = filetail_read(&tail->file, buf, max);
	if (n == -ESTALE) {
		memcpy(buf, truncated, strlen(truncated));
		return (ssize_t)strlen(truncated);
	}
	if (n != 0)
		return n > 0 ? n : (ssize_t)MHD_CONTENT_READER_END_WITH_ERROR;
	if (r->server->is_quiesced)
		return MHD_CONTENT_READER_END_OF_STREAM;
	request_suspend(r);
	filetail_wait(&tail->file);
	return 0;
}

/* It may go on already, to its end: see request_abort(). */
static void on_more(struct filetail *file)
{
	struct logtail *tail = container_of(file, struct logtail, file);

	if (tail->request->suspended)
		request_resume(tail->request);
}

/* --- the beginning --- */

/* Who asks for ?lines=N gets so many of the last lines, all of them whole. NULL: nobody did. */
static const char *lines_wanted(const struct request *r)
{
	const char *lines = MHD_lookup_connection_value(r->connection, MHD_GET_ARGUMENT_KIND,
							"lines");
	size_t n = lines ? strspn(lines, "0123456789") : 0;

	return n > 0 && n < 10 && !lines[n] ? lines : NULL;
}

static void add_headers(const struct request *r, const struct stat *st)
{
	char date[64];
	struct tm tm;

	if (gmtime_r(&st->st_mtime, &tm) &&
	    strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S GMT", &tm) > 0)
		(void)MHD_add_response_header(r->response, MHD_HTTP_HEADER_LAST_MODIFIED, date);
	(void)MHD_add_response_header(r->response, MHD_HTTP_HEADER_CONTENT_TYPE,
				      "text/plain;charset=utf-8");
	/* Or nginx in front of us collects what is to be followed. */
	(void)MHD_add_response_header(r->response, "X-Accel-Buffering", "no");
	/* Supervisor does not know the question, so who asked has to be told. */
	if (lines_wanted(r))
		(void)MHD_add_response_header(r->response, "X-Log-Lines", lines_wanted(r));
}

static unsigned begin(struct logtail *tail)
{
	struct request *r = tail->request;
	const char *lines = lines_wanted(r);
	struct stat st;

	if (fstat(tail->file.fd, &st) < 0)
		return MHD_HTTP_INTERNAL_SERVER_ERROR;
	if (lines)
		filetail_from_lines(&tail->file, strtoul(lines, NULL, 10));
	else
		filetail_from_bytes(&tail->file, HEAD);
	r->response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK, on_room, tail,
							NULL);
	if (!r->response)
		return MHD_HTTP_INTERNAL_SERVER_ERROR;
	add_headers(r, &st);
	request_be_patient(r);
	return MHD_HTTP_OK;
}

unsigned logtail_refusal(const struct reply *reply)
{
	if (!reply->text)
		return MHD_HTTP_INTERNAL_SERVER_ERROR;
	return reply->code == FAULT_NOT_PERMITTED ? MHD_HTTP_FORBIDDEN : MHD_HTTP_NOT_FOUND;
}

static void on_open(struct filetail *file, const struct reply *reply)
{
	struct logtail *tail = container_of(file, struct logtail, file);

	if (!tail->request->suspended)	/* its client is gone */
		return;
	tail->request->status = file->fd >= 0 ? begin(tail) : logtail_refusal(reply);
	request_resume(tail->request);
}

/* params is stolen. */
static unsigned start(struct request *r, const char *method, json_t *params)
{
	struct logtail *tail = calloc(1, sizeof(*tail));

	if (!tail) {
		json_decref(params);
		return MHD_HTTP_INTERNAL_SERVER_ERROR;
	}
	tail->request = r;
	filetail_init(&tail->file, r, method, params);
	tail->file.on_open = on_open;
	tail->file.on_more = on_more;
	request_work(r, &logtail_type, tail);
	if (filetail_open(&tail->file) < 0)
		return MHD_HTTP_SERVICE_UNAVAILABLE;
	request_suspend(r);
	return 0;
}

/* Behind the first slash that follows the route's name: NAME or NAME/CHANNEL. */
unsigned logtail_process(struct request *r)
{
	const char *name = strchr(r->url + 1, '/'), *slash;

	if (!name)
		return MHD_HTTP_NOT_FOUND;
	name++;
	slash = strchr(name, '/');
	return start(r, "openProcessLog",
		     json_pack("[o, o]", json_textn(name, slash ? (size_t)(slash - name) :
								 strlen(name)),
			       json_text(slash ? slash + 1 : "stdout")));
}

unsigned logtail_main(struct request *r)
{
	return start(r, "openLog", json_array());
}
