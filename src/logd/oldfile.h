/* oldfile.h - app.log.3, app.log.3.gz: an old file, plain or compressed */
#ifndef SVD_LOGD_OLDFILE_H
#define SVD_LOGD_OLDFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include "base/logwords.h"
#include "base/macro.h"

struct sink_rules;

/*
 * All of this works on the file system alone, with names and numbers: nothing is shared with the
 * rest of svd-logd. `path` is the file itself, never a symbolic link to it.
 */

/* Writes the name of the n-th old file of path in that form, "path.n.gz". 0 or -ENAMETOOLONG. */
must_check int old_name(char *buf, size_t len, const char *path, unsigned n,
			enum log_compress form);

/* Is number n taken, in any form? A plain file whose compressed form is whole is removed first. */
bool old_is_there(const char *path, unsigned n);

/* Removes number n in that form. 0, also when there was none, or -errno. */
int old_remove(const char *path, unsigned n, enum log_compress form);

struct old_found {
	uint64_t bytes;		/* of all old files that are left */
	unsigned plain;		/* the lowest number that waits for its compression; 0: none */
};

/*
 * Remove what is too old at the moment `now`, and the oldest while they and path, which has `size`
 * bytes, are over the budget. Only numbers up to rules->backups are ours.
 */
void old_tend(const char *path, const struct sink_rules *rules, uint64_t size, time_t now,
	      struct old_found *ret);

/* --- compression: what is made in a file beside takes the place of the plain one --- */

/* The two ends of one compression, and which file it is, whatever its number becomes. */
struct old_press {
	int   from, to;		/* owned by whoever called old_press_begin */
	dev_t dev;
	ino_t ino;
};

/* Open number n and an empty file beside path. 0 or -errno. */
must_check int old_press_begin(const char *path, unsigned n, struct old_press *ret);

/*
 * What was compressed takes the place of its original, under the number that this has by now; when
 * it is gone, or was written to meanwhile, so goes what was compressed. 0 or -errno: then the
 * original stays.
 */
must_check int old_press_end(const char *path, unsigned backups, const struct old_press *press,
			     enum log_compress form);

/* Remove what an interrupted compression has left. */
void old_press_clean(const char *path);

#endif
