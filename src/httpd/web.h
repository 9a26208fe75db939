/* web.h - the pages: what they have in common, and the acts of their routes */
#ifndef SVD_HTTPD_WEB_H
#define SVD_HTTPD_WEB_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "httpd/template.h"

struct reply;
struct request;
struct strbuf;

/* --- acts, see struct route --- */

unsigned web_programs_act(struct request *r);	/* / and /index.html */
unsigned web_tail_act(struct request *r);	/* /tail.html */
unsigned web_download_act(struct request *r);	/* /web/download */
unsigned web_overview_act(struct request *r);	/* /overview.html */
unsigned web_ok_act(struct request *r);		/* /ok.html */
unsigned web_logout_act(struct request *r);	/* /logout */
unsigned web_state_act(struct request *r);	/* /web/state */
unsigned web_live_act(struct request *r);	/* /web/live */
unsigned web_follow_act(struct request *r);	/* /web/follow */
unsigned web_change_act(struct request *r);	/* POST /web/act */
unsigned web_asset_act(struct request *r);	/* /web/NAME */

/* --- for them --- */

/* The value of a parameter of the query; NULL: there is none. Borrowed. */
const char *web_query(const struct request *r, const char *key);

/* A page; html is stolen. Prepares r->response and returns the status, or 500. */
unsigned web_answer(struct request *r, unsigned status, struct strbuf *html);

/* A page with a heading and some HTML, at an address of so deep a folder: 0 is "/x", 1 "/web/x". */
unsigned web_message(struct request *r, unsigned status, int depth, const char *title,
		     const char *html);

/* Asks to confirm by a POST that VERB is done to the targets, an array of names: see web_act.c.
 * signal: for the verb signal, or NULL. */
unsigned web_confirm(struct request *r, int depth, const char *verb, const json_t *targets,
		     bool is_selection, const char *signal);

/* Let the browser ask for another page: 303. */
unsigned web_go_to(struct request *r, const char *location);

/* svd has refused, or not answered (reply->text NULL): the status says how, the page why. */
unsigned web_refusal(struct request *r, int code, const char *text);

/* The answer of a request that waits is ready with that status; nothing if it waits no more. */
void web_done(struct request *r, unsigned status);

/* A link to log out, for who has logged in; HTML, which is the caller's. NULL: no memory. */
char *web_logout_link(const struct request *r);

/* "3 of 4 well", of the member health of a board's top. */
void web_summary(const json_t *top, char *buf, size_t size);

#endif
