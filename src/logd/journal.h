/* journal.h - lines for systemd's journal, by way of a helper process */
#ifndef SVD_LOGD_JOURNAL_H
#define SVD_LOGD_JOURNAL_H

#include <stddef.h>
#include <stdbool.h>

#include "ipc/loop.h"
#include "logd/helper.h"
#include "logd/outbox.h"

struct speaker_spec;

/*
 * The helper runs once there is a line for it, and ends with us. The socket pair between us
 * outlives it: should it die, what was sent to it is read by its successor.
 */
struct journal {
	struct helpers *helpers;	/* borrowed */
	struct helper  helper;
	int            ours, theirs;	/* owned; the socket pair; -1: not made yet */
	struct outbox  out;
	struct io      io;		/* what the helper says, and room for more */
	struct timer   again;		/* starts it again */
	double         wait;		/* seconds until then */
	double         started_at;	/* monotonic */
};

void journal_init(struct journal *j, struct loop *loop, struct helpers *helpers,
		  const struct sink_news *news, void *user);
void journal_done(struct journal *j);

/*
 * One line, without its end, of that priority, as SYSLOG_IDENTIFIER ident. Never waits: what does
 * not fit into the outbox is dropped, counted and said, with "journal" as its path.
 */
void journal_send(struct journal *j, int priority, const char *ident,
		  const struct speaker_spec *who, const char *line, size_t n);

#endif
