/* route.c - Supervisor matches /RPC2 by prefix and refuses other methods with 400; so do we. */
#include "httpd/route.h"

#include <microhttpd.h>
#include <stddef.h>
#include <string.h>

#include "base/macro.h"
#include "httpd/api.h"
#include "httpd/events.h"
#include "httpd/health.h"
#include "httpd/logtail.h"
#include "httpd/metrics.h"
#include "httpd/rpc2.h"
#include "httpd/web.h"

static const struct route routes[] = {
	{ "/RPC2", true, " POST ", MHD_HTTP_BAD_REQUEST, rpc2_act },
	{ "/logtail", true, " GET ", MHD_HTTP_BAD_REQUEST, logtail_process },
	{ "/mainlogtail", true, " GET ", MHD_HTTP_BAD_REQUEST, logtail_main },
	{ "/api/v1/events", false, " GET ", MHD_HTTP_METHOD_NOT_ALLOWED, events_act },
	{ "/api/v1", true, " GET HEAD POST ", MHD_HTTP_METHOD_NOT_ALLOWED, api_act },
	{ "/health", false, " GET HEAD ", MHD_HTTP_METHOD_NOT_ALLOWED, health_act },
	{ "/health/", true, " GET HEAD ", MHD_HTTP_METHOD_NOT_ALLOWED, health_act },
	{ "/metrics", false, " GET HEAD ", MHD_HTTP_METHOD_NOT_ALLOWED, metrics_act },
	{ "/", false, " GET HEAD ", MHD_HTTP_METHOD_NOT_ALLOWED, web_programs_act },
	{ "/index.html", false, " GET HEAD ", MHD_HTTP_METHOD_NOT_ALLOWED, web_programs_act },
	{ "/tail.html", false, " GET HEAD ", MHD_HTTP_METHOD_NOT_ALLOWED, web_tail_act },
	{ "/ok.html", false, " GET HEAD ", MHD_HTTP_METHOD_NOT_ALLOWED, web_ok_act },
	{ "/overview.html", false, " GET HEAD ", MHD_HTTP_METHOD_NOT_ALLOWED, web_overview_act },
	{ "/logout", false, " GET HEAD ", MHD_HTTP_METHOD_NOT_ALLOWED, web_logout_act },
	{ "/web/act", false, " POST ", MHD_HTTP_METHOD_NOT_ALLOWED, web_change_act },
	{ "/web/download", false, " GET HEAD ", MHD_HTTP_METHOD_NOT_ALLOWED, web_download_act },
	{ "/web/follow", false, " GET ", MHD_HTTP_METHOD_NOT_ALLOWED, web_follow_act },
	{ "/web/live", false, " GET ", MHD_HTTP_METHOD_NOT_ALLOWED, web_live_act },
	{ "/web/state", false, " GET HEAD ", MHD_HTTP_METHOD_NOT_ALLOWED, web_state_act },
	{ "/web/", true, " GET HEAD ", MHD_HTTP_METHOD_NOT_ALLOWED, web_asset_act },
};

const struct route *route_find(const char *url)
{
	for (size_t i = 0; i < ARRAY_LEN(routes); i++) {
		const char *path = routes[i].path;

		if (routes[i].is_prefix ? strncmp(url, path, strlen(path)) == 0 :
					  strcmp(url, path) == 0)
			return &routes[i];
	}
	return NULL;
}

bool route_takes(const struct route *route, const char *method)
{
	const char *found = strstr(route->methods, method);

	return found && found[-1] == ' ' && found[strlen(method)] == ' ';
}

void route_allow(const struct route *route, char *ret_list, size_t size)
{
	size_t n = 0;

	for (const char *c = route->methods + 1; *c && n + 3 < size; c++) {
		if (*c != ' ') {
			ret_list[n++] = *c;
		} else if (c[1]) {
			ret_list[n++] = ',';
			ret_list[n++] = ' ';
		}
	}
	ret_list[n] = '\0';
}
