/*
 * codec.c - levels and formats are those of gzip(1) and zstd(1) without options, with a checksum,
 * so that their -t finds what a disk has spoiled.
 */
#include "compress/codec.h"

#include <errno.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

enum {
	OUT_SIZE = 128 * 1024,
	GZIP_FORMAT = 16,	/* added to the window's bits, see zlib.h */
	GZIP_MEMORY = 8,
};

static unsigned char out[OUT_SIZE];

/* --- gzip --- */

static z_stream zlib;

static int gzip_begin(void)
{
	return deflateInit2(&zlib, Z_DEFAULT_COMPRESSION, Z_DEFLATED, MAX_WBITS + GZIP_FORMAT,
			    GZIP_MEMORY, Z_DEFAULT_STRATEGY) == Z_OK ? 0 : -ENOMEM;
}

static int gzip_press(const void *p, size_t n, bool last, codec_put *put)
{
	int ret = 0;

	zlib.next_in = (z_const Bytef *)p;
	zlib.avail_in = (uInt)n;
	do {
		zlib.next_out = out;
		zlib.avail_out = sizeof(out);
		if (deflate(&zlib, last ? Z_FINISH : Z_NO_FLUSH) == Z_STREAM_ERROR)
			return -EIO;
		ret = put(out, sizeof(out) - zlib.avail_out);
	} while (ret == 0 && zlib.avail_out == 0);
	return ret;
}

/* --- zstd --- */

static ZSTD_CCtx *zstd;

static int zstd_begin(void)
{
	zstd = ZSTD_createCCtx();
	return zstd && !ZSTD_isError(ZSTD_CCtx_setParameter(zstd, ZSTD_c_checksumFlag, 1)) ?
		0 : -ENOMEM;
}

static int zstd_press(const void *p, size_t n, bool last, codec_put *put)
{
	ZSTD_inBuffer from = { p, n, 0 };
	size_t left;
	int ret;

	do {
		ZSTD_outBuffer to = { out, sizeof(out), 0 };

		left = ZSTD_compressStream2(zstd, &to, &from, last ? ZSTD_e_end : ZSTD_e_continue);
		if (ZSTD_isError(left))
			return -EIO;
		ret = put(out, to.pos);
	} while (ret == 0 && (from.pos < from.size || (last && left)));
	return ret;
}

const struct codec *codec_find(const char *name)
{
	static const struct codec codecs[] = {
		{ "gzip", gzip_begin, gzip_press },
		{ "zstd", zstd_begin, zstd_press },
	};

	for (size_t i = 0; i < ARRAY_LEN(codecs); i++) {
		if (strcmp(codecs[i].name, name) == 0)
			return &codecs[i];
	}
	return NULL;
}
