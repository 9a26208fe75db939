/* template.h - the HTML of the pages, with gaps */
#ifndef SVD_HTTPD_TEMPLATE_H
#define SVD_HTTPD_TEMPLATE_H

#include <stddef.h>

struct strbuf;

/*
 * What stands for one key: HTML, or text, or a value, which are escaped, see httpd/html.h. One of
 * them is not NULL, or there is nothing. All are borrowed.
 */
struct filling {
	const char *key;
	const char *text, *value, *html;
};

/* Appends the file of that name, see assets.h, with each {{key}} replaced; unknown ones go. */
void template_add(struct strbuf *sb, const char *name, const struct filling *list, size_t n);

#endif
