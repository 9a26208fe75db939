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

/* Lines may be counted from now on, or no longer: then the number would stand still. */
void counts_take(struct counts *sum, struct counts *told, const struct counts *now)
{
	sum->read += now->read - told->read;
	sum->dropped += now->dropped - told->dropped;
	sum->dropped_lines += now->dropped_lines - told->dropped_lines;
	if (now->has_lines)
		sum->lines += now->lines - told->lines;
	if (now->read > 0)
		sum->has_lines = now->has_lines;
	*told = *now;
}

static uint64_t number(const json_t *value)
{
	return (uint64_t)json_integer_value(value);
}

static struct counts counts_of(const json_t *read, const json_t *dropped,
			       const json_t *dropped_lines, const json_t *lines)
{
	bool has_lines = json_is_integer(lines) && json_integer_value(lines) >= 0;

	return (struct counts){
		.read = number(read),
		.dropped = number(dropped),
		.dropped_lines = number(dropped_lines),
		.lines = has_lines ? number(lines) : 0,
		.has_lines = has_lines,
	};
}

struct counts counts_of_head(const json_t *head)
{
	return counts_of(json_object_get(head, "read"), json_object_get(head, "dropped"),
			 json_object_get(head, "lines"), json_object_get(head, "read_lines"));
}

struct counts counts_of_array(const json_t *array)
{
	return counts_of(json_array_get(array, 0), json_array_get(array, 1),
			 json_array_get(array, 2), json_array_get(array, 3));
}

void counts_add(struct strbuf *sb, const struct counts *counts)
{
	json_out_member_large(sb, "bytes", counts->read);
	if (counts->has_lines)
		json_out_member_large(sb, "lines", counts->lines);
	json_out_member_large(sb, "dropped", counts->dropped);
	json_out_member_large(sb, "dropped_lines", counts->dropped_lines);
	if (counts->untold)
		json_out_member_large(sb, "untold", counts->untold);
}
