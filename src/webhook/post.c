/* post.c - a handle of libcurl that goes to one server by HTTP or HTTPS, and nowhere else. */
#include "webhook/post.h"

#include <stdbool.h>
#include <stdlib.h>
#include <strings.h>

#include "config.h"

enum {
	ANSWER_MAX = 64 * 1024,		/* bytes, headers included */
	CONNECT_SECONDS = 10,
	STATUS_FINAL = 200,		/* those below are followed by another one */
};

void post_free(struct post *p)
{
	if (!p)
		return;
	curl_easy_cleanup(p->easy);
	curl_slist_free_all(p->headers);
	free(p);
}

/* --- the answer --- */

/* Serves for the headers and for the body. */
static size_t on_answer(char *data, size_t size, size_t n, void *arg)
{
	struct post *p = arg;

	(void)data;
	p->n_read += size * n;
	return p->n_read > ANSWER_MAX ? 0 : size * n;
}

/* What libcurl says about a proxy may tell its password. */
static const char *reason(const struct post *p, CURLcode code)
{
	if (code == CURLE_OK)
		return "the answer has no status";
	return *p->reason && code != CURLE_COULDNT_RESOLVE_PROXY ? p->reason :
	       curl_easy_strerror(code);
}

/* Once the status has come, it counts: what has happened to the rest is no matter. */
void post_outcome(struct post *p, CURLcode code, struct outcome *ret_outcome)
{
	curl_off_t after = 0;
	long status = 0;

	(void)curl_easy_getinfo(p->easy, CURLINFO_RESPONSE_CODE, &status);
	(void)curl_easy_getinfo(p->easy, CURLINFO_RETRY_AFTER, &after);
	*ret_outcome = (struct outcome){ .id = p->id, .after = (long)after, .why = "" };
	if (status >= STATUS_FINAL)
		ret_outcome->status = (int)status;
	else
		ret_outcome->why = reason(p, code);
}

/* --- the request --- */

static int add_header(struct post *p, const char *text)
{
	struct curl_slist *list = curl_slist_append(p->headers, text);

	if (!list)
		return -1;
	p->headers = list;
	return 0;
}

/* A body of some size would first be announced, and a server that does not know that waited for. */
static int set_headers(struct post *p, const json_t *headers)
{
	static const char type[] = "Content-Type:";
	bool has_type = false;
	const json_t *value;
	int ret = add_header(p, "Expect:");
	size_t i;

	json_array_foreach(headers, i, value) {
		const char *text = json_string_value(value);

		if (!text)
			continue;
		has_type |= strncasecmp(text, type, sizeof(type) - 1) == 0;
		ret |= add_header(p, text);
	}
	if (!has_type)
		ret |= add_header(p, "Content-Type: application/json");
	return ret;
}

/* Where a server sends us to is no matter for us: redirects are answers like others. */
static int set_bounds(CURL *h, double timeout)
{
	long ms = (long)(timeout * 1000);
	int r = 0;

#if LIBCURL_VERSION_NUM >= 0x075500
	r |= curl_easy_setopt(h, CURLOPT_PROTOCOLS_STR, "http,https");
#else
	r |= curl_easy_setopt(h, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
	r |= curl_easy_setopt(h, CURLOPT_FOLLOWLOCATION, 0L);
	r |= curl_easy_setopt(h, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	r |= curl_easy_setopt(h, CURLOPT_NOSIGNAL, 1L);
	r |= curl_easy_setopt(h, CURLOPT_TIMEOUT_MS, ms);
	r |= curl_easy_setopt(h, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS);
#if LIBCURL_VERSION_NUM >= 0x075700
	/* Or who gives up a name server that does not answer would wait for it all the same. */
	r |= curl_easy_setopt(h, CURLOPT_QUICK_EXIT, 1L);
#endif
	return r;
}

/* curl(1) looks at this variable, libcurl does not. Without it, the system says who is trusted. */
static int set_trust(CURL *h)
{
	const char *file = getenv("SSL_CERT_FILE");

	return file && *file ? (int)curl_easy_setopt(h, CURLOPT_CAINFO, file) : 0;
}

static int set_request(struct post *p, const struct order *order)
{
	CURL *h = p->easy;
	int r = 0;

	r |= curl_easy_setopt(h, CURLOPT_URL, order->url);
	r |= curl_easy_setopt(h, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)order->len);
	r |= curl_easy_setopt(h, CURLOPT_COPYPOSTFIELDS, order->body);
	r |= curl_easy_setopt(h, CURLOPT_HTTPHEADER, p->headers);
	r |= curl_easy_setopt(h, CURLOPT_USERAGENT, "svd/" PACKAGE_VERSION);
	r |= curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, on_answer);
	r |= curl_easy_setopt(h, CURLOPT_WRITEDATA, p);
	r |= curl_easy_setopt(h, CURLOPT_HEADERFUNCTION, on_answer);
	r |= curl_easy_setopt(h, CURLOPT_HEADERDATA, p);
	r |= curl_easy_setopt(h, CURLOPT_ERRORBUFFER, p->reason);
	r |= curl_easy_setopt(h, CURLOPT_PRIVATE, p);
	return r;
}

struct post *post_new(const struct order *order)
{
	struct post *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->id = order->id;
	p->easy = curl_easy_init();
	if (!p->easy || set_headers(p, order->headers) || set_bounds(p->easy, order->timeout) ||
	    set_trust(p->easy) || set_request(p, order)) {
		post_free(p);
		return NULL;
	}
	return p;
}
