/* member.h - members of objects that svd has sent */
#ifndef SVD_HTTPD_MEMBER_H
#define SVD_HTTPD_MEMBER_H

#include <jansson.h>

/* "" where there is none, or another type. Borrowed. */
const char *member_text(const json_t *object, const char *key);

/* 0 where there is none. */
double member_number(const json_t *object, const char *key);

#endif
