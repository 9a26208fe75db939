/* rotate.h - app.log, app.log.1, app.log.2: the old files of a rotation */
#ifndef SVD_LOGD_ROTATE_H
#define SVD_LOGD_ROTATE_H

#include <stddef.h>

#include "base/macro.h"

/* Writes the name of the n-th old file of path, "path.n". 0 or -ENAMETOOLONG. */
must_check int rotate_name(char *buf, size_t len, const char *path, unsigned n);

/* The lowest number from 1 to backups that no old file has; backups when all are there. */
unsigned rotate_gap(const char *path, unsigned backups);

/*
 * Rename path.N-1 to path.N, ..., path to path.1, up to the first gap, so that no file is given up
 * while a number is free. backups > 0; the oldest goes when all numbers are taken. Afterwards
 * there is no path. Returns 0 or -errno; then some files may have moved and none is lost: the next
 * call closes the gap.
 */
must_check int rotate_files(const char *path, unsigned backups);

#endif
