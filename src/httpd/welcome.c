/*
 * welcome.c - the checks that come before anything else. What is refused here is told in the
 * activity log, but not as often as somebody tries.
 */
#include "httpd/welcome.h"

#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/repr.h"
#include "base/strbuf.h"
#include "httpd/origin.h"
#include "httpd/peer.h"
#include "httpd/request.h"

enum { REFUSALS_MAX = 10 };			/* lines in the log */
static const double REFUSALS_SECONDS = 60;	/* ... in so long */

void welcome_init(struct welcome *w, struct rpc *rpc)
{
	*w = (struct welcome){ .rpc = rpc };
	if (gethostname(w->machine, sizeof(w->machine) - 1) < 0)
		w->machine[0] = '\0';
}

void welcome_done(struct welcome *w)
{
	logins_done(&w->logins);
}

static const char *header(const struct request *r, const char *name)
{
	return MHD_lookup_connection_value(r->connection, MHD_HEADER_KIND, name);
}

void welcome_tell(const struct request *r, const char *what)
{
	struct welcome *w = r->server->welcome;
	char peer[128], unsaid[64] = "";
	unsigned long n_unsaid;
	bool is_last;

	if (!burst_take(&w->refusals, REFUSALS_MAX, REFUSALS_SECONDS, clock_mono(), &n_unsaid,
			&is_last))
		return;
	if (n_unsaid)
		snprintf(unsaid, sizeof(unsaid), " (and %lu times more before)", n_unsaid);
	peer_describe(r->client->peer, peer, sizeof(peer));
	rpc_log(w->rpc, "warn", "%s: %s from %s%s%s", r->server->name, what, peer, unsaid,
		is_last ? "; more of that is not logged for a while" : "");
}

static void log_foreign(const struct request *r, const char *before, const char *name,
			const char *after)
{
	struct strbuf what = { 0 };

	strbuf_adds(&what, before);
	repr_add_word(&what, name);
	strbuf_adds(&what, after);
	welcome_tell(r, what.oom ? "a page may not ask," : strbuf_str(&what));
	strbuf_done(&what);
}

/*
 * A name that somebody else owns can be made to mean this machine (DNS rebinding): then his page
 * has our origin and reads what it likes. A password stops him, since browsers keep it for the name
 * that it was given to; and no browser comes by a unix socket, but a proxy that knows its names.
 */
static bool is_known_here(const struct request *r, const char *host)
{
	const struct server *server = r->server;

	return server->auth.required || host_is_ours(host, server->welcome->machine,
						     server->hosts);
}

bool welcome_origin(const struct request *r)
{
	const char *origin = header(r, "Origin"), *host = header(r, MHD_HTTP_HEADER_HOST);

	if (!origin || (origin_is_host(origin, host) && is_known_here(r, host)))
		return true;
	log_foreign(r, "a page of ", origin, " may not ask,");
	return false;
}

bool welcome_host(const struct request *r)
{
	const char *host = header(r, MHD_HTTP_HEADER_HOST);

	if (!host || !r->server->is_inet || is_known_here(r, host))
		return true;
	log_foreign(r, "", host, " is no name of this server, see hosts=; asked for");
	return false;
}

bool welcome_login(struct request *r)
{
	const char *given = header(r, MHD_HTTP_HEADER_AUTHORIZATION);

	if (auth_check(&r->server->auth, &r->server->welcome->logins, given, &r->user))
		return true;
	if (given)	/* without one it is a browser that has not asked its user yet */
		welcome_tell(r, "wrong user name or password");
	return false;
}
