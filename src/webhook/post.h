/* post.h - one HTTP request: what is posted, and what came of it */
#ifndef SVD_WEBHOOK_POST_H
#define SVD_WEBHOOK_POST_H

#include <curl/curl.h>
#include <jansson.h>
#include <stddef.h>

#include "base/macro.h"

/* What is to be done. All is borrowed, and copied by who keeps it. */
struct order {
	json_int_t    id;
	const char   *url;
	const json_t *headers;	/* array of "Name: value"; NULL: none */
	double        timeout;	/* seconds; 0: none */
	const char   *body;
	size_t        len;
};

/* What came of it. */
struct outcome {
	json_int_t  id;
	int         status;	/* of HTTP; 0: none, and why says why not */
	long        after;	/* seconds that the server asks us to wait; 0: it does not */
	const char *why;	/* borrowed */
};

/*
 * What a server says beyond its status interests nobody: it is read, so that the connection can be
 * used again, up to a limit, and dropped.
 */
struct post {
	struct post *prev, *next;
	json_int_t   id;
	CURL        *easy;		/* owned */
	struct curl_slist *headers;	/* owned */
	size_t       n_read;		/* bytes of the answer */
	char         reason[CURL_ERROR_SIZE];
};

/* CURLINFO_PRIVATE of its handle is the post. NULL: no memory. */
must_check struct post *post_new(const struct order *order);

/* Its handle is in no multi handle any more. NULL is allowed. */
void post_free(struct post *p);

/* It has ended, so. ret_outcome lives as long as the post. */
void post_outcome(struct post *p, CURLcode code, struct outcome *ret_outcome);

#endif
