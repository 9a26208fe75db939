/* fcgi.h - the socket of an [fcgi-program:x] */
#ifndef SVD_CONF_FCGI_H
#define SVD_CONF_FCGI_H

#include "base/err.h"
#include "base/macro.h"

struct load;
struct socket_config;
struct values;

/* What the socket options of the section mean; name is the program's. */
must_check int fcgi_read(struct load *ld, const struct values *v, const char *name,
			 const struct socket_config **ret_socket, struct err *err);

#endif
