/* counts.c - svd-logd counts from `open` on; who asks wants to know since the beginning. */
#include "svd/counts.h"

#include <stdlib.h>

#include "base/jsonout.h"

struct printed *printed_new(void)
{
	struct printed *printed = calloc(1, sizeof(*printed));

	if (printed)
		printed->refs = 1;
	return printed;
}

struct printed *printed_ref(struct printed *printed)
{
	printed->refs++;
	return printed;
}

void printed_unref(struct printed *printed)
{
	if (printed && --printed->refs == 0)
		free(printed);
}

void counts_take(struct counts *sum, struct counts *told, const struct counts *now)
{
	sum->read += now->read - told->read;
	sum->dropped += now->dropped - told->dropped;
	sum->lines += now->lines - told->lines;
	*told = *now;
}

static uint64_t number(const json_t *value)
{
	return (uint64_t)json_integer_value(value);
}

struct counts counts_of_head(const json_t *head)
{
	return (struct counts){
		.read = number(json_object_get(head, "read")),
		.dropped = number(json_object_get(head, "dropped")),
		.lines = number(json_object_get(head, "lines")),
	};
}

struct counts counts_of_array(const json_t *array)
{
	return (struct counts){
		.read = number(json_array_get(array, 0)),
		.dropped = number(json_array_get(array, 1)),
		.lines = number(json_array_get(array, 2)),
	};
}

void counts_add(struct strbuf *sb, const char *key, const struct counts *counts)
{
	json_out_key(sb, key);
	strbuf_addc(sb, '{');
	json_out_member_large(sb, "read", counts->read);
	json_out_member_large(sb, "dropped", counts->dropped);
	json_out_member_large(sb, "lines", counts->lines);
	strbuf_addc(sb, '}');
}
