/*
 * client.c - XML-RPC through one libcurl handle. It goes straight to the server that was named:
 * no proxy of the environment, no redirect, no other protocol; and the answer has a ceiling, since
 * any program may listen at that address.
 */
#include "config.h"

#include "svctl/client.h"

#include <curl/curl.h>
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/strbuf.h"
#include "rpc/xmlrpc.h"
#include "svctl/endpoint.h"
#include "svctl/interrupt.h"

#define ANSWER_MAX	(64UL << 20)	/* bytes */
#define CONNECT_SECONDS 10L
#define LONG_TIME_MS	1e9	/* no deadline is that far */
#define DEADLINE_SLACK	0.1	/* seconds by which libcurl may be early */

struct client {
	char *serverurl;		/* owned */
	char *username, *password;	/* owned, given apart from the url; NULL: none */
	struct endpoint endpoint;	/* owned; parsed with the first call */
	CURL *curl;			/* owned; NULL before the first call */
	struct curl_slist *headers;	/* owned */
	struct strbuf request, response;
	bool  too_long;			/* the response */
	double deadline_mono;
	void (*on_waiting)(void *arg);	/* NULL: nobody wants to know */
	void *waiting_arg;
	char  reason[CURL_ERROR_SIZE];
};

static size_t on_data(char *data, size_t size, size_t n, void *arg)
{
	struct client *c = arg;

	n *= size;
	c->too_long = n > ANSWER_MAX - c->response.len;
	if (c->too_long)
		return 0;
	strbuf_add(&c->response, data, n);
	return strbuf_str(&c->response) ? n : 0;
}

static bool add_header(struct client *c, const char *line)
{
	struct curl_slist *list = curl_slist_append(c->headers, line);

	if (list)
		c->headers = list;
	return list;
}

static bool add_headers(struct client *c)
{
	return add_header(c, "Content-Type: text/xml") && add_header(c, "Accept: text/xml") &&
	       add_header(c, "Expect:");
}

/* libcurl asks once a second at least. */
static int on_progress(void *arg, curl_off_t down_total, curl_off_t down, curl_off_t up_total,
		       curl_off_t up)
{
	struct client *c = arg;

	(void)down_total, (void)down, (void)up_total, (void)up;
	if (c->on_waiting)
		c->on_waiting(c->waiting_arg);
	return interrupt_seen();
}

/*
 * The url's own login steps back behind one that was given apart. Both or none, as Supervisor's
 * client does it.
 */
static int apply_login(struct client *c)
{
	bool apart = c->username || c->password;
	const char *username = apart ? c->username : c->endpoint.username;
	const char *password = apart ? c->password : c->endpoint.password;
	bool both = username && password;
	int r = 0;

	r |= curl_easy_setopt(c->curl, CURLOPT_USERNAME, both ? username : NULL);
	r |= curl_easy_setopt(c->curl, CURLOPT_PASSWORD, both ? password : NULL);
	return r ? -ENOMEM : 0;
}

static int apply_url(CURL *h, const char *host, const char *path)
{
	struct strbuf url = { 0 };
	int r = -ENOMEM;

	strbuf_addf(&url, "%s%s", host, path);
	if (strbuf_str(&url) && curl_easy_setopt(h, CURLOPT_URL, strbuf_str(&url)) == CURLE_OK)
		r = 0;
	strbuf_done(&url);
	return r;
}

static int apply_options(struct client *c)
{
	CURL *h = c->curl;
	int r = 0;

	r |= apply_url(h, c->endpoint.url, "/RPC2");
	r |= curl_easy_setopt(h, CURLOPT_UNIX_SOCKET_PATH, c->endpoint.socket_path);
	r |= curl_easy_setopt(h, CURLOPT_PROXY, "");
	r |= curl_easy_setopt(h, CURLOPT_FOLLOWLOCATION, 0L);
	r |= curl_easy_setopt(h, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	r |= curl_easy_setopt(h, CURLOPT_CONNECTTIMEOUT, CONNECT_SECONDS);
	/* An answer may take days, a dead peer shall not. */
	r |= curl_easy_setopt(h, CURLOPT_TCP_KEEPALIVE, 1L);
	r |= curl_easy_setopt(h, CURLOPT_NOSIGNAL, 1L);
	r |= curl_easy_setopt(h, CURLOPT_USERAGENT, "svctl/" PACKAGE_VERSION);
	r |= curl_easy_setopt(h, CURLOPT_HTTPHEADER, c->headers);
	r |= curl_easy_setopt(h, CURLOPT_ERRORBUFFER, c->reason);
	r |= curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, on_data);
	r |= curl_easy_setopt(h, CURLOPT_WRITEDATA, c);
	r |= curl_easy_setopt(h, CURLOPT_XFERINFOFUNCTION, on_progress);
	r |= curl_easy_setopt(h, CURLOPT_XFERINFODATA, c);
	r |= curl_easy_setopt(h, CURLOPT_NOPROGRESS, 0L);
	return r ? -ENOMEM : apply_login(c);
}

static void client_close(struct client *c)
{
	curl_easy_cleanup(c->curl);
	c->curl = NULL;
	curl_slist_free_all(c->headers);
	c->headers = NULL;
	endpoint_done(&c->endpoint);
}

/* 0 or -ENOMEM; what is half made stays for client_close. */
static int make_handle(struct client *c)
{
	/* Setting up TLS costs more than a whole call without it. */
	if (curl_global_init(c->endpoint.tls ? CURL_GLOBAL_SSL : CURL_GLOBAL_NOTHING) != 0)
		return -ENOMEM;
	if (!add_headers(c))
		return -ENOMEM;
	c->curl = curl_easy_init();
	return c->curl ? apply_options(c) : -ENOMEM;
}

static int client_open(struct client *c, struct err *err)
{
	int r;

	if (c->curl)
		return 0;
	r = endpoint_parse(c->serverurl, &c->endpoint, err);
	if (r < 0)
		return r;
	if (make_handle(c) < 0) {
		client_close(c);
		return err_set(err, -ENOMEM, "%s", strerror(ENOMEM));
	}
	return 0;
}

static enum answer_kind fail(struct answer *a)
{
	return a->kind = ANSWER_FAILED;
}

static enum answer_kind fail_transport(struct client *c, CURLcode code, struct answer *a)
{
	const char *reason = *c->reason ? c->reason : curl_easy_strerror(code);
	long os_error = 0;

	if (code == CURLE_COULDNT_CONNECT)
		(void)curl_easy_getinfo(c->curl, CURLINFO_OS_ERRNO, &os_error);
	a->error = (int)os_error;
	if (code == CURLE_OPERATION_TIMEDOUT && clock_mono() > c->deadline_mono - DEADLINE_SLACK)
		a->error = ETIMEDOUT;
	if (a->error)
		reason = a->error == ETIMEDOUT ? "no answer in time" : strerror(a->error);
	if (c->too_long)
		reason = "the answer is longer than 64 MB";
	(void)err_set(&a->err, -EIO, "%s", reason);
	return fail(a);
}

static enum answer_kind read_answer(struct client *c, struct answer *a)
{
	int r;

	(void)curl_easy_getinfo(c->curl, CURLINFO_RESPONSE_CODE, &a->http_status);
	if (a->http_status != 200) {
		(void)err_set(&a->err, -EPROTO, "the server answered with HTTP status %ld",
			      a->http_status);
		return fail(a);
	}
	a->http_status = 0;
	r = xmlrpc_parse_response(strbuf_str(&c->response), c->response.len, &a->result, &a->fault,
				  &a->fault_text, &a->err);
	if (r < 0) {
		(void)err_wrap(&a->err, "the server's answer is not XML-RPC");
		return fail(a);
	}
	return a->kind = r ? ANSWER_FAULT : ANSWER_RESULT;
}

/* What is left until the deadline; 0: all the time there is. */
static long left_ms(const struct client *c)
{
	double left = 1000 * (c->deadline_mono - clock_mono());

	if (left > LONG_TIME_MS)
		return 0;
	return left < 1 ? 1 : (long)left;
}

static int send_request(struct client *c)
{
	int r = 0;

	c->too_long = false;
	*c->reason = '\0';
	strbuf_reset(&c->response);
	r |= curl_easy_setopt(c->curl, CURLOPT_POSTFIELDS, c->request.s);
	r |= curl_easy_setopt(c->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)c->request.len);
	r |= curl_easy_setopt(c->curl, CURLOPT_TIMEOUT_MS, left_ms(c));
	return r ? r : (int)curl_easy_perform(c->curl);
}

static int build_request(struct client *c, const char *method, const json_t *params,
			 struct err *err)
{
	strbuf_reset(&c->request);
	if (!params || xmlrpc_build_call(&c->request, method, params) < 0)
		return err_set(err, -ENOMEM, "%s", strerror(ENOMEM));
	return 0;
}

enum answer_kind client_call(struct client *c, const char *method, json_t *params,
			     struct answer *ret_answer)
{
	struct answer a = { .kind = ANSWER_FAILED };
	int r;

	if (!params)
		params = json_array();
	if (client_open(c, &a.err) == 0 && build_request(c, method, params, &a.err) == 0) {
		r = send_request(c);
		if (r != CURLE_OK)
			fail_transport(c, (CURLcode)r, &a);
		else
			read_answer(c, &a);
	}
	json_decref(params);
	*ret_answer = a;
	return a.kind;
}

void answer_done(struct answer *a)
{
	json_decref(a->result);
	free(a->fault_text);
	a->result = NULL;
	a->fault_text = NULL;
}

static int replace(char **slot, const char *text)
{
	char *copy = text ? strdup(text) : NULL;

	if (text && !copy)
		return -ENOMEM;
	free(*slot);
	*slot = copy;
	return 0;
}

int client_set_login(struct client *c, const char *username, const char *password)
{
	if (replace(&c->username, username) < 0 || replace(&c->password, password) < 0)
		return -ENOMEM;
	return c->curl ? apply_login(c) : 0;
}

int client_set_server(struct client *c, const char *serverurl)
{
	if (replace(&c->serverurl, serverurl) < 0)
		return -ENOMEM;
	client_close(c);
	return 0;
}

void client_set_deadline(struct client *c, double deadline_mono)
{
	c->deadline_mono = deadline_mono;
}

void client_on_waiting(struct client *c, void (*on_waiting)(void *arg), void *arg)
{
	c->on_waiting = on_waiting;
	c->waiting_arg = arg;
}

const char *client_serverurl(const struct client *c)
{
	return c->serverurl;
}

static int apply_get(struct client *c, CURL *h, const char *path)
{
	int r = apply_url(h, c->endpoint.url, path);

	r |= curl_easy_setopt(h, CURLOPT_HTTPGET, 1L);
	r |= curl_easy_setopt(h, CURLOPT_HTTPHEADER, NULL);
	r |= curl_easy_setopt(h, CURLOPT_PATH_AS_IS, 1L);
	r |= curl_easy_setopt(h, CURLOPT_ERRORBUFFER, NULL);
	r |= curl_easy_setopt(h, CURLOPT_NOPROGRESS, 1L);
	r |= curl_easy_setopt(h, CURLOPT_TIMEOUT_MS, 0L);
	return r;
}

void *client_get(struct client *c, const char *path, struct err *err)
{
	CURL *get;

	if (client_open(c, err) < 0)
		return NULL;
	get = curl_easy_duphandle(c->curl);
	if (get && apply_get(c, get, path) == 0)
		return get;
	curl_easy_cleanup(get);
	(void)err_set(err, -ENOMEM, "%s", strerror(ENOMEM));
	return NULL;
}

struct client *client_new(const char *serverurl, const char *username, const char *password)
{
	struct client *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->deadline_mono = INFINITY;
	if (client_set_server(c, serverurl) < 0 || client_set_login(c, username, password) < 0) {
		client_free(c);
		return NULL;
	}
	return c;
}

struct client *client_clone(const struct client *c)
{
	return client_new(c->serverurl, c->username, c->password);
}

void client_free(struct client *c)
{
	if (!c)
		return;
	client_close(c);
	strbuf_done(&c->request);
	strbuf_done(&c->response);
	free(c->username);
	free(c->password);
	free(c->serverurl);
	free(c);
}
