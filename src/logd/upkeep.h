/* upkeep.h - old files: the too old and too many removed, the others compressed */
#ifndef SVD_LOGD_UPKEEP_H
#define SVD_LOGD_UPKEEP_H

#include <limits.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/macro.h"
#include "ipc/loop.h"

struct baton;
struct sink_rules;
struct yard;

/* What comes of it, for those who write to the path. */
struct upkeep_ops {
	/* So many bytes of old files are left. */
	void (*on_tended)(void *user, const char *path, uint64_t bytes);
	/* An old file was compressed (0), or cannot be (-errno). */
	void (*on_pressed)(void *user, const char *path, int code);
};

struct upkeep {
	struct loop  *loop;	/* borrowed */
	struct baton *baton;	/* borrowed; NULL: nobody watches what may hang */
	const struct upkeep_ops *ops;	/* borrowed */
	void         *user;
	struct yard  *yards;	/* list, owned: files that want something */
	struct timer  timer;	/* of the next yard that has asked */
	struct yard  *pressing;	/* borrowed; the one that compresses, NULL: none */
	pid_t         pid;	/* of its svd-compress; 0: not started */
	int           end;	/* owned; a pipe that ends with it; -1: none */
	struct io     io;
	struct timer  reap;
	char          program[PATH_MAX];	/* svd-compress */
};

void upkeep_init(struct upkeep *u, struct loop *loop, struct baton *baton,
		 const struct upkeep_ops *ops, void *user);
void upkeep_done(struct upkeep *u);

/*
 * Look after the old files of path, a regular file of `size` bytes on that device: in a moment, and
 * never in here. What cannot be done for want of memory or of an answer of the disk is done the
 * next time. NULL is allowed for u: then nobody looks after them.
 */
void upkeep_ask(struct upkeep *u, const char *path, const struct sink_rules *rules, uint64_t size,
		dev_t dev);

#endif
