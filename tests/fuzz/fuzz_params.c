/*
 * fuzz_params.c - any JSON as parameters of calls. What is taken is an array that is taken again
 * as it is; what is refused says why if it came by name, and stays whole.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

#include "svd/params.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const char *const lists[] = {
	"", "name:string", "name:string wait:boolean?", "name:string offset:int|string length:int",
	"key:string data:string|int|boolean", "a:struct b:array?", "a:int b:int? c:boolean?",
};

static void settle_again(const char *list, json_t *params)
{
	json_t *again = json_incref(params);
	struct err err;

	if (params_settle(list, &again, &err) < 0 || !json_equal(again, params))
		abort();
	json_decref(again);
}

static void settle(const char *list, const json_t *value)
{
	json_t *params = json_deep_copy(value);
	struct err err;
	int ret = params_settle(list, &params, &err);

	if (ret == 0 && !json_is_array(params))
		abort();
	if (ret == 0)
		settle_again(list, params);
	else if (ret != -EINVAL || !json_equal(params, value) ||
		 json_is_object(value) != (*err.text != '\0'))
		abort();
	json_decref(params);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	json_t *value = json_loadb((const char *)data, n, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);

	for (size_t i = 0; value && i < ARRAY_LEN(lists); i++)
		settle(lists[i], value);
	json_decref(value);
	return 0;
}
