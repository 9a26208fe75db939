/* shwords.h - text split by shell rules */
#ifndef SVD_BASE_SHWORDS_H
#define SVD_BASE_SHWORDS_H

#include "base/err.h"
#include "base/macro.h"

/*
 * Both take quotes and backslashes apart as Python's shlex does in POSIX mode, and fail with
 * -EINVAL and "No closing quotation" or "No escaped character". The array ends with NULL and is
 * the caller's, to be given to shwords_free.
 */

/* A command line as an argument vector; of blanks only: an empty one. Mirrors shlex.split. */
must_check int shwords_split(const char *text, char ***ret_argv, struct err *err);

/*
 * `KEY=value,KEY2="va,lue"` as "KEY=value" strings; the last of several values of a key wins.
 * -EINVAL with "Unexpected end of key/value pairs in value '...'" for anything else. Mirrors
 * supervisor.datatypes.dict_of_key_value_pairs of Supervisor 4.4.
 */
must_check int shwords_pairs(const char *text, char ***ret_pairs, struct err *err);

void shwords_free(char **words);	/* NULL is allowed */

#endif
