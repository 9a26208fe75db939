/* payload.h - what an event says, as members of a JSON object */
#ifndef SVD_IPC_PAYLOAD_H
#define SVD_IPC_PAYLOAD_H

#include <jansson.h>
#include <stddef.h>

/*
 * Sets what the n bytes of a payload have of: from_state, channel, remote_type (text), pid, tries,
 * expected, when (numbers), data (text: all that follows the first line). What is no UTF-8 becomes
 * U+FFFD.
 */
void payload_members(json_t *object, const char *payload, size_t n);

#endif
