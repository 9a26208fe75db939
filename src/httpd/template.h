/* template.h - the HTML of the pages, with gaps */
#ifndef SVD_HTTPD_TEMPLATE_H
#define SVD_HTTPD_TEMPLATE_H

#include <stddef.h>

struct strbuf;

/*
 * What stands for one key: HTML, or text, which is escaped. The first that is not NULL counts;
 * neither: nothing.
 */
struct filling {
	const char *key;
	const char *text;	/* borrowed */
	const char *html;	/* borrowed */
};

/* Appends the file of that name, see assets.h, with each {{key}} replaced; unknown ones go. */
void template_add(struct strbuf *sb, const char *name, const struct filling *list, size_t n);

#endif
