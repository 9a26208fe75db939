/* echo.h - copies of what goes to a channel's file, for other files */
#ifndef SVD_LOGD_ECHO_H
#define SVD_LOGD_ECHO_H

#include <stddef.h>
#include <stdint.h>

#include "base/macro.h"

struct channel;
struct channel_spec;
struct echoes;
struct sinks;

/*
 * A copy goes by a pipe of our own into a channel of its own at its end, which has all the patience
 * of one: whatever is wrong with the one file costs the others nothing.
 */
struct echo_maker {
	struct sinks *sinks;	/* borrowed */
	/*
	 * Open that channel, which reads spec->fd (taken) and lives until its end. Its id is yours
	 * to choose. 0 or -errno.
	 */
	int (*open)(void *user, struct channel_spec *spec, struct channel **ret_channel);
	/* There is no copy at this path, because of code. */
	void (*on_failed)(void *user, const char *path, int code);
	void *user;
	int   scratch[2];	/* owned; a pipe for bytes that are looked at; -1: not made yet */
};

void echo_maker_done(struct echo_maker *maker);

/* Exactly the copies that spec->also wants. *echoes is the caller's; NULL: none. */
void echoes_set(struct echoes **echoes, struct echo_maker *maker, const struct channel_spec *spec);

/* No more comes: their channels end when they have written what is there. NULL is allowed. */
void echoes_free(struct echoes *e);

/*
 * Before n bytes, the first ones in the pipe fd, go on to the main file: copy them, each byte once,
 * however often this is called. at: bytes that have gone before. A copy that does not keep up loses
 * what is offered, which is counted and said, until it can begin again with a new line. Returns how
 * many of the n may go now, some for n > 0.
 */
size_t echoes_offer(struct echoes *e, int fd, uint64_t at, size_t n);

#endif
