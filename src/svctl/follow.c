/*
 * follow.c - transfers that last until somebody has seen enough. Bytes are copied as they are: what
 * a program writes need not be text. Mirrors supervisor.http_client.
 */
#include "svctl/follow.h"

#include <ctype.h>
#include <curl/curl.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "svctl/client.h"
#include "svctl/interrupt.h"
#include "svctl/output.h"

#define POLL_MSEC 3600000	/* news wakes us */

struct stream {
	CURL *get;	/* owned */
	char *path;	/* owned; as it was given */
	struct follow_reader reader;
};

struct follow {
	struct client *client;		/* borrowed */
	CURLM *multi;			/* owned */
	struct stream *streams[FOLLOW_MAX];	/* owned; libcurl knows where they are */
	size_t n, n_ended;
};

static long http_status(const struct stream *s)
{
	long status = 0;

	(void)curl_easy_getinfo(s->get, CURLINFO_RESPONSE_CODE, &status);
	return status;
}

static bool copy_out(void *arg, const char *data, size_t n)
{
	(void)arg;
	return out_bytes(data, n);
}

static size_t on_data(char *data, size_t size, size_t n, void *arg)
{
	const struct stream *s = arg;

	n *= size;
	return http_status(s) == 200 && s->reader.take(s->reader.arg, data, n) ? n : 0;
}

static size_t on_header(char *data, size_t size, size_t n, void *arg)
{
	const struct stream *s = arg;

	s->reader.header(s->reader.arg, data, size * n);
	return size * n;
}

/* A server that ends is the end of its logs, no error. */
static void tell_end(struct follow *f, const struct stream *s, CURLcode code)
{
	const char *serverurl = client_serverurl(f->client);
	long status = http_status(s);

	out_flush();
	f->n_ended++;
	if (s->reader.end)
		s->reader.end(s->reader.arg, status, curl_easy_strerror(code));
	else if (status == 0)
		fprintf(stderr, "%s%s Cannot connect, error: %s\n", serverurl, s->path,
			curl_easy_strerror(code));
	else if (status != 200)
		fprintf(stderr, "%s%s Cannot read, status code %ld\n", serverurl, s->path, status);
}

static void tell_ends(struct follow *f)
{
	const CURLMsg *msg;
	int more;

	while ((msg = curl_multi_info_read(f->multi, &more))) {
		for (size_t i = 0; i < f->n; i++) {
			if (msg->msg == CURLMSG_DONE && f->streams[i]->get == msg->easy_handle)
				tell_end(f, f->streams[i], msg->data.result);
		}
	}
}

void follow_encode(struct strbuf *sb, const char *text, bool is_path)
{
	for (; *text; text++) {
		if (isalnum((unsigned char)*text) || strchr(is_path ? "/:-._~" : "-._~", *text))
			strbuf_addc(sb, *text);
		else
			strbuf_addf(sb, "%%%02X", (unsigned char)*text);
	}
}

static int apply_reader(struct stream *s)
{
	int r = 0;

	r |= curl_easy_setopt(s->get, CURLOPT_WRITEFUNCTION, on_data);
	r |= curl_easy_setopt(s->get, CURLOPT_WRITEDATA, s);
	if (s->reader.header) {
		r |= curl_easy_setopt(s->get, CURLOPT_HEADERFUNCTION, on_header);
		r |= curl_easy_setopt(s->get, CURLOPT_HEADERDATA, s);
	}
	return r;
}

static int stream_open(struct follow *f, struct stream *s, const char *query, struct err *err)
{
	struct strbuf encoded = { 0 };

	follow_encode(&encoded, s->path, true);
	if (query)
		strbuf_addf(&encoded, "?%s", query);
	if (strbuf_str(&encoded))
		s->get = client_get(f->client, strbuf_str(&encoded), err);
	strbuf_done(&encoded);
	if (!s->get)
		return -EIO;
	return apply_reader(s) || curl_multi_add_handle(f->multi, s->get) ? -ENOMEM : 0;
}

int follow_add(struct follow *f, const char *path, const char *query,
	       const struct follow_reader *reader, struct err *err)
{
	static const struct follow_reader copier = { .take = copy_out };
	struct stream *s;

	if (f->n == FOLLOW_MAX)
		return err_set(err, -E2BIG, "at most %d can be followed at once", FOLLOW_MAX);
	(void)err_set(err, -ENOMEM, "%s", strerror(ENOMEM));
	s = calloc(1, sizeof(*s));
	if (!s)
		return -ENOMEM;
	f->streams[f->n++] = s;
	s->reader = reader ? *reader : copier;
	s->path = strdup(path);
	return s->path ? stream_open(f, s, query, err) : -ENOMEM;
}

void follow_look(struct follow *f)
{
	int running;

	out_flush();
	curl_multi_perform(f->multi, &running);
	tell_ends(f);
	out_flush();
}

enum follow_news follow_wait(struct follow *f, int input_fd)
{
	struct pollfd input = { .fd = input_fd, .events = POLLIN };
	struct curl_waitfd wait[] = {
		{ .fd = STDOUT_FILENO },	/* its end comes without being asked for */
		{ .fd = interrupt_fd(), .events = CURL_WAIT_POLLIN },
		{ .fd = input_fd, .events = CURL_WAIT_POLLIN },
	};
	unsigned int n_wait = input_fd < 0 ? 2 : 3;

	for (;;) {
		follow_look(f);
		if (interrupt_seen() || out_failed() || out_reader_left())
			return FOLLOW_STOPPED;
		if (poll(&input, 1, 0) > 0)
			return FOLLOW_INPUT;
		if (f->n_ended == f->n && input_fd < 0)
			return FOLLOW_ENDED;
		if (curl_multi_poll(f->multi, wait, n_wait, POLL_MSEC, NULL) != CURLM_OK)
			return FOLLOW_STOPPED;
	}
}

struct follow *follow_new(struct client *c)
{
	struct follow *f = calloc(1, sizeof(*f));

	if (!f)
		return NULL;
	f->client = c;
	f->multi = curl_multi_init();
	if (f->multi)
		return f;
	free(f);
	return NULL;
}

void follow_free(struct follow *f)
{
	if (!f)
		return;
	for (size_t i = 0; i < f->n; i++) {
		(void)curl_multi_remove_handle(f->multi, f->streams[i]->get);
		curl_easy_cleanup(f->streams[i]->get);
		free(f->streams[i]->path);
		free(f->streams[i]);
	}
	curl_multi_cleanup(f->multi);
	free(f);
}
