/* route.h - what is served where */
#ifndef SVD_HTTPD_ROUTE_H
#define SVD_HTTPD_ROUTE_H

#include <stdbool.h>
#include <stddef.h>

struct request;

struct route {
	const char *path;
	bool        is_prefix;
	const char *methods;	/* between blanks */
	unsigned    refusal;	/* HTTP status for any other method */
	unsigned  (*act)(struct request *r);	/* status of the answer, or 0: suspended */
};

/* The route of a URL without its query, or NULL. */
const struct route *route_find(const char *url);

/* Whether the route takes this HTTP method. */
bool route_takes(const struct route *route, const char *method);

/* Those that it takes, as the header Allow has them. */
void route_allow(const struct route *route, char *ret_list, size_t size);

#endif
