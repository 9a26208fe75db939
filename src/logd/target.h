/* target.h - the open file behind a sink, whatever kind of file it is */
#ifndef SVD_LOGD_TARGET_H
#define SVD_LOGD_TARGET_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/macro.h"

struct look;
struct sink_rules;

enum target_kind {
	TARGET_FILE,	/* a regular file: has a size, is rotated */
	TARGET_STREAM,	/* a FIFO, a tty, a socket, standard output: no size, never waited for */
	TARGET_NULL,	/* /dev/null */
};

/* Two open files with the same are the same file. No padding: it is a hash key. */
struct file_id {
	uint64_t dev, ino;
};

struct target {
	int    fd;		/* owned; -1: not open */
	enum target_kind kind;
	bool   copies;		/* splice(2) is refused: bytes go through our memory */
	bool   may_block;	/* we share the open file, so O_NONBLOCK is not ours to set */
	struct file_id id;
};

/*
 * Open path for writing, create it by the rules if need be. /dev/stdout and /dev/stderr are our own
 * ones even where open(2) refuses them (sockets). Returns 0 or -errno; then t->fd is -1.
 */
must_check int target_open(struct target *t, const char *path, const struct sink_rules *rules);
void target_close(struct target *t);

/* What is at that path, without opening it: kind and id. 0 or -errno. */
must_check int target_find(struct target *t, const char *path);

/* The size of a regular file, now; 0 of another. -ESTALE when it was removed, or -errno. */
must_check int target_size(const struct target *t, uint64_t *ret_size);

/* When a regular file was written to last, by the clock of its disk; seconds, 0: not known. */
time_t target_written_at(const struct target *t);

/* Does the path still name this file? */
bool target_is_at(const struct target *t, const char *path);

/*
 * Bytes that a stream takes without waiting, as far as can be told. ret_whole says whether it will
 * take so many for sure: a FIFO that is not empty does so only up to PIPE_BUF.
 */
uint64_t target_room(const struct target *t, bool *ret_whole);

/*
 * Move up to n bytes from the front of the pipe fd to offset `at` (regular files). What was moved
 * is out of the pipe, what was not is in it, also when we are killed in here; only where splice(2)
 * is refused, or cannot promise all or nothing to a FIFO that is filling up, a kill between writing
 * and taking out writes bytes twice. Returns the bytes moved, 0 at the end of the pipe, or -errno.
 * look is for those cases; NULL: they fail with -EINVAL, and t->copies says that one is needed.
 */
ssize_t target_pass(struct target *t, struct look *look, int fd, uint64_t at, size_t n);

/* Write from memory, at offset `at` as above. Returns bytes, more than 0, or -errno. */
ssize_t target_write(const struct target *t, const char *p, size_t n, uint64_t at);

/* Is the last byte of a file of that size something else than a newline? */
bool target_ends_inside_line(const struct target *t, uint64_t size);

/*
 * Take an unfinished line off the end of the file. Returns the size it has then; if that cannot
 * be done, or the line is longer than LOOK_BUF, it stays.
 */
uint64_t target_cut_line(struct target *t, struct look *look, uint64_t size);

#endif
