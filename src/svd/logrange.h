/* logrange.h - which bytes of a log file a client means by offset and length */
#ifndef SVD_SVD_LOGRANGE_H
#define SVD_SVD_LOGRANGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/macro.h"

/* All in bytes; what lies beyond the end of the file is not part of it. */
struct log_range {
	int64_t from, n;
	int64_t end;		/* where the next tail goes on */
	bool    overflow;	/* there is more than fits between offset and offset + length */
};

/*
 * Of a file of `size` bytes: length from offset on, all from there on when length is 0; or the last
 * -offset bytes when offset is negative and length 0. -EINVAL: no such range. Mirrors
 * supervisor.options.readFile.
 */
must_check int log_range_read(int64_t size, int64_t offset, int64_t length,
			      struct log_range *ret_range);

/*
 * From offset on, or the end of the file when it has grown beyond offset + length. Mirrors
 * supervisor.options.tailFile.
 */
struct log_range log_range_tail(int64_t size, int64_t offset, int64_t length);

#endif
