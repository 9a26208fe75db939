/* origin.h - is it one of our own pages that asks? */
#ifndef SVD_HTTPD_ORIGIN_H
#define SVD_HTTPD_ORIGIN_H

#include <stdbool.h>

/*
 * Browsers send a header Origin with what a page asks for. It must be that of the header Host
 * (NULL: none), and Host must be an IP address, localhost or the name of this machine, in full or
 * its first part: other names may be made to mean us by whoever owns them.
 */
bool origin_is_ours(const char *origin, const char *host, const char *machine);

#endif
