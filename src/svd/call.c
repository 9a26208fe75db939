/* call.c - the life of a call. */
#include "svd/call.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fd.h"
#include "base/units.h"
#include "ipc/frame.h"
#include "svd/clearing.h"
#include "svd/followers.h"
#include "svd/multicall.h"
#include "svd/wait.h"

struct call *call_new(json_int_t id, const char *method, json_t *params)
{
	struct call *call = calloc(1, sizeof(*call));
	char *copy = strdup(method);

	if (!call || !copy) {
		json_decref(params);
		free(copy);
		free(call);
		return NULL;
	}
	*call = (struct call){ .id = id, .method = copy, .params = params, .fd = -1 };
	return call;
}

void call_free(struct call *call)
{
	free(call->method);
	json_decref(call->params);
	json_decref(call->result);
	free(call->text);
	wait_free(call->wait);
	clearing_free(call->clearing);
	follower_free(call->follower);
	multicall_free(call->multi);
	free(call->result_text);
	if (!call->parent)
		who_done(&call->who);
	close_fd(&call->fd);
	free(call);
}

void call_result(struct call *call, json_t *result)
{
	if (!result) {
		call_fault(call, FAULT_FAILED, "out of memory");
		return;
	}
	call->answered = true;
	call->result = result;
}

void call_result_text(struct call *call, char *text)
{
	if (!text) {
		call_fault(call, FAULT_FAILED, "out of memory");
		return;
	}
	call->answered = true;
	call->result_text = text;
}

void call_result_file(struct call *call, json_t *result, int fd)
{
	call->fd = fd;
	call_result(call, result);
}

void call_fault(struct call *call, enum fault code, const char *fmt, ...)
{
	char text[1024];
	size_t n = (size_t)snprintf(text, sizeof(text), "%s", fault_name(code));
	va_list ap;

	if (fmt) {
		n += (size_t)snprintf(text + n, sizeof(text) - n, ": ");
		va_start(ap, fmt);
		vsnprintf(text + n, sizeof(text) - n, fmt, ap);
		va_end(ap);
	}
	json_decref(call->result);	/* what there is of it */
	call->result = NULL;
	call->answered = true;
	call->fault = code;
	call->text = strdup(text);
}

const char *call_string(const struct call *call, size_t i)
{
	return json_string_value(json_array_get(call->params, i));
}

bool call_bool(const struct call *call, size_t i, bool otherwise)
{
	const json_t *value = json_array_get(call->params, i);

	if (!value)
		return otherwise;
	if (json_is_string(value))	/* what is true in Python */
		return json_string_length(value) > 0;
	return json_is_number(value) ? json_number_value(value) != 0 : json_is_true(value);
}

static bool whole_part(double number, int64_t *ret_number)
{
	if (!(number > (double)INT64_MIN && number < (double)INT64_MAX))
		return false;
	*ret_number = (int64_t)number;
	return true;
}

bool call_int(const struct call *call, size_t i, int64_t *ret_number)
{
	const json_t *value = json_array_get(call->params, i);

	if (json_is_string(value))
		return unit_integer(json_string_value(value), INT64_MIN, INT64_MAX,
				    ret_number) == 0;
	if (json_is_real(value))
		return whole_part(json_real_value(value), ret_number);
	*ret_number = json_is_true(value) ? 1 : json_integer_value(value);
	return true;
}
