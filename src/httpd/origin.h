/* origin.h - is it one of our own pages that asks? */
#ifndef SVD_HTTPD_ORIGIN_H
#define SVD_HTTPD_ORIGIN_H

#include <stdbool.h>

#include <jansson.h>

/*
 * Browsers send a header Origin with what a page asks for, at least where something may change. Is
 * it that of the header Host (NULL: none)?
 */
bool origin_is_host(const char *origin, const char *host);

/*
 * Does the header Host have a name that nobody else can own: an IP address, localhost, the name of
 * this machine, in full or its first part, or one of hosts (an array, or NULL; "*": any)? Other
 * names may be made to mean us by whoever owns them.
 */
bool host_is_ours(const char *host, const char *machine, const json_t *hosts);

#endif
