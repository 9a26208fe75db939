/* welcome.h - which requests get in at all */
#ifndef SVD_HTTPD_WELCOME_H
#define SVD_HTTPD_WELCOME_H

#include <stdbool.h>

#include "base/burst.h"
#include "base/macro.h"
#include "httpd/auth.h"
#include "httpd/board.h"

struct request;
struct rpc;

/* What all servers have in common. */
struct welcome {
	struct rpc   *rpc;	/* borrowed */
	struct logins logins;
	struct burst  refusals;	/* told in the log */
	char          machine[256];	/* its name */
	struct boards boards;
	unsigned      n_followed, followed_max;	/* log files in the streams of pages */
};

void welcome_init(struct welcome *w, struct rpc *rpc);
void welcome_done(struct welcome *w);

/*
 * Tells the log what was wrong with a request, and who sent it: "WHAT from WHOM". Not as often as
 * somebody tries.
 */
void welcome_tell(const struct request *r, const char *what);

/* Has no page of somebody else sent it? See httpd/origin.h. */
must_check bool welcome_origin(const struct request *r);

/* Is it asked by one of its names, where that matters? To be asked before something is shown. */
must_check bool welcome_host(const struct request *r);

/* Has it the name and the password that its server asks for? Then r->user is who it is. */
must_check bool welcome_login(struct request *r);

#endif
