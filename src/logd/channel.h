/* channel.h - one pipe from a program, from `open` to `closed` */
#ifndef SVD_LOGD_CHANNEL_H
#define SVD_LOGD_CHANNEL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/macro.h"
#include "ipc/loop.h"
#include "logd/sink.h"
#include "logd/source.h"
#include "logd/spec.h"
#include "logd/tap.h"

enum channel_state {
	CHANNEL_OPEN,		/* read as bytes come */
	CHANNEL_CLOSING,	/* read what was there when `close` came */
	CHANNEL_DONE,		/* the descriptor is closed */
};

struct channel;
struct echo_maker;
struct echoes;

struct channel_ops {
	/* It became CHANNEL_DONE, by `close` or at the end of the pipe. It may be freed in here. */
	void (*on_done)(struct channel *c);
	/* What channel_sync has asked for is done. Nothing may be freed in here. */
	void (*on_synced)(struct channel *c);
};

struct channel {
	UT_hash_handle hh;	/* the table of its owner, by id */
	struct channel *prev, *next;	/* of those that are ready */
	struct channel_home *home;	/* borrowed */
	int64_t        id;	/* svd's number for it */
	enum channel_state state;
	bool           wanted;	/* `close` has not come yet */
	bool           is_ready;
	bool           syncing;	/* see channel_sync */
	bool           ended;	/* its filter was told that nothing more comes */
	unsigned       looks;	/* in vain, since bytes could go last */
	uint64_t       until;	/* CHANNEL_CLOSING: done when source.taken gets there */
	uint64_t       sync_until;	/* the same, of channel_sync */
	struct source  source;
	struct speaker_spec speaker;	/* owned; whose output it is */
	struct echoes *echoes;	/* owned; NULL: no copies */
	struct tap    *tap;	/* owned; NULL: nobody wants to see its bytes */
	struct io      io;
	struct timer   timer;
};

/* What channels share, and who hears of them. */
struct channel_home {
	struct loop  *loop;	/* borrowed */
	struct sinks *sinks;	/* borrowed */
	struct taps  *taps;	/* borrowed */
	struct echo_maker *echo_maker;	/* borrowed */
	const struct channel_ops *ops;	/* borrowed */
	void         *user;
	bool          begun;	/* set by the owner: new ones are read from now on */
	struct channel *ready;	/* list of those that may have something to read */
	unsigned      n_ready;
	uint64_t      moved;	/* bytes, in the latest channels_go */
};

/* Read fd into the sink of path. 0 or -errno, -EINVAL when fd is no pipe. */
must_check int channel_new(struct channel_home *home, const struct channel_spec *spec,
			   struct channel **ret_channel);
void channel_free(struct channel *c);	/* NULL is allowed; no callback */

/* For one that was opened before home->begun. */
void channel_begin(struct channel *c);

/* Rules, copies and tap are as the spec says, for what comes now. 0 or -ENOMEM. */
must_check int channel_change(struct channel *c, const struct channel_spec *spec);

/*
 * Read what is there now, and then say so: on_synced comes in one of the next turns. Not for a
 * channel that is done.
 */
void channel_sync(struct channel *c);

/*
 * Read what is there now and be done; on_done comes in one of the next turns, or, when the sink
 * makes it wait, a little later. Not for a channel that is done.
 */
void channel_close(struct channel *c);

/*
 * One go for each of those that are ready. From the top of the turn only: a go may have to wait for
 * a disk, see sink_work. Who has more to read is ready again.
 */
void channels_go(struct channel_home *home);

#endif
