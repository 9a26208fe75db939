/* codec.h - the ways to compress, behind one face */
#ifndef SVD_COMPRESS_CODEC_H
#define SVD_COMPRESS_CODEC_H

#include <stdbool.h>
#include <stddef.h>

#include "base/macro.h"

/* Where compressed bytes go. 0 or -errno. */
typedef int codec_put(const void *p, size_t n);

struct codec {
	const char *name;
	/* 0 or -ENOMEM. There is one at a time, and the end of the program ends it. */
	int (*begin)(void);
	/* Compress n bytes; the last ones, n may be 0, finish it. 0 or -errno. */
	int (*press)(const void *p, size_t n, bool last, codec_put *put);
};

/* "gzip" or "zstd"; NULL: no such. */
const struct codec *codec_find(const char *name);

#endif
