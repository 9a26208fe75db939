/* health.c - load balancers look at the status alone; who wonders why reads the body. */
#include "httpd/health.h"

#include <string.h>

#include "httpd/answer.h"
#include "httpd/apifault.h"
#include "httpd/request.h"

static unsigned answer_health(struct request *r, const struct reply *reply)
{
	bool healthy = json_is_true(json_object_get(reply->result, "healthy"));

	if (!reply->result)
		return MHD_HTTP_SERVICE_UNAVAILABLE;
	return answer_json(r, healthy ? MHD_HTTP_OK : MHD_HTTP_SERVICE_UNAVAILABLE, reply->result);
}

static void on_reply(struct call *call, struct reply *reply)
{
	struct request *r = container_of(call, struct request, call);

	r->status = reply->text ? answer_fault(r, apifault_status(reply->code), reply->code,
					       reply->text) :
				  answer_health(r, reply);
	request_resume(r);
}

/* Who needs no login to ask is nobody whom svd knows: then svd-httpd asks for itself. */
unsigned health_act(struct request *r)
{
	const char *name = r->url + strlen("/health");
	json_t *params;
	int ret;

	name += *name == '/';
	params = *name ? json_pack("[s]", name) : json_array();
	if (!params)		/* no UTF-8, so nobody's name */
		return MHD_HTTP_NOT_FOUND;
	r->call.on_reply = on_reply;
	r->call.own = r->server->shows_health;
	ret = rpc_start(r->server->rpc, &r->call, r->call.own ? "getHealth" : "svd.getHealth",
			params);
	json_decref(params);
	if (ret < 0)
		return MHD_HTTP_SERVICE_UNAVAILABLE;
	request_suspend(r);
	return 0;
}
