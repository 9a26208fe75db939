/* rpc2.h - /RPC2: XML-RPC */
#ifndef SVD_HTTPD_RPC2_H
#define SVD_HTTPD_RPC2_H

struct request;

/* A route's act, see route.h. */
unsigned rpc2_act(struct request *r);

#endif
