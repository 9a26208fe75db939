/* fields.h - the first line of an event's payload, word by word */
#ifndef SVD_IPC_FIELDS_H
#define SVD_IPC_FIELDS_H

#include <stdbool.h>
#include <stddef.h>

/* One "key:value", borrowed from the payload; neither ends with a NUL. */
struct field {
	const char *key, *value;
	size_t      key_len, value_len;
};

/*
 * Of a payload of n bytes the field behind *ret_field, or the first one where its key is NULL: to
 * be asked until it is false. A value may have blanks in it. That of `type`, which a client has
 * chosen, goes on to the end of the line: no client makes fields of its own.
 */
bool fields_next(const char *payload, size_t n, struct field *ret_field);

#endif
