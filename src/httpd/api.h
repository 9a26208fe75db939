/* api.h - /api/v1: every method, in JSON */
#ifndef SVD_HTTPD_API_H
#define SVD_HTTPD_API_H

struct request;

/*
 * A route's act, see route.h. svd-httpd knows none of the methods: the name in the path is asked
 * for, by POST with the parameters in the body, by GET with those in the query where nothing is
 * changed by it. "/" lists what there is, "/openapi.json" describes it for programs.
 */
unsigned api_act(struct request *r);

#endif
