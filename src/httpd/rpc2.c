/* rpc2.c - a call in XML becomes a `call` frame, and its reply XML again. */
#include "httpd/rpc2.h"

#include <errno.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>

#include "httpd/answer.h"
#include "httpd/request.h"
#include "httpd/welcome.h"
#include "rpc/xmlrpc.h"

static void on_reply(struct call *call, struct reply *reply)
{
	struct request *r = container_of(call, struct request, call);

	r->status = answer_xmlrpc(r, reply);
	request_resume(r);
}

static unsigned refuse(const struct request *r, const struct err *why)
{
	char what[sizeof(*why) + 64];

	snprintf(what, sizeof(what), "what is no XML-RPC call (%s)", why->text);
	welcome_tell(r, what);
	return MHD_HTTP_BAD_REQUEST;
}

unsigned rpc2_act(struct request *r)
{
	char *method = NULL;
	json_t *params = NULL;
	struct err err;
	int ret = xmlrpc_parse_call(strbuf_str(&r->body), r->body.len, &method, &params, &err);

	r->server->is_bloated |= r->body.len >= SERVER_LARGE;
	strbuf_done(&r->body);
	if (ret == -EBADMSG)
		return refuse(r, &err);
	r->call.on_reply = on_reply;
	r->call.as_text = true;
	if (ret == 0)
		ret = rpc_start(r->server->rpc, &r->call, method, params);
	free(method);
	json_decref(params);
	if (ret < 0)
		return answer_unsent(ret);
	request_suspend(r);
	return 0;
}
