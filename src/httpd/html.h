/* html.h - text that others have written, where HTML is expected */
#ifndef SVD_HTTPD_HTML_H
#define SVD_HTTPD_HTML_H

#include <stddef.h>

struct strbuf;

/*
 * Appends n bytes of text so that they are just that, between tags and in the quotes of an
 * attribute: none of them begins markup. What is no UTF-8 becomes U+FFFD; so do control characters
 * (but for tab and newline) and those that turn the direction of what follows, since they could
 * make a text look like another one.
 */
void html_add(struct strbuf *sb, const char *s, size_t n);
void html_adds(struct strbuf *sb, const char *s);	/* to its NUL; NULL is "" */

/* The same for values that come back to us, or that scripts compare: nothing but markup is changed,
 * and what is no UTF-8. */
void html_add_value(struct strbuf *sb, const char *s);	/* NULL is "" */

/* As a value in a query, all but letters, digits and "-._~:" in percent signs. */
void html_add_query(struct strbuf *sb, const char *s);

#endif
