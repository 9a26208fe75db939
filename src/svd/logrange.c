/*
 * logrange.c - Supervisor's rules for pieces of logs. There is no better reason for some of them
 * than that clients have got used to it.
 */
#include "svd/logrange.h"

#include <errno.h>

/* Beyond any file, and far enough from the ends of int64_t that sums of two do not overflow. */
static const int64_t FAR = INT64_C(1) << 60;

static int64_t between(int64_t low, int64_t x, int64_t high)
{
	return x < low ? low : x > high ? high : x;
}

static struct log_range piece(int64_t size, int64_t from, int64_t n)
{
	from = between(0, from, size);
	return (struct log_range){ .from = from, .n = between(0, n, size - from), .end = size };
}

int log_range_read(int64_t size, int64_t offset, int64_t length, struct log_range *ret_range)
{
	if (length < 0 || (offset < 0 && length > 0))
		return -EINVAL;
	offset = between(-FAR, offset, FAR);
	if (offset < 0)
		*ret_range = piece(size, size + offset, -offset);
	else
		*ret_range = piece(size, offset, length ? length : size);
	return 0;
}

struct log_range log_range_tail(int64_t size, int64_t offset, int64_t length)
{
	struct log_range range;
	bool overflow;

	offset = between(-FAR, offset, FAR);
	length = between(-FAR, length, FAR);
	overflow = size > offset + length;
	if (overflow)
		offset = size - 1;
	if (offset + length > size) {
		if (offset > size - 1)
			length = 0;
		offset = size - length;
	}
	/* Not piece(size, offset, ...) of a negative offset: the beginning is meant, not a part. */
	range = piece(size, offset < 0 ? 0 : offset, length);
	range.overflow = overflow;
	return range;
}
