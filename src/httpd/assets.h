/* assets.h - the files of the pages, which are built in */
#ifndef SVD_HTTPD_ASSETS_H
#define SVD_HTTPD_ASSETS_H

#include <stddef.h>

struct asset {
	const char *name;	/* of the file in src/httpd/web; NULL: the end of the table */
	const char *data;	/* a NUL follows */
	size_t      n;		/* bytes, without it */
	const char *etag;	/* in quotation marks, as HTTP has it */
};

/* Made by src/httpd/web/embed. */
extern const struct asset assets[];

/* NULL: there is none of that name. */
const struct asset *asset_find(const char *name);

#endif
