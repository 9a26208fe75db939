/* rpc2.c - a call in XML becomes a `call` frame, and its reply XML again. */
#include "httpd/rpc2.h"

#include <errno.h>
#include <microhttpd.h>
#include <stdlib.h>

#include "httpd/answer.h"
#include "httpd/request.h"
#include "rpc/xmlrpc.h"

static void on_reply(struct call *call, struct reply *reply)
{
	struct request *r = container_of(call, struct request, call);

	r->status = answer_xmlrpc(r, reply);
	request_resume(r);
}

unsigned rpc2_act(struct request *r)
{
	char *method = NULL;
	json_t *params = NULL;
	struct err err;
	int ret = xmlrpc_parse_call(strbuf_str(&r->body), r->body.len, &method, &params, &err);

	r->server->is_bloated |= r->body.len >= SERVER_LARGE;
	strbuf_done(&r->body);
	if (ret == -EBADMSG) {
		rpc_log(r->server->rpc, "warn", "%s: a request is no XML-RPC call: %s",
			r->server->name, err.text);
		return MHD_HTTP_BAD_REQUEST;
	}
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
