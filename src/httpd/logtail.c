/*
 * logtail.c - a file has no way to say that it grew, so as long as somebody follows one we look
 * now and then. We may not open files: whether there is another one of its name, after a rotation,
 * we learn from svd, which is asked for the descriptor again. Mirrors supervisor.http's
 * tail_f_producer.
 */
#include "httpd/logtail.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/utf8.h"
#include "httpd/request.h"
#include "rpc/faults.h"

enum { HEAD = 1024, BLOCK = 4096 };	/* bytes */
enum { LINES_REACH = 1024 * 1024 };	/* bytes; lines that begin before that are not looked for */

/* Between two looks at the file; between two questions whether it is still the one. */
static const double LOOK_SECONDS = 0.1, ASK_SECONDS = 1;

static const char truncated[] = "==> File truncated <==\n";

struct logtail {
	struct request *request;	/* borrowed */
	const char *method;		/* what svd is asked */
	json_t     *params;		/* owned */
	int         fd;			/* owned */
	int         next_fd;		/* owned; the file that comes after this one; -1: none */
	off_t       at;			/* where we are in the file */
	off_t       held;		/* bytes there that only begin a character */
	struct timespec changed;	/* the file's ctime when svd was asked last */
	double      asked_mono;
	struct timer timer;
};

void logtail_free(struct logtail *tail)
{
	if (!tail)
		return;
	timer_stop(&tail->timer);
	json_decref(tail->params);
	close_fd(&tail->fd);
	close_fd(&tail->next_fd);
	free(tail);
}

/* --- reading --- */

/* It must hold no more than a character of four bytes does. */
static ssize_t read_some(struct logtail *tail, off_t size, char *buf, size_t max)
{
	ssize_t n;

	if ((off_t)max > size - tail->at)
		max = (size_t)(size - tail->at);
	n = pread(tail->fd, buf, max, tail->at);
	if (n <= 0)
		return n;
	/* Clients decode piece by piece. Nothing more comes where there is a next file. */
	tail->held = tail->next_fd >= 0 ? 0 : (off_t)utf8_cut(buf, (size_t)n);
	n -= tail->held;
	tail->at += n;
	return n;
}

/* The next bytes, 0 when there are none now, or negative: it cannot be read. */
static ssize_t take(struct logtail *tail, char *buf, size_t max)
{
	struct stat st;

	for (;;) {
		if (fstat(tail->fd, &st) < 0)
			return -1;
		if (st.st_size < tail->at) {
			tail->at = tail->held = 0;
			memcpy(buf, truncated, strlen(truncated));
			return (ssize_t)strlen(truncated);
		}
		if (st.st_size > tail->at)
			return read_some(tail, st.st_size, buf, max);
		if (tail->next_fd < 0)
			return 0;
		close_fd(&tail->fd);
		tail->fd = steal_fd(&tail->next_fd);
		tail->at = tail->held = 0;
	}
}

/* libmicrohttpd has room for more. */
static ssize_t on_room(void *cls, uint64_t pos, char *buf, size_t max)
{
	struct logtail *tail = cls;
	struct request *r = tail->request;
	ssize_t n;

	(void)pos;
	timer_stop(&tail->timer);
	if (r->aborted)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	n = max < strlen(truncated) ? -1 : take(tail, buf, max);
	if (n != 0)
		return n > 0 ? n : (ssize_t)MHD_CONTENT_READER_END_WITH_ERROR;
	if (r->server->is_quiesced)
		return MHD_CONTENT_READER_END_OF_STREAM;
	request_suspend(r);
	timer_start(&tail->timer, LOOK_SECONDS);
	return 0;
}

/* --- following --- */

static bool is_same(int a, int b)
{
	struct stat sa, sb;

	return fstat(a, &sa) == 0 && fstat(b, &sb) == 0 && sa.st_dev == sb.st_dev &&
	       sa.st_ino == sb.st_ino;
}

/* No file of that name, for the moment, is no reason to stop. */
static void on_again(struct call *call, struct reply *reply)
{
	struct logtail *tail = container_of(call, struct request, call)->logtail;

	if (reply->fd >= 0 && !is_same(reply->fd, tail->fd)) {
		tail->next_fd = steal_fd(&reply->fd);
		request_resume(tail->request);
	} else {
		timer_start(&tail->timer, LOOK_SECONDS);
	}
}

/* A file that is renamed or removed changes in its inode, on most file systems. */
static bool is_doubtful(const struct logtail *tail, const struct stat *st)
{
	return st->st_ctim.tv_sec != tail->changed.tv_sec ||
	       st->st_ctim.tv_nsec != tail->changed.tv_nsec ||
	       clock_mono() - tail->asked_mono >= ASK_SECONDS;
}

static void ask_again(struct logtail *tail, const struct stat *st)
{
	struct request *r = tail->request;

	tail->changed = st->st_ctim;
	tail->asked_mono = clock_mono();
	r->call.on_reply = on_again;
	if (rpc_start(r->server->rpc, &r->call, tail->method, tail->params) < 0)
		timer_start(&tail->timer, LOOK_SECONDS);
}

static void on_look(struct timer *t)
{
	struct logtail *tail = container_of(t, struct logtail, timer);
	struct request *r = tail->request;
	struct stat st;

	if (!r->suspended)	/* it goes on already, to its end: see request_abort */
		return;
	if (fstat(tail->fd, &st) < 0 || st.st_size != tail->at + tail->held ||
	    r->server->is_quiesced)
		request_resume(r);
	else if (is_doubtful(tail, &st))
		ask_again(tail, &st);
	else
		timer_start(&tail->timer, LOOK_SECONDS);
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

/*
 * Looks from behind through the n bytes at offset at for the newlines that lines begin after, until
 * *wanted have begun. *ret_begin: where the foremost that was found begins.
 */
static void find_lines(const char *block, size_t n, off_t at, unsigned long *wanted,
		       off_t *ret_begin)
{
	const char *newline;

	while (*wanted > 0 && (newline = memrchr(block, '\n', n))) {
		n = (size_t)(newline - block);
		*ret_begin = at + (off_t)n + 1;
		--*wanted;
	}
}

/* Where the last lines begin: so many, or fewer when they are very long. */
static off_t lines_begin(int fd, off_t size, unsigned long wanted)
{
	off_t bottom = size > LINES_REACH ? size - LINES_REACH : 0;
	off_t begin = size, at = size - 1;	/* a newline at the end begins nothing */
	char block[BLOCK];

	while (wanted > 0 && at > bottom) {
		size_t n = at - bottom < BLOCK ? (size_t)(at - bottom) : BLOCK;

		at -= (off_t)n;
		if (pread(fd, block, n, at) != (ssize_t)n)
			return begin;
		find_lines(block, n, at, &wanted, &begin);
	}
	return wanted > 0 && bottom == 0 ? 0 : begin;
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

/* Not in the middle of a character. */
static void go_to_end(struct logtail *tail, off_t size)
{
	const char *lines = lines_wanted(tail->request);
	char lead[3];
	ssize_t n;

	if (lines) {
		tail->at = lines_begin(tail->fd, size, strtoul(lines, NULL, 10));
		return;
	}
	tail->at = size > HEAD ? size - HEAD : 0;
	n = tail->at > 0 ? pread(tail->fd, lead, sizeof(lead), tail->at) : 0;
	for (ssize_t i = 0; i < n && (lead[i] & 0xc0) == 0x80; i++)
		tail->at++;
}

static unsigned begin(struct request *r, int fd)
{
	struct logtail *tail = r->logtail;
	struct stat st;

	tail->fd = fd;
	if (fstat(fd, &st) < 0)
		return MHD_HTTP_INTERNAL_SERVER_ERROR;
	go_to_end(tail, st.st_size);
	r->response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK, on_room, tail,
							NULL);
	if (!r->response)
		return MHD_HTTP_INTERNAL_SERVER_ERROR;
	add_headers(r, &st);
	request_be_patient(r);
	return MHD_HTTP_OK;
}

static unsigned refusal_of(const struct reply *reply)
{
	if (!reply->text)
		return MHD_HTTP_INTERNAL_SERVER_ERROR;
	return reply->code == FAULT_NOT_PERMITTED ? MHD_HTTP_FORBIDDEN : MHD_HTTP_NOT_FOUND;
}

static void on_opened(struct call *call, struct reply *reply)
{
	struct request *r = container_of(call, struct request, call);

	if (reply->fd >= 0)
		r->status = begin(r, steal_fd(&reply->fd));
	else
		r->status = refusal_of(reply);
	request_resume(r);
}

/* params is stolen. */
static unsigned start(struct request *r, const char *method, json_t *params)
{
	struct logtail *tail = calloc(1, sizeof(*tail));

	if (!tail || !params) {
		json_decref(params);
		free(tail);
		return MHD_HTTP_INTERNAL_SERVER_ERROR;
	}
	*tail = (struct logtail){ .request = r, .method = method, .params = params, .fd = -1,
				  .next_fd = -1 };
	timer_init(&tail->timer, r->server->loop, on_look);
	r->logtail = tail;
	r->call.own = true;
	r->call.on_reply = on_opened;
	if (rpc_start(r->server->rpc, &r->call, method, params) < 0)
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
