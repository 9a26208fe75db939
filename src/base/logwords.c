/* logwords.c - one table for each choice: svd reads them from a file, svd-logd from a frame. */
#include "base/logwords.h"

#include <strings.h>

#include "base/macro.h"

const char *const log_rotate_words[] = {
	[ROTATE_SIZE] = "size", [ROTATE_HOURLY] = "hourly", [ROTATE_DAILY] = "daily",
};
const char *const log_compress_words[] = {
	[COMPRESS_NONE] = "none", [COMPRESS_GZIP] = "gzip", [COMPRESS_ZSTD] = "zstd",
};
const char *const log_format_words[] = {
	[FORMAT_RAW] = "raw", [FORMAT_PREFIX] = "prefix", [FORMAT_JSON] = "json",
};

_Static_assert(ARRAY_LEN(log_rotate_words) == ROTATE_N, "a word is missing");
_Static_assert(ARRAY_LEN(log_compress_words) == COMPRESS_N, "a word is missing");
_Static_assert(ARRAY_LEN(log_format_words) == FORMAT_N, "a word is missing");

int log_word(const char *const *words, int n, const char *word)
{
	for (int i = 0; i < n; i++) {
		if (strcasecmp(words[i], word) == 0)
			return i;
	}
	return -1;
}
