/* health.h - /health: is all well? */
#ifndef SVD_HTTPD_HEALTH_H
#define SVD_HTTPD_HEALTH_H

struct request;

/*
 * For the routes /health and /health/NAME: 200 or 503, and svd's answer to svd.getHealth; without a
 * line in the log, since load balancers ask every few seconds.
 */
unsigned health_act(struct request *r);

#endif
