/* apifault.c - programs look at the status before they look at the fault. */
#include "httpd/apifault.h"

#include <microhttpd.h>
#include <stddef.h>

#include "ipc/frame.h"
#include "rpc/faults.h"

static const struct {
	int      code;
	unsigned status;
} statuses[] = {
	{ FAULT_UNKNOWN_METHOD, MHD_HTTP_NOT_FOUND },
	{ FAULT_INCORRECT_PARAMETERS, MHD_HTTP_BAD_REQUEST },
	{ FAULT_BAD_ARGUMENTS, MHD_HTTP_BAD_REQUEST },
	{ FAULT_SIGNATURE_UNSUPPORTED, MHD_HTTP_NOT_FOUND },
	{ FAULT_SHUTDOWN_STATE, MHD_HTTP_SERVICE_UNAVAILABLE },
	{ FAULT_BAD_NAME, MHD_HTTP_NOT_FOUND },
	{ FAULT_BAD_SIGNAL, MHD_HTTP_BAD_REQUEST },
	{ FAULT_ALREADY_STARTED, MHD_HTTP_CONFLICT },
	{ FAULT_NOT_RUNNING, MHD_HTTP_CONFLICT },
	{ FAULT_ALREADY_ADDED, MHD_HTTP_CONFLICT },
	{ FAULT_STILL_RUNNING, MHD_HTTP_CONFLICT },
	{ FAULT_NOT_IN_WHITELIST, MHD_HTTP_FORBIDDEN },
	{ FAULT_NOT_PERMITTED, MHD_HTTP_FORBIDDEN },
};

unsigned apifault_status(int code)
{
	for (size_t i = 0; i < ARRAY_LEN(statuses); i++)
		if (statuses[i].code == code)
			return statuses[i].status;
	return MHD_HTTP_INTERNAL_SERVER_ERROR;
}

json_t *apifault_new(int code, const char *text)
{
	return json_pack("{s:{s:i, s:s, s:o}}", "fault", "code", code, "name", fault_name(code),
			 "text", json_text(text));
}
