/* rotate.h - a file becomes app.log.1, and app.log.1, .1.gz or .1.zst becomes number two */
#ifndef SVD_LOGD_ROTATE_H
#define SVD_LOGD_ROTATE_H

#include "base/macro.h"

/* The lowest number from 1 to backups that no old file has; backups when all are there. */
unsigned rotate_gap(const char *path, unsigned backups);

/*
 * Give each old file, plain or compressed, the next number, and path number 1, up to the first gap,
 * so that no file is given up while a number is free. backups > 0; the oldest goes when all numbers
 * are taken. Afterwards there is no path. Returns 0 or -errno; then some files may have moved and
 * none is lost: the next call closes the gap.
 */
must_check int rotate_files(const char *path, unsigned backups);

#endif
